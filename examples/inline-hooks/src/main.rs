//! Answers Okta's inline hooks, one route for each type: on axum.
//!
//! Run with
//!
//! ```text
//! cargo run -p inline-hooks
//! ```
//!
//! and try the `curl` lines it prints. `settings.rs` has the environment variables.

mod handler;
mod legacy_users;
mod policies;
mod settings;
mod shutdown;

use std::sync::Arc;

use axum::Router;
use handler::{Rules, answer, log};
use okta_hooks::inline::Fallback;
use okta_hooks::layer::InlineHookLayer;
use settings::Settings;
use shutdown::shutdown;
use tower::{ServiceBuilder, service_fn};

/// Where Okta's hooks go. A request says itself of which type it is.
const PATHS: [&str; 6] =
    ["/token", "/saml", "/registration", "/password-import", "/user-import", "/telephony"];

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let Settings { listen, receiver, allowed_domains, legacy_users, deadline } =
        Settings::from_env(&PATHS);

    let rules = Arc::new(Rules::new(allowed_domains, legacy_users));
    let hook = ServiceBuilder::new()
        .map_response(log)
        .layer(
            // What Okta is told when a policy fails, or takes too long.
            InlineHookLayer::new(receiver, Fallback::new())
                .with_deadline(move || tokio::time::sleep(deadline)),
        )
        .service(service_fn(move |request| answer(request, rules.clone())));

    let route = |app: Router, path| app.route_service(path, hook.clone());
    let app = PATHS.into_iter().fold(Router::new(), route);

    let listener = tokio::net::TcpListener::bind(listen).await?;
    // Before anybody is told that it is there: a signal that comes at once ends it cleanly, too.
    let shutdown = shutdown();
    println!("Listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(shutdown).await
}
