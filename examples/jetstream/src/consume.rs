//! `jetstream-hook consume`: the handler of the web examples, behind the stream.

use std::num::NonZeroU64;
use std::time::Duration;

use okta_hooks::SeenEvents;
use okta_hooks::layer::DedupeLayer;
use tokio::sync::watch;
use tower::{ServiceBuilder, service_fn};

use crate::handler::user_created;
use crate::nats::connection::connect;
use crate::nats::consumer::{self, ConsumerSettings};
use crate::nats::settings::{NatsSettings, number, valid_filter, valid_name};
use crate::nats::{Unusable, subject};
use crate::settings::{refuse, start_logging, string};
use crate::shutdown::shutdown;

pub async fn run() -> std::io::Result<()> {
    let (nats, settings) = settings().unwrap_or_else(|error| refuse(&error));
    let service = ServiceBuilder::new()
        .layer(DedupeLayer::new(SeenEvents::with_capacity(100_000)))
        .service(service_fn(user_created));
    let (stop, stopping) = watch::channel(false);
    let shutdown = shutdown();
    println!("Consuming {} as {}", settings.filter, settings.name);
    tokio::spawn(async move {
        shutdown.await;
        stop.send_replace(true);
    });
    let consumed = async {
        let mut at_start = stopping.clone();
        let context = tokio::select! {
            context = connect(&nats) => context?,
            _ = at_start.changed() => return Ok(()),
        };
        consumer::run(context, &nats, &settings, service, stopping).await
    };
    let consumed: Result<(), Unusable> = consumed.await;
    consumed.unwrap_or_else(|unusable| refuse(&unusable.0));
    Ok(())
}

/// What the environment says:
///
/// - `CONSUMER`: its durable name, `greeter` if not set. Processes with one name share the events.
/// - `FILTER`: the subjects it wants, `okta.events.>` if not set.
/// - `MAX_TRIES`: after so many tries an event is a dead letter, 10 if not set.
fn settings() -> Result<(NatsSettings, ConsumerSettings), String> {
    start_logging()?;
    let name = string("CONSUMER")?.unwrap_or_else(|| "greeter".to_owned());
    let filter = string("FILTER")?.unwrap_or_else(|| format!("{}.>", subject::EVENTS));
    let ten = const { NonZeroU64::new(10).unwrap() };
    let name = valid_name("CONSUMER", name)?;
    let settings = ConsumerSettings {
        filter: valid_filter(filter, &name)?,
        name,
        at_once: 256,
        max_tries: Some(number(string, "MAX_TRIES", ten)?.get()),
        max_delay: Duration::from_secs(60),
    };
    Ok((NatsSettings::read(string)?, settings))
}
