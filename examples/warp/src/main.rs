//! Greets every user that is added to an Okta org: the hook on warp.
//!
//! Run with
//!
//! ```text
//! cargo run -p warp-hook
//! ```
//!
//! and try the `curl` lines it prints. `settings.rs` has the environment variables.

mod handler;
mod settings;
mod shutdown;

use std::convert::Infallible;

use futures_util::TryStreamExt;
use handler::{dead_letter, log, user_created};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use okta_hooks::layer::{DedupeLayer, HookLayer};
use settings::Settings;
use shutdown::shutdown;
use tower::{ServiceBuilder, ServiceExt, service_fn};
use warp::Filter;
use warp::http::{HeaderMap, Method, Request, Response};

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

    // Warp takes a request apart; the service wants it whole.
    let user_created = warp::path!("userCreated")
        .and(warp::method())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(move |method: Method, headers: HeaderMap, body| {
            let mut request =
                Request::new(StreamBody::new(TryStreamExt::map_ok(body, Frame::data)));
            *request.method_mut() = method;
            *request.headers_mut() = headers;
            let hook = hook.clone();
            async move {
                let (parts, body) = hook.oneshot(request).await?.into_parts();
                Ok::<_, Infallible>(Response::from_parts(parts, body.collect().await?.to_bytes()))
            }
        });
    let welcome = warp::path::end().and(warp::get()).map(|| warp::reply::html(WELCOME));

    let listener = tokio::net::TcpListener::bind(listen).await?;
    // Before anybody is told that it is there: a signal that comes at once ends it cleanly, too.
    let shutdown = shutdown();
    println!("Listening on http://{}", listener.local_addr()?);
    warp::serve(user_created.or(welcome)).incoming(listener).graceful(shutdown).run().await;
    Ok(())
}
