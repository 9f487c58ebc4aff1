//! Requests to the receiver under check, and what Okta would do with its answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use okta_hooks::inline::Answer;
use okta_hooks::simulate::Attempt;
use okta_hooks::simulate::inline::{self, Effect, RequestBuilder, Verdict};

use super::super::finding::Finding;
use super::super::probe::describe;
use super::super::rules::Rule;
use super::{Kind, rules};
use crate::destination::Destination;
use crate::http_client::{Exchange, Fault, HttpClient};

pub struct Probe<'a> {
    pub kind: Kind,
    client: &'a HttpClient,
    to: &'a Destination,
    /// Makes this run's users its own.
    tag: String,
    next: AtomicU64,
    slowest: Mutex<Duration>,
}

/// What Okta does with an answer, and what is wrong with it.
pub struct Outcome {
    pub effect: Effect,
    pub wrong: Vec<(&'static Rule, String)>,
}

impl<'a> Probe<'a> {
    pub fn new(client: &'a HttpClient, to: &'a Destination, kind: Kind) -> Self {
        let tag = (0..8).map(|_| fastrand::lowercase()).collect();
        Self { kind, client, to, tag, next: AtomicU64::new(1), slowest: Mutex::default() }
    }

    /// A request that is as usual, about a user nobody has seen yet.
    pub fn plain(&self) -> RequestBuilder {
        let request = inline::request(&self.kind.hook_type()).expect("a type that is known");
        self.about_somebody(request)
    }

    pub fn about_somebody(&self, request: RequestBuilder) -> RequestBuilder {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let login = format!("check-{}-{n}x@example.com", self.tag);
        request.user(login).seed(fastrand::u64(..)).sent_at(SystemTime::now())
    }

    pub fn request(&self, body: Bytes) -> Request<Bytes> {
        self.request_with(body, &self.to.auth.configured())
    }

    pub fn request_with(&self, body: Bytes, headers: &[(&str, &str)]) -> Request<Bytes> {
        let request = self.plain().to_request(&self.to.url, headers);
        let mut request = request.expect("the arguments were checked");
        *request.body_mut() = body;
        request
    }

    pub async fn send(&self, request: Request<Bytes>) -> Exchange {
        // One byte more than Okta takes is too long already.
        let enough = Answer::MAX_LEN + 1;
        self.client.exchange_up_to(enough, request, Attempt::TIMEOUT).await
    }

    /// Asks, and looks at the answer as Okta does.
    pub async fn ask(&self, request: &RequestBuilder) -> Outcome {
        let exchange = self.send(self.request(request.to_body())).await;
        let mut slowest = self.slowest.lock().unwrap_or_else(PoisonError::into_inner);
        *slowest = exchange.duration.max(*slowest);
        outcome(request, &exchange)
    }

    pub fn slowest(&self) -> Duration {
        *self.slowest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Pure: an answer as Okta takes it.
pub fn outcome(request: &RequestBuilder, exchange: &Exchange) -> Outcome {
    let request = request.build();
    let verdict = match &exchange.result {
        Ok(answer) => Verdict::of(&request, answer.status, &answer.headers, &answer.body),
        Err(Fault::Timeout) => Verdict::timed_out(&request),
        Err(Fault::NoConnection(_)) => {
            let wrong = vec![(&rules::ANSWER, describe(exchange))];
            return Outcome { effect: Effect::NotUsed, wrong };
        }
    };
    let then = verdict.consequence();
    let wrong = verdict
        .findings()
        .iter()
        .map(|finding| (rules::of(finding.kind()), format!("{finding}, so {then}")))
        .collect();
    Outcome { effect: verdict.effect(), wrong }
}

/// What was found of a rule: the first of it, and how much more.
pub fn of_rule(rule: &'static Rule, wrong: &[(&'static Rule, String)]) -> Finding {
    let mut of = wrong.iter().filter(|(other, _)| other.id == rule.id).map(|(_, what)| what);
    match (of.next(), of.count()) {
        (None, _) => Finding::held(rule),
        (Some(first), 0) => Finding::short(rule, first),
        (Some(first), more) => Finding::short(rule, format!("{first}; and {more} more like it")),
    }
}
