//! The stream as the hook sees it: everything of a delivery is in it, or the answer is a 503.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_nats::HeaderMap;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::PublishErrorKind;
use bytes::Bytes;
use futures_util::future::try_join_all;
use okta_hooks::layer::DeadLetter;
use okta_hooks::{Delivery, LogEvent};
use tokio::sync::watch;
use tower::BoxError;

use crate::nats::connection::{ACK_TIMEOUT, connect, connected};
use crate::nats::publish::{self, NotStored};
use crate::nats::settings::NatsSettings;
use crate::nats::{dead_letter, message, stream, subject};
use crate::settings::refuse;

/// For how long a delivery that was not stored says that the next one would not be either, unless one is.
/// No longer: after a leader election the stream is back, and only another delivery could show it, which a
/// load balancer sends to nobody that is not well.
const FAILING: Duration = Duration::from_secs(5);

/// One message: its subject, its headers and its body.
type Message = (String, HeaderMap, Bytes);

/// A clone appends to the same stream.
#[derive(Clone)]
pub struct EventLog {
    /// `None` until the stream was there once.
    context: watch::Receiver<Option<Context>>,
    stream: Arc<str>,
    events: LastStored,
    /// Apart: those of a delivery are stored beside its events, and the one can fail without the other.
    dead_letters: LastStored,
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
        let (events, dead_letters) = (LastStored::of("deliveries"), LastStored::of("dead letters"));
        Self { context, stream, events, dead_letters }
    }

    /// Returns when every event of the delivery is stored.
    pub async fn append(self, delivery: Delivery) -> Result<(), BoxError> {
        let message = |event: &LogEvent| {
            let subject = subject::of_event(delivery.org(), event);
            // The event's own bytes, where they are.
            let body = delivery.raw().slice_ref(event.raw().as_bytes());
            (subject, message::headers(&delivery, event), body)
        };
        self.store(delivery.events().iter().map(message).collect(), &self.events).await
    }

    /// Returns when what is not an event is stored, whole.
    pub async fn keep(self, letter: DeadLetter) -> Result<(), BoxError> {
        let subject = format!("{}.receive", subject::DEAD_LETTERS);
        let headers = dead_letter::with_reason(HeaderMap::new(), &letter.to_string());
        let message = (subject, headers, letter.raw().clone());
        self.store(vec![message], &self.dead_letters).await?;
        tracing::warn!(bytes = letter.raw().len(), reason = %letter, "kept as a dead letter");
        Ok(())
    }

    /// Whether the stream answers, and took the last delivery of events, if that was lately.
    pub async fn is_well(&self) -> bool {
        if self.events.is_failing(Instant::now()) {
            return false;
        }
        let context = self.context.borrow().clone();
        match context {
            Some(context) => context.get_stream(&*self.stream).await.is_ok(),
            None => false,
        }
    }

    async fn store(&self, messages: Vec<Message>, last: &LastStored) -> Result<(), BoxError> {
        if messages.is_empty() {
            return Ok(());
        }
        let stored = tokio::time::timeout(ACK_TIMEOUT, self.store_all(messages)).await;
        let stored = stored.unwrap_or_else(|_| Err("the stream does not answer".into()));
        last.update(&stored, Instant::now());
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
}

/// Whether the last of its kind was stored. A clone shares it.
#[derive(Clone)]
struct LastStored {
    /// Several, as the log names them.
    what: &'static str,
    /// `None` if it was.
    failed_at: Arc<Mutex<Option<Instant>>>,
}

impl LastStored {
    fn of(what: &'static str) -> Self {
        Self { what, failed_at: Arc::default() }
    }

    fn is_failing(&self, now: Instant) -> bool {
        let failed_at = *self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        failed_at.is_some_and(|at| now.saturating_duration_since(at) < FAILING)
    }

    /// One line for each change, however many find it so.
    fn update(&self, stored: &Result<(), BoxError>, now: Instant) {
        let what = self.what;
        if let Err(error) = stored
            && is_too_long(&**error)
        {
            // Others that are shorter are stored.
            let error = &**error as &dyn std::error::Error;
            tracing::error!(error, "one of the {what} is longer than the server permits");
            return;
        }
        let failed_at = stored.is_err().then_some(now);
        let mut last = self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        let was_failing = std::mem::replace(&mut *last, failed_at).is_some();
        drop(last);
        match stored {
            Err(error) if !was_failing => {
                let error = &**error as &dyn std::error::Error;
                tracing::error!(error, "{what} are not stored");
            }
            Ok(()) if was_failing => tracing::warn!("{what} are stored again"),
            _ => {}
        }
    }
}

/// Whether it is the server's `max_payload`: a fault of that one message.
fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    match error.downcast_ref() {
        Some(NotStored::Publish(error)) => error.kind() == PublishErrorKind::MaxPayloadExceeded,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use async_nats::jetstream::context::PublishError;

    use super::*;

    #[test]
    fn a_delivery_that_was_not_stored_counts_for_five_seconds_or_until_one_is_stored() {
        let now = Instant::now();
        let last = LastStored::of("deliveries");
        let is_failing = |seconds| last.is_failing(now + Duration::from_secs(seconds));
        assert_eq!([0, 4, 5].map(is_failing), [false; 3]);
        last.update(&Err("the stream is full".into()), now);
        assert_eq!([0, 4, 5].map(is_failing), [true, true, false]);
        last.update(&Ok(()), now);
        assert_eq!([0, 4, 5].map(is_failing), [false; 3]);
    }

    #[test]
    fn a_delivery_that_is_too_long_says_nothing_of_others() {
        let now = Instant::now();
        let last = LastStored::of("deliveries");
        let error = PublishError::new(PublishErrorKind::MaxPayloadExceeded);
        last.update(&Err(NotStored::from(error).into()), now);
        assert!(!last.is_failing(now));
        last.update(&Err("the stream is full".into()), now);
        let error = PublishError::new(PublishErrorKind::MaxPayloadExceeded);
        last.update(&Err(NotStored::from(error).into()), now);
        assert!(last.is_failing(now), "nor that they are stored again");
    }
}
