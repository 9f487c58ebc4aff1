//! Events from a stream instead of the hook: acknowledged there after they are in the database.

use std::sync::Arc;

use tokio::sync::watch;
use tower::service_fn;

use crate::hook::accept;
use crate::metrics::Metrics;
use crate::nats::Unusable;
use crate::nats::connection::connect;
use crate::nats::consumer::{self, ConsumerSettings};
use crate::nats::settings::NatsSettings;
use crate::store::Store;

/// Consumes until `stopping` says so; what was begun then is written and acknowledged first.
///
/// An event that comes again, because its acknowledgment was lost, is in the database already.
///
/// # Errors
///
/// [`Unusable`] if there is something that waiting does not help.
pub async fn run(
    nats: &NatsSettings,
    settings: &ConsumerSettings,
    store: Store,
    metrics: Arc<Metrics>,
    mut stopping: watch::Receiver<bool>,
) -> Result<(), Unusable> {
    let service = service_fn(move |delivery| accept(store.clone(), metrics.clone(), delivery));
    let context = tokio::select! {
        context = connect(nats) => context?,
        _ = stopping.changed() => return Ok(()),
    };
    consumer::run(context, nats, settings, service, stopping).await
}
