//! Deliveries on their way. Events close in time go together; each delivery is tried twice at most.
//! What is in here when the process ends is lost, as Okta loses it: the System Log still has it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use okta_hooks::EventType;
use okta_hooks::simulate::{self, Attempt, AttemptOutcome, Next};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::chaos::Chaos;
use super::hooks::Hook;
use super::org::happened;
use super::recorded_calls::{Ending, LOST_ANSWER, Recorded, Start, next_name};
use super::state::App;
use crate::http_client::{self, Exchange, Fault};

/// Deliveries that are under way at the same time.
const AT_ONCE: usize = 16;

pub struct DeliveryQueue {
    pending: Mutex<HashMap<String, Vec<Value>>>,
    collect: Duration,
    batch: usize,
    at_once: Semaphore,
}

impl DeliveryQueue {
    pub fn new(collect_ms: u64, batch: usize) -> Self {
        Self {
            pending: Mutex::default(),
            collect: Duration::from_millis(collect_ms),
            batch,
            at_once: Semaphore::new(AT_ONCE),
        }
    }

    /// Takes an event for a hook. The first one of a batch starts the time to collect others.
    pub fn put(app: &Arc<App>, hook: String, event: Value) {
        let mut pending = app.delivery_queue.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = pending.entry(hook.clone()).or_default();
        batch.push(event);
        if batch.len() == 1 {
            let app = app.clone();
            tokio::spawn(async move {
                tokio::time::sleep(app.delivery_queue.collect).await;
                Self::send(&app, &hook);
            });
        }
    }

    fn send(app: &Arc<App>, hook: &str) {
        let mut pending = app.delivery_queue.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let mut events = pending.remove(hook).unwrap_or_default();
        while !events.is_empty() {
            let rest = events.split_off(events.len().min(app.delivery_queue.batch));
            let batch = std::mem::replace(&mut events, rest);
            tokio::spawn(deliver(app.clone(), hook.to_owned(), batch));
        }
    }
}

async fn deliver(app: Arc<App>, hook: String, mut events: Vec<Value>) {
    let chaos = app.chaos();
    if app.happens(chaos.delivery_shuffles) {
        app.rng().shuffle(&mut events);
    }
    if app.happens(chaos.delivery_delays) {
        let late = chaos.delay(&mut app.rng());
        tokio::time::sleep(late).await;
    }
    let Ok(_permit) = app.delivery_queue.at_once.acquire().await else { return };
    // It may have been changed or deactivated since.
    let Ok((_, hook)) = app.org().hook(&hook) else { return };
    if !hook.is_live() {
        return;
    }
    let Ok(request) = request(&app, &hook, events) else { return };
    let times = if app.happens(chaos.delivery_duplicates) { 2 } else { 1 };
    for _ in 0..times {
        let end = attempts(&app, &hook, &request, &chaos).await;
        if let Next::Lost(failure) = end {
            record_failure(&app, &failure.to_string());
        }
    }
}

fn request(app: &App, hook: &Hook, events: Vec<Value>) -> Result<Request<Bytes>, http::Error> {
    let delivery = simulate::delivery()
        .seed(app.rng().u64(..))
        .source(hook.source(&app.base))
        .sent_at(app.org().clock.now());
    let delivery = events.into_iter().fold(delivery, simulate::DeliveryBuilder::json);
    delivery.to_request(&hook.channel.uri, &hook.channel.configured())
}

async fn attempts(app: &App, hook: &Hook, request: &Request<Bytes>, chaos: &Chaos) -> Next {
    let first = OnceLock::new();
    let attempt = || async {
        let call = app.calls.open(Start {
            kind: "delivery",
            hook: hook.id.clone(),
            hook_name: hook.name.clone(),
            first_attempt: first.get().copied().flatten(),
            replay_of: None,
            source: None,
            request: Recorded::of(request),
        });
        first.get_or_init(|| call.first_attempt());
        let (exchange, note) = one(app, request.clone(), chaos).await;
        let outcome = match note {
            Some(LOST_ANSWER) => AttemptOutcome::Pending,
            _ => exchange.outcome(),
        };
        (outcome, (call, exchange, note))
    };
    http_client::deliver(attempt, |_, (call, exchange, note), next| {
        call.close(Ending { exchange, next: next_name(next), note, answered: None });
    })
    .await
}

const NOT_SENT: &str = "chaos: it never reached the hook";

async fn one(
    app: &App,
    request: Request<Bytes>,
    chaos: &Chaos,
) -> (Exchange, Option<&'static str>) {
    if app.happens(chaos.delivery_failures) {
        let result = Err(Fault::NoConnection(NOT_SENT.to_owned()));
        let (started, duration) = (SystemTime::now(), Duration::ZERO);
        let nothing = Exchange { started, duration, result, secrets: Vec::new() };
        return (nothing, Some(NOT_SENT));
    }
    let exchange = app.client.exchange(request, Attempt::TIMEOUT).await;
    let note = app.happens(chaos.delivery_lost_answers).then_some(LOST_ANSWER);
    (exchange, note)
}

/// Okta writes an event about a delivery only if it failed.
fn record_failure(app: &Arc<App>, reason: &str) {
    let _ = app.change(|org| {
        org.record(happened(EventType::EVENT_HOOK_DELIVERY).outcome("FAILURE", Some(reason)));
        Ok(())
    });
}
