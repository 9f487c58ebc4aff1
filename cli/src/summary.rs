//! What became of many requests: how many were accepted, the statuses, and how long it took.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use okta_hooks::simulate::Next;
use serde_json::{Value, json};

use crate::diagnosis::{self, Diagnosis};
use crate::http_client::{Exchange, Fault};
use crate::terminal::{bad, dim, good, print_json, printable, table};

#[derive(Default)]
pub struct Summary {
    accepted: usize,
    lost: usize,
    retries: usize,
    statuses: BTreeMap<String, usize>,
    /// How many requests took so many tenths of a millisecond. The timeout bounds the number of
    /// entries: some 30,000 for three seconds.
    durations: BTreeMap<u64, usize>,
    first_lost: Option<Diagnosis>,
}

impl Summary {
    /// Notes an attempt and what followed from it.
    pub fn add(&mut self, exchange: &Exchange, next: Next) {
        self.measure(exchange);
        match next {
            Next::Accepted => self.accepted += 1,
            Next::Lost(_) => self.lose(exchange),
            Next::Retry(_) => self.retries += 1,
            Next::Wait => {}
        }
    }

    /// Notes a request that is made once, whatever comes back.
    pub fn add_once(&mut self, exchange: &Exchange) {
        self.measure(exchange);
        match &exchange.result {
            Ok(answer) if answer.status.is_success() => self.accepted += 1,
            _ => self.lose(exchange),
        }
    }

    fn lose(&mut self, exchange: &Exchange) {
        self.lost += 1;
        if self.first_lost.is_none() {
            self.first_lost = diagnosis::of_delivery(exchange);
        }
    }

    fn measure(&mut self, exchange: &Exchange) {
        let status = match &exchange.result {
            Ok(answer) => answer.status.as_u16().to_string(),
            Err(Fault::Timeout) => "no answer in 3 s".to_owned(),
            Err(Fault::NoConnection(_)) => "no connection".to_owned(),
        };
        *self.statuses.entry(status).or_default() += 1;
        *self.durations.entry(tenths(exchange.duration)).or_default() += 1;
    }

    /// The time within which this share of the answers came, in milliseconds.
    fn percentile(&self, share: f64) -> f64 {
        let all: usize = self.durations.values().sum();
        let place = (share * all as f64).ceil() as usize;
        let mut seen = 0;
        let found = self.durations.iter().find(|(_, count)| {
            seen += **count;
            seen >= place
        });
        found.map_or(0.0, |(tenths, _)| *tenths as f64 / 10.0)
    }

    pub fn print(&self, json: bool) {
        if json {
            print_json(&self.to_json());
        } else if self.accepted + self.lost == 1 {
            self.print_one();
        } else {
            self.print_table();
        }
    }

    /// A single delivery needs no table.
    fn print_one(&self) {
        let statuses = self.statuses.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let detail = dim(&format!("({statuses}; {} ms)", self.percentile(1.0)));
        match &self.first_lost {
            None => print_line!("{} {detail}", good("accepted")),
            Some(found) => {
                print_line!("{}: {} {detail}", bad("lost"), printable(&found.what));
                found.print_details();
            }
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "accepted": self.accepted, "lost": self.lost, "retries": self.retries,
            "statuses": self.statuses,
            "latencyMs": {
                "p50": self.percentile(0.5), "p90": self.percentile(0.9),
                "p99": self.percentile(0.99), "max": self.percentile(1.0),
            },
        })
    }

    fn print_table(&self) {
        let statuses = self.statuses.iter().map(|(status, count)| format!("{status}: {count}"));
        let times = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)];
        let times = times.map(|(name, share)| format!("{name} {} ms", self.percentile(share)));
        let row = |name: &str, value: String| vec![name.to_owned(), value];
        print_line!(
            "{}",
            table(&[
                row("accepted", self.accepted.to_string()),
                row("lost", self.lost.to_string()),
                row("retries", self.retries.to_string()),
                row("answers", statuses.collect::<Vec<_>>().join(", ")),
                row("latency", times.join(", ")),
            ])
        );
        let verdict = if self.lost == 0 { good("all accepted") } else { bad("some were lost") };
        print_line!("{verdict}");
        if let Some(found) = &self.first_lost {
            print_line!("  the first: {}", printable(&found.what));
            found.print_details();
        }
    }

    pub fn exit_code(&self) -> ExitCode {
        if self.lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn tenths(duration: Duration) -> u64 {
    (duration.as_secs_f64() * 10_000.0).round() as u64
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn took(duration: Duration) -> Exchange {
        let (started, result) = (SystemTime::now(), Err(Fault::Timeout));
        Exchange { started, duration, result, secrets: Vec::new() }
    }

    fn of(durations: impl Iterator<Item = Duration>) -> Summary {
        let mut summary = Summary::default();
        durations.for_each(|duration| summary.measure(&took(duration)));
        summary
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let summary = of((1..=100).rev().map(Duration::from_millis));
        let found = [0.5, 0.9, 0.99, 1.0].map(|share| summary.percentile(share));
        assert_eq!(found, [50.0, 90.0, 99.0, 100.0]);
        let summary = of([1_240, 1_250, 9_960].into_iter().map(Duration::from_micros));
        assert_eq!([0.1, 0.5, 1.0].map(|share| summary.percentile(share)), [1.2, 1.3, 10.0]);
        assert_eq!(Summary::default().percentile(0.5), 0.0);
    }

    #[test]
    fn a_million_requests_take_no_more_memory_than_the_times_they_can_have() {
        let summary = of((0..1_000_000).map(|n| Duration::from_micros(n % 3_000_000)));
        assert!(summary.durations.len() <= 10_001, "{}", summary.durations.len());
        assert_eq!(summary.percentile(0.5), 500.0);
    }
}
