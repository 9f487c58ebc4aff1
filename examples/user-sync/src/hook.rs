//! The listener that Okta calls: the hook, and whether it is well. Nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::Response;
use axum::routing::get;
use okta_hooks::layer::{DeadLetter, HandlerError, HookLayer};
use okta_hooks::{Delivery, Receiver, Rejection};
use tower::{BoxError, ServiceBuilder, service_fn};

use crate::health::{Health, health};
use crate::metrics::Metrics;
use crate::store::{self, Batch, Change, Origin, Store, StoreError};

/// Where the hook is.
pub const PATH: &str = "/userTransfer";

pub fn router(
    receiver: &Receiver,
    deadline: Duration,
    store: &Store,
    metrics: Arc<Metrics>,
) -> Router {
    let (events, letters, counted) = (store.clone(), store.clone(), metrics.clone());
    let is_late = Arc::new(AtomicBool::new(false));
    // No dedupe layer: the database remembers every event, across crashes too.
    let hook = ServiceBuilder::new()
        .map_response(move |response| log(response, &counted, &is_late))
        .layer(
            // What was handed to the writer before the deadline is written all the same: then
            // Okta's second try finds it done.
            HookLayer::new(receiver.clone())
                .with_dead_letters(service_fn(move |letter| keep(letters.clone(), letter)))
                .with_deadline(move || tokio::time::sleep(deadline)),
        )
        .service(service_fn(move |delivery: Delivery| {
            accept(events.clone(), metrics.clone(), delivery)
        }));
    health_alone(deadline, store).route_service(PATH, hook)
}

/// Where there is no hook: whether an event would be written.
pub fn health_alone(deadline: Duration, store: &Store) -> Router {
    let health_of = Health::new(store.clone(), deadline);
    Router::new().route("/health", get(health)).with_state(health_of)
}

/// Returns when every event of the delivery is on disk.
pub async fn accept(
    store: Store,
    metrics: Arc<Metrics>,
    delivery: Delivery,
) -> Result<(), BoxError> {
    metrics.invalid_events.add(delivery.invalid_events().len() as u64);
    let batch = Batch::of_delivery(&delivery, Origin::Hook);
    drop(delivery);
    store.write(Change::Events(batch)).await?;
    metrics.deliveries.add(1);
    Ok(())
}

/// Returns when it is on disk.
async fn keep(store: Store, letter: DeadLetter) -> Result<(), BoxError> {
    let (bytes, reason) = (letter.raw().len(), letter.to_string());
    let letters = match &letter {
        DeadLetter::InvalidEvents { invalid_events, raw, .. } => {
            store::DeadLetter::of_delivery(invalid_events, raw)
        }
        // The whole body, or a kind that a later release adds.
        other => vec![store::DeadLetter::whole_body(other.to_string(), other.raw().to_vec())],
    };
    drop(letter);
    store.write(Change::DeadLetters(letters)).await?;
    tracing::warn!(bytes, %reason, "kept as a dead letter");
    Ok(())
}

fn log<B>(response: Response<B>, metrics: &Metrics, is_late: &AtomicBool) -> Response<B> {
    let Some(rejection) = response.extensions().get::<Rejection>() else {
        if response.status().is_success() && is_late.swap(false, Ordering::Relaxed) {
            tracing::warn!("deliveries are answered before the deadline again");
        }
        return response;
    };
    metrics.refused.add(1);
    match response.extensions().get::<HandlerError>() {
        // What the writer says once need not be said for each delivery.
        Some(error) if error.get_ref().is::<StoreError>() => {
            tracing::debug!(error = error as &dyn std::error::Error, "a delivery was not written");
        }
        Some(error) => {
            tracing::error!(error = error as &dyn std::error::Error, "a delivery was not handled");
        }
        None if *rejection == Rejection::DeadlineElapsed => {
            if !is_late.swap(true, Ordering::Relaxed) {
                tracing::error!(
                    "deliveries are refused: they are not read and written before the deadline"
                );
            }
        }
        None => {
            tracing::warn!(status = rejection.status().as_u16(), reason = %rejection, "refused");
        }
    }
    response
}
