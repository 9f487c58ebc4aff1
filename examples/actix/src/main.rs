//! Greets every user that is added to an Okta org: the hook on actix-web.
//!
//! actix-web is not built on tower and speaks `http` 0.2, so this calls the functions that the
//! layers call. Nothing is converted or copied.
//!
//! Run with
//!
//! ```text
//! cargo run -p actix-hook
//! ```
//!
//! and try the `curl` lines it prints. `settings.rs` has the environment variables.

mod handler;
mod hook;
mod settings;
mod shutdown;

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{App, HttpResponse, HttpServer, web};
use hook::hook;
use settings::Settings;
use shutdown::shutdown;

/// What `GET /` answers.
const WELCOME: &str = include_str!("welcome.html");

/// How long a connection is kept for the next request: longer than proxies keep theirs, so that none is
/// closed while they send a request through it.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let settings = Data::new(Settings::from_env("/userCreated"));
    let listen = settings.listen;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(settings.clone())
            .route(
                "/",
                web::get().to(async || HttpResponse::Ok().content_type("text/html").body(WELCOME)),
            )
            .route("/userCreated", web::to(hook))
    });
    // A request's head has five seconds, unless `client_request_timeout` says otherwise.
    let server = server.keep_alive(KEEP_ALIVE).disable_signals().workers(2).bind(listen)?;
    // Before anybody is told that it is there: a signal that comes at once ends it cleanly, too.
    let shutdown = shutdown();
    for address in server.addrs() {
        println!("Listening on http://{address}");
    }
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(async move {
        shutdown.await;
        handle.stop(true).await;
    });
    server.await
}
