//! Greets every user that is added to an Okta org: the hook on hyper, without a framework.
//!
//! Run with
//!
//! ```text
//! cargo run -p hyper-hook
//! ```
//!
//! and try the `curl` lines it prints. `settings.rs` has the environment variables.

mod handler;
mod server;
mod settings;
mod shutdown;

use std::convert::Infallible;

use handler::{dead_letter, log, user_created};
use http::{Request, Response, StatusCode, header};
use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::service::TowerToHyperService;
use okta_hooks::layer::{DedupeLayer, HookLayer};
use settings::Settings;
use shutdown::shutdown;
use tokio::net::TcpListener;
use tower::{ServiceBuilder, ServiceExt, service_fn};

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

    let app = TowerToHyperService::new(service_fn(move |request: Request<Incoming>| {
        let hook = hook.clone();
        async move {
            Ok::<_, Infallible>(match request.uri().path() {
                "/userCreated" => hook.oneshot(request).await?.map(Either::Left),
                "/" => page(StatusCode::OK, WELCOME).map(Either::Right),
                _ => page(StatusCode::NOT_FOUND, "Nothing here.\n").map(Either::Right),
            })
        }
    }));

    let listener = TcpListener::bind(listen).await?;
    // Before anybody is told that it is there: a signal that comes at once ends it cleanly, too.
    let shutdown = shutdown();
    println!("Listening on http://{}", listener.local_addr()?);
    server::serve(listener, app, shutdown).await;
    Ok(())
}

fn page(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let html = header::HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}
