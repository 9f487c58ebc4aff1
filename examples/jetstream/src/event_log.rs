//! The stream as the hook sees it: everything of a delivery is in it, or the answer is a 503.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_nats::HeaderMap;
use async_nats::jetstream::Context;
use bytes::Bytes;
use futures_util::future::try_join_all;
use okta_hooks::layer::DeadLetter;
use okta_hooks::{Delivery, LogEvent};
use tokio::sync::watch;
use tower::BoxError;

use crate::nats::connection::{ACK_TIMEOUT, connect, connected};
use crate::nats::settings::NatsSettings;
use crate::nats::{dead_letter, message, publish, stream, subject};
use crate::settings::refuse;

/// For how long a delivery that was not stored says that the next one would not be either: two or three
/// questions of a load balancer. While that sends nothing, nothing else could show that it is over.
const FAILING: Duration = Duration::from_secs(30);

/// One message: its subject, its headers and its body.
type Message = (String, HeaderMap, Bytes);

/// A clone appends to the same stream.
#[derive(Clone)]
pub struct EventLog {
    /// `None` until the stream was there once.
    context: watch::Receiver<Option<Context>>,
    stream: Arc<str>,
    /// When the last delivery was not stored; `None` if it was.
    failed_at: Arc<Mutex<Option<Instant>>>,
}

impl EventLog {
    /// Connects and looks for the stream meanwhile; ends the process with code 2 if either makes no
    /// sense.
    pub fn open(settings: NatsSettings) -> Self {
        let (opened, context) = watch::channel(None);
        let stream = settings.stream.as_str().into();
        tokio::spawn(async move {
            let context = connect(&settings).await.unwrap_or_else(|unusable| refuse(&unusable.0));
            let found = stream::open(&context, &settings).await;
            found.unwrap_or_else(|unusable| refuse(&unusable.0));
            opened.send_replace(Some(context));
        });
        Self { context, stream, failed_at: Arc::default() }
    }

    /// Returns when every event of the delivery is stored.
    pub async fn append(self, delivery: Delivery) -> Result<(), BoxError> {
        let message = |event: &LogEvent| {
            let subject = subject::of_event(delivery.org(), event);
            // The event's own bytes, where they are.
            let body = delivery.raw().slice_ref(event.raw().as_bytes());
            (subject, message::headers(&delivery, event), body)
        };
        self.store(delivery.events().iter().map(message).collect()).await
    }

    /// Returns when what is not an event is stored, whole.
    pub async fn keep(self, letter: DeadLetter) -> Result<(), BoxError> {
        let subject = format!("{}.receive", subject::DEAD_LETTERS);
        let headers = dead_letter::with_reason(HeaderMap::new(), &letter.to_string());
        self.store(vec![(subject, headers, letter.raw().clone())]).await?;
        tracing::warn!(bytes = letter.raw().len(), reason = %letter, "kept as a dead letter");
        Ok(())
    }

    /// Whether the stream answers, and took the last delivery, if that was lately.
    pub async fn is_well(&self) -> bool {
        let failed_at = *self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        if is_failing(failed_at, Instant::now()) {
            return false;
        }
        let context = self.context.borrow().clone();
        match context {
            Some(context) => context.get_stream(&*self.stream).await.is_ok(),
            None => false,
        }
    }

    async fn store(&self, messages: Vec<Message>) -> Result<(), BoxError> {
        if messages.is_empty() {
            return Ok(());
        }
        let stored = tokio::time::timeout(ACK_TIMEOUT, self.store_all(messages)).await;
        let stored = stored.unwrap_or_else(|_| Err("the stream does not answer".into()));
        self.say(&stored);
        stored
    }

    /// All at once: the acknowledgments come in the time of one.
    async fn store_all(&self, messages: Vec<Message>) -> Result<(), BoxError> {
        let mut context = self.context.clone();
        let context = context.wait_for(Option::is_some).await?.clone();
        let context = context.ok_or("there is no stream yet")?;
        connected(&context.client()).await;
        let store = |(subject, headers, body)| publish::store(&context, subject, headers, body);
        try_join_all(messages.into_iter().map(store)).await?;
        Ok(())
    }

    /// One line for each change, however many deliveries find it so.
    fn say(&self, stored: &Result<(), BoxError>) {
        let failed_at = stored.is_err().then(Instant::now);
        let mut last = self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        let was_failing = std::mem::replace(&mut *last, failed_at).is_some();
        drop(last);
        match stored {
            Err(error) if !was_failing => {
                tracing::error!(
                    error = &**error as &dyn std::error::Error,
                    "deliveries are not stored"
                );
            }
            Ok(()) if was_failing => tracing::warn!("deliveries are stored again"),
            _ => {}
        }
    }
}

fn is_failing(failed_at: Option<Instant>, now: Instant) -> bool {
    failed_at.is_some_and(|at| now.saturating_duration_since(at) < FAILING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_that_was_not_stored_counts_for_half_a_minute() {
        let now = Instant::now();
        let is_failing = |seconds| is_failing(Some(now), now + Duration::from_secs(seconds));
        assert_eq!([0, 29, 30, 3_600].map(is_failing), [true, true, false, false]);
        assert!(!super::is_failing(None, now));
    }
}
