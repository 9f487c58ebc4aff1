//! Greets every user that is added to an Okta org: the hook on axum.
//!
//! Run with
//!
//! ```text
//! cargo run -p axum-hook
//! ```
//!
//! and try the `curl` lines it prints. `settings.rs` has the environment variables.

mod handler;
mod settings;
mod shutdown;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use handler::{dead_letter, log, user_created};
use okta_hooks::layer::{DedupeLayer, HookLayer};
use settings::Settings;
use shutdown::shutdown;
use tower::{ServiceBuilder, service_fn};

/// What `GET /` answers.
const WELCOME: &str = include_str!("welcome.html");

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let Settings { listen, receiver, seen, deadline } = Settings::from_env("/userCreated");

    // From the outside in: who may, what it is, what is new. One deadline spans it all.
    let hook = ServiceBuilder::new()
        .map_response(log)
        .layer(
            HookLayer::new(receiver)
                .with_dead_letters(service_fn(dead_letter))
                .with_deadline(move || tokio::time::sleep(deadline)),
        )
        .layer(DedupeLayer::new(seen))
        .service(service_fn(user_created));

    let app = Router::new().route_service("/userCreated", hook).route("/", get(Html(WELCOME)));

    let listener = tokio::net::TcpListener::bind(listen).await?;
    // Before anybody is told that it is there: a signal that comes at once ends it cleanly, too.
    let shutdown = shutdown();
    println!("Listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(shutdown).await
}
