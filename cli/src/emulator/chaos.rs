//! What goes wrong on purpose: shares of requests or deliveries, from 0 (never) to 1 (always).

use std::time::Duration;

use serde::{Deserialize, Serialize};

const DELAY_MS: u64 = 1000;
const RESET_SECONDS: u64 = 1;
const MAX_DELAY_MS: u64 = 10 * 60 * 1000;
const MAX_RESET_SECONDS: u64 = 24 * 60 * 60;

/// Set with flags at the start, and with `PUT /admin/chaos` while it runs.
#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
#[command(next_help_heading = "What goes wrong, as shares from 0 to 1")]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Chaos {
    /// API requests answered with 500
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub api_errors: f64,
    /// API requests answered with 429 and a time to wait for
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub api_rate_limits: f64,
    /// API requests answered with the 429 of too many at once
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub api_concurrency: f64,
    /// API requests that are slow
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub api_delays: f64,
    /// Attempts to deliver that never reach the hook
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub delivery_failures: f64,
    /// Attempts that reach the hook, and whose answer is lost: it is sent again
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub delivery_lost_answers: f64,
    /// Deliveries that are made twice
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub delivery_duplicates: f64,
    /// Deliveries whose events are in any order
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub delivery_shuffles: f64,
    /// Deliveries that are late, and so overtaken by others
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub delivery_delays: f64,
    /// How late or slow at most
    #[arg(long, value_name = "MILLISECONDS", default_value_t = DELAY_MS, value_parser = clap::value_parser!(u64).range(..=MAX_DELAY_MS))]
    pub delay_ms: u64,
    /// How long a 429 says to wait
    #[arg(long, value_name = "SECONDS", default_value_t = RESET_SECONDS, value_parser = clap::value_parser!(u64).range(..=MAX_RESET_SECONDS))]
    pub reset_seconds: u64,
}

/// Nothing goes wrong; what is asked for alone does what it says, as with the flags.
impl Default for Chaos {
    fn default() -> Self {
        Self {
            api_errors: 0.0,
            api_rate_limits: 0.0,
            api_concurrency: 0.0,
            api_delays: 0.0,
            delivery_failures: 0.0,
            delivery_lost_answers: 0.0,
            delivery_duplicates: 0.0,
            delivery_shuffles: 0.0,
            delivery_delays: 0.0,
            delay_ms: DELAY_MS,
            reset_seconds: RESET_SECONDS,
        }
    }
}

impl Chaos {
    pub fn check(&self) -> Result<(), &'static str> {
        let shares = [
            self.api_errors,
            self.api_rate_limits,
            self.api_concurrency,
            self.api_delays,
            self.delivery_failures,
            self.delivery_lost_answers,
            self.delivery_duplicates,
            self.delivery_shuffles,
            self.delivery_delays,
        ];
        if !shares.iter().all(|share| (0.0..=1.0).contains(share)) {
            return Err("shares are numbers from 0 to 1");
        }
        if self.delay_ms > MAX_DELAY_MS {
            return Err("delayMs is at most 600000");
        }
        if self.reset_seconds > MAX_RESET_SECONDS {
            return Err("resetSeconds is at most 86400");
        }
        Ok(())
    }

    pub fn delay(&self, rng: &mut fastrand::Rng) -> Duration {
        Duration::from_millis(rng.u64(0..=self.delay_ms))
    }
}

fn share(text: &str) -> Result<f64, &'static str> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or("a number from 0 to 1")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        chaos: Chaos,
    }

    #[test]
    fn what_is_left_out_is_the_same_in_json_as_with_the_flags() {
        let flags = Flags::parse_from(["emulator"]).chaos;
        let json: Chaos = serde_json::from_str("{}").unwrap();
        assert_eq!(format!("{flags:?}"), format!("{json:?}"));
    }

    #[test]
    fn what_is_slow_is_slow_without_being_told_how_much() {
        let mut rng = fastrand::Rng::with_seed(7);
        let delays = [(); 20].map(|()| Chaos::default().delay(&mut rng));
        assert!(delays.iter().any(|delay| *delay > Duration::from_millis(500)), "{delays:?}");
    }
}
