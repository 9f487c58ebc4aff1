//! `jetstream-hook receive`: the hook that Okta calls, in front of the stream.

use std::time::Duration;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use http::{Response, StatusCode};
use okta_hooks::Rejection;
use okta_hooks::layer::{DedupeLayer, HandlerError, HookLayer};
use tokio::net::TcpListener;
use tower::{ServiceBuilder, service_fn};

use crate::event_log::EventLog;
use crate::nats::settings::NatsSettings;
use crate::settings::{Settings, refuse, string};
use crate::shutdown::shutdown;

const PATH: &str = "/userCreated";

/// What `GET /` answers.
const WELCOME: &str = include_str!("welcome.html");

pub async fn run() -> std::io::Result<()> {
    let nats = NatsSettings::read(string).unwrap_or_else(|error| refuse(&error));
    let Settings { listen, receiver, seen, deadline } = Settings::from_env(PATH);
    let log = EventLog::open(nats);

    let (events, letters) = (log.clone(), log.clone());
    let hook = ServiceBuilder::new()
        .map_response(report)
        .layer(
            HookLayer::new(receiver)
                .with_dead_letters(service_fn(move |letter| letters.clone().keep(letter)))
                .with_deadline(move || tokio::time::sleep(deadline)),
        )
        // Okta's second try stores nothing twice. Consumers leave out what comes twice all the same.
        .layer(DedupeLayer::new(seen))
        .service(service_fn(move |delivery| events.clone().append(delivery)));

    let app = Router::new()
        .route_service(PATH, hook)
        .route("/", get(Html(WELCOME)))
        .route("/health", get(move || health(log.clone())));

    let listener = TcpListener::bind(listen).await?;
    // Before anybody is told that it is there: a signal that comes at once ends it cleanly, too.
    let shutdown = shutdown();
    println!("Listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(shutdown).await
}

/// Whether a delivery would be stored now, for a load balancer.
async fn health(log: EventLog) -> StatusCode {
    match tokio::time::timeout(Duration::from_secs(1), log.is_well()).await {
        Ok(true) => StatusCode::NO_CONTENT,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Logs what was refused. What was not stored is said once, by the log of events.
fn report<B>(response: Response<B>) -> Response<B> {
    let refused = response.extensions().get::<Rejection>();
    let is_ours = response.extensions().get::<HandlerError>().is_some();
    if let Some(rejection) = refused.filter(|_| !is_ours) {
        tracing::warn!(status = rejection.status().as_u16(), reason = %rejection, "refused");
    }
    response
}
