//! Requests to the receiver under check, and what is known of the users they were about.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Method, Request};
use okta_hooks::EventType;
use okta_hooks::simulate::{self, Attempt, EventBuilder, Next};
use serde_json::{Value, json};

use crate::destination::Destination;
use crate::http_client::{self, Exchange, Fault, HttpClient};
use crate::terminal::printable;

use super::finding::Finding;
use super::rules::Rule;

pub struct Probe<'a> {
    pub client: &'a HttpClient,
    pub to: &'a Destination,
    /// Makes this run's users its own.
    tag: String,
    next: AtomicU64,
    accepted: Mutex<Vec<Accepted>>,
    slowest: Mutex<Duration>,
}

/// A user of a delivery that the receiver accepted.
#[derive(Clone)]
pub struct Accepted {
    pub login: String,
    pub role: Role,
    pub tries: usize,
}

/// Where a user stood.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Alone, or first in a batch.
    First,
    /// After others in a batch.
    Later,
    /// In a batch with an element that is not an event.
    AmongMalformed,
    /// In a delivery that was sent twice.
    Twice,
}

impl<'a> Probe<'a> {
    pub fn new(client: &'a HttpClient, to: &'a Destination) -> Self {
        Self {
            client,
            to,
            tag: (0..8).map(|_| fastrand::lowercase()).collect(),
            next: AtomicU64::new(1),
            accepted: Mutex::default(),
            slowest: Mutex::default(),
        }
    }

    /// A user nobody has seen yet. The letter keeps one from being the beginning of another.
    pub fn login(&self) -> String {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        format!("check-{}-{n}x@example.com", self.tag)
    }

    /// An event about a user.
    pub fn event(login: &str) -> EventBuilder {
        let event = simulate::event(EventType::USER_LIFECYCLE_CREATE).user(login);
        event.seed(fastrand::u64(..)).published(SystemTime::now())
    }

    /// A delivery of these elements.
    pub fn body(elements: Vec<Value>) -> Bytes {
        let delivery = simulate::delivery().seed(fastrand::u64(..)).sent_at(SystemTime::now());
        elements.into_iter().fold(delivery, simulate::DeliveryBuilder::json).to_body()
    }

    pub fn request(&self, body: Bytes) -> Request<Bytes> {
        self.request_with(body, &self.to.auth.configured())
    }

    pub fn request_with(&self, body: Bytes, headers: &[(&str, &str)]) -> Request<Bytes> {
        let request = simulate::delivery().to_request(&self.to.url, headers);
        let mut request = request.expect("the arguments were checked");
        *request.body_mut() = body;
        request
    }

    pub async fn send(&self, request: Request<Bytes>) -> Exchange {
        self.client.exchange(request, Attempt::TIMEOUT).await
    }

    pub async fn method(&self, method: Method) -> Exchange {
        let mut request = self.request(Bytes::new());
        *request.method_mut() = method;
        self.send(request).await
    }

    /// Delivers as Okta does, and remembers the users if it is accepted. The last try is returned.
    pub async fn deliver(&self, body: Bytes, users: &[(&str, Role)]) -> (Exchange, Next) {
        let mut last = None;
        let attempt = || async {
            let exchange = self.send(self.request(body.clone())).await;
            (exchange.outcome(), exchange)
        };
        let mut tries = 0;
        let next = http_client::deliver(attempt, |_, exchange, _| {
            let mut slowest = self.slowest.lock().unwrap_or_else(PoisonError::into_inner);
            *slowest = exchange.duration.max(*slowest);
            last = Some(exchange);
            tries += 1;
        })
        .await;
        if next == Next::Accepted {
            let user = |(login, role): &(&str, Role)| Accepted {
                login: (*login).to_owned(),
                role: *role,
                tries,
            };
            self.kept().extend(users.iter().map(user));
        }
        (last.expect("there is always a first try"), next)
    }

    /// Whether a delivery of this body is accepted.
    pub async fn accepts(
        &self,
        rule: &'static Rule,
        what: &str,
        body: Bytes,
        users: &[(&str, Role)],
    ) -> Finding {
        let (exchange, next) = self.deliver(body, users).await;
        match next {
            Next::Accepted => Finding::held(rule),
            _ => Finding::short(rule, format!("{what}: {}", describe(&exchange))),
        }
    }

    /// Whether it still answers at all.
    pub async fn is_alive(&self) -> bool {
        let login = self.login();
        let body = Self::body(vec![Self::event(&login).to_json()]);
        let (exchange, _) = self.deliver(body, &[(&login, Role::First)]).await;
        exchange.result.is_ok()
    }

    pub fn accepted(&self) -> Vec<Accepted> {
        self.kept().clone()
    }

    pub fn slowest(&self) -> Duration {
        *self.slowest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Accepted>> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An element of a batch that is not an event.
pub fn malformed_elements() -> Vec<Value> {
    vec![Value::Null, json!(5), json!("text"), json!({ "uuid": "u1" })]
}

/// What came back, in words.
pub fn describe(exchange: &Exchange) -> String {
    match &exchange.result {
        Ok(answer) => format!("answered with status {}", answer.status.as_u16()),
        Err(Fault::Timeout) => "no complete answer within three seconds".to_owned(),
        Err(Fault::NoConnection(why)) => format!("the connection failed ({})", printable(why)),
    }
}

pub fn status(exchange: &Exchange) -> Option<u16> {
    exchange.result.as_ref().ok().map(|answer| answer.status.as_u16())
}
