//! Out of the stream: a durable pull consumer in front of a `Service<Delivery>`.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, Consumer, pull};
use async_nats::jetstream::context::ConsumerInfoErrorKind;
use async_nats::jetstream::{AckKind, Context, ErrorCode, Message};
use futures_util::{FutureExt, StreamExt};
use okta_hooks::Delivery;
use tokio::sync::watch;
use tokio::time::timeout;
use tower::{BoxError, Service, ServiceExt};

use super::connection::OnChange;
use super::settings::NatsSettings;
use super::{Unusable, dead_letter, message, stream};

/// What is not acknowledged after this long comes again, here or to another process.
const ACK_WAIT: Duration = Duration::from_secs(30);

/// How long the service may take: an answer after [`ACK_WAIT`] would be too late.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(25);

/// How long a request for messages stands.
const PULL: Duration = Duration::from_secs(5);

/// Which events, for whom, and how hard to try.
#[derive(Clone)]
pub struct ConsumerSettings {
    /// Processes with the same name share the events; each name gets all of them.
    pub name: String,
    /// Such as `okta.events.*.user.lifecycle.>`.
    pub filter: String,
    /// How many events are handled at once.
    pub at_once: usize,
    /// After so many tries an event becomes a dead letter, also if its process was killed each time;
    /// `None` for a service that fails only when something else is away.
    pub max_tries: Option<u64>,
    /// What failed comes again after 1, 2, 4, … seconds, but no later than this.
    pub max_delay: Duration,
}

/// Hands every event to `service` as a delivery of one event, until `stopping` says so; what was begun
/// then is done first.
///
/// A message is acknowledged after the service returned `Ok`. An error, a panic, or a timeout of 25 seconds
/// brings it again after a delay that grows. What is given up, or is not an event, is in the stream as a
/// dead letter before it is acknowledged. So every event comes at least once.
///
/// # Errors
///
/// [`Unusable`] if the stream or the consumer is there with other settings than those we need.
pub async fn run<S>(
    context: Context,
    nats: &NatsSettings,
    settings: &ConsumerSettings,
    service: S,
    mut stopping: watch::Receiver<bool>,
) -> Result<(), Unusable>
where
    S: Service<Delivery> + Clone,
    S::Error: Into<BoxError>,
{
    let worker = Worker { context, settings: settings.clone(), service };
    let mut said = OnChange::default();
    while !*stopping.borrow() {
        let served = tokio::select! {
            consumer = open(&worker.context, nats, &worker.settings) => {
                worker.serve(&consumer?, &mut stopping, &mut said).await
            }
            _ = stopping.changed() => return Ok(()),
        };
        if let Err(error) = served {
            if said.is_news(&error.to_string()) {
                tracing::error!(%error, "no messages can be had");
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
    Ok(())
}

struct Worker<S> {
    context: Context,
    settings: ConsumerSettings,
    service: S,
}

impl<S> Worker<S>
where
    S: Service<Delivery> + Clone,
    S::Error: Into<BoxError>,
{
    /// Pull after pull, until one goes wrong.
    async fn serve(
        &self,
        consumer: &Consumer<pull::Config>,
        stopping: &mut watch::Receiver<bool>,
        said: &mut OnChange,
    ) -> Result<(), BoxError> {
        loop {
            let pull = consumer.batch().max_messages(self.settings.at_once).expires(PULL);
            let mut until = stopping.clone();
            let stopped = async move { until.wait_for(|stop| *stop).await.map_or((), drop) };
            let messages = pull.messages().await?.take_until(Box::pin(stopped));
            let mut failed = None;
            messages
                .filter_map(|message| {
                    std::future::ready(message.map_err(|error| failed = Some(error)).ok())
                })
                .for_each_concurrent(None, |message| self.handle(message))
                .await;
            if let Some(error) = failed {
                return Err(error);
            }
            if *stopping.borrow() {
                return Ok(());
            }
            said.is_news("");
        }
    }

    async fn handle(&self, message: Message) {
        let tries = message.info().map_or(1, |info| u64::try_from(info.delivered).unwrap_or(1));
        let answered = match self.outcome(&message, tries).await {
            Outcome::Done => message.ack().await,
            Outcome::Again => {
                let delay = delay(tries, self.settings.max_delay);
                message.ack_with(AckKind::Nak(Some(delay))).await
            }
        };
        if let Err(error) = answered {
            // It comes again.
            tracing::debug!(%error, "a message was not acknowledged");
        }
    }

    async fn outcome(&self, message: &Message, tries: u64) -> Outcome {
        let delivery = match message::to_delivery(message.headers.as_ref(), &message.payload) {
            Ok(delivery) => delivery,
            Err(error) => return self.give_up(message, &error.to_string()).await,
        };
        // Nobody was left to say that it failed, or the stream did not take its dead letter.
        if self.settings.max_tries.is_some_and(|limit| tries > limit) {
            return self.give_up(message, "no try was acknowledged").await;
        }
        let Err(error) = self.try_to_handle(delivery).await else { return Outcome::Done };
        self.log(&*error, tries);
        match self.settings.max_tries {
            Some(limit) if tries >= limit => self.give_up(message, "every try failed").await,
            _ => Outcome::Again,
        }
    }

    /// A panic is a failure of this one event.
    async fn try_to_handle(&self, delivery: Delivery) -> Result<(), BoxError> {
        let handled = AssertUnwindSafe(self.service.clone().oneshot(delivery)).catch_unwind();
        match timeout(HANDLER_TIMEOUT, handled).await? {
            Ok(handled) => handled.map(drop).map_err(Into::into),
            Err(_) => Err("the handler panicked".into()),
        }
    }

    fn log(&self, error: &(dyn std::error::Error + 'static), tries: u64) {
        match self.settings.max_tries {
            // What is away says so itself, and once.
            None => tracing::debug!(error, tries, "an event was not handled"),
            Some(_) => tracing::warn!(error, tries, "an event was not handled"),
        }
    }

    async fn give_up(&self, message: &Message, reason: &str) -> Outcome {
        // Handling it may have left little of ACK_WAIT. If this does not arrive, the event comes again, and
        // may become two dead letters.
        let _ = message.ack_with(AckKind::Progress).await;
        let kept = dead_letter::of_message(&self.context, &self.settings.name, message, reason);
        match timeout(HANDLER_TIMEOUT, kept).await {
            Ok(Ok(())) => {
                tracing::warn!(bytes = message.payload.len(), reason, "dead letter");
                Outcome::Done
            }
            _ => Outcome::Again,
        }
    }
}

enum Outcome {
    Done,
    Again,
}

fn delay(tries: u64, at_most: Duration) -> Duration {
    let doublings = u32::try_from(tries.saturating_sub(1)).map_or(30, |tries| tries.min(30));
    at_most.min(Duration::from_secs(1 << doublings))
}

/// The durable consumer: created when it is not there, checked when it is, never changed.
async fn open(
    context: &Context,
    nats: &NatsSettings,
    settings: &ConsumerSettings,
) -> Result<Consumer<pull::Config>, Unusable> {
    let mut said = OnChange::default();
    loop {
        let stream = stream::open(context, nats).await?;
        let reason = match stream.consumer_info(&settings.name).await {
            Ok(info) => {
                check(&info.config, settings).map_err(|difference| {
                    let name = &settings.name;
                    Unusable(format!(
                        "CONSUMER: the consumer {name} {difference}; nothing was changed"
                    ))
                })?;
                match stream.get_consumer(&settings.name).await {
                    Ok(consumer) => return Ok(consumer),
                    Err(error) => error.to_string(),
                }
            }
            Err(error) if is_missing(&error.kind()) => {
                match stream.create_consumer(config(settings)).await {
                    Ok(consumer) => return Ok(consumer),
                    Err(error) => error.to_string(),
                }
            }
            Err(error) => error.to_string(),
        };
        if said.is_news(&reason) {
            tracing::error!(%reason, "the consumer cannot be used yet");
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

fn is_missing(kind: &ConsumerInfoErrorKind) -> bool {
    match kind {
        ConsumerInfoErrorKind::NotFound => true,
        ConsumerInfoErrorKind::JetStream(error) => {
            error.error_code() == ErrorCode::CONSUMER_NOT_FOUND
        }
        _ => false,
    }
}

fn config(settings: &ConsumerSettings) -> pull::Config {
    pull::Config {
        durable_name: Some(settings.name.clone()),
        filter_subject: settings.filter.clone(),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        // The server would drop what came too often; we keep it as a dead letter first.
        max_deliver: -1,
        ..pull::Config::default()
    }
}

fn check(
    found: &async_nats::jetstream::consumer::Config,
    settings: &ConsumerSettings,
) -> Result<(), String> {
    if found.filter_subject != settings.filter {
        return Err("has another filter".to_owned());
    }
    for (is_wrong, difference) in [
        (found.deliver_subject.is_some(), "is not a pull consumer"),
        (found.ack_policy != AckPolicy::Explicit, "does not expect each event to be acknowledged"),
        (found.max_deliver > 0, "drops an event that came too often"),
        (found.ack_wait < ACK_WAIT, "waits less than 30 s for an acknowledgment"),
    ] {
        if is_wrong {
            return Err(difference.to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_comes_again_after_a_delay_that_grows_up_to_a_bound() {
        let delay = |tries| delay(tries, Duration::from_secs(60)).as_secs();
        assert_eq!([1, 2, 3, 6, 7, 8, u64::MAX].map(delay), [1, 2, 4, 32, 60, 60, 60]);
    }
}
