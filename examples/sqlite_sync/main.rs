//! Okta's users, in a SQLite database of your own: the hook, built like production.
//!
//! Run with
//!
//! ```text
//! cargo run --example sqlite_sync
//! ```
//!
//! and try the lines it prints. `settings.rs` has what the environment, or `.env`, can say.
//!
//! Every event is on disk before Okta is told that it arrived; profiles come from the Users API, and
//! what the hook lost from the System Log.

mod clock;
#[path = "../common/mod.rs"]
mod common;
mod effect;
mod hook;
mod metrics;
#[allow(dead_code, unused_imports, reason = "a client for more than this service asks of it")]
mod okta;
mod pages;
mod profiles;
mod repair;
mod settings;
mod store;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use metrics::Metrics;
use settings::{Settings, refuse};
use store::{Reader, Store};

/// How long a connection may go on after we were asked to stop.
const DRAIN: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() {
    let Settings { common, pages, database, group, org, repair_every } = Settings::from_env();
    let client = org.map(|(url, credentials)| {
        let client = okta::Client::new(&url, credentials);
        Arc::new(client.unwrap_or_else(|error| refuse(&format!("okta_url: {error}"))))
    });
    let metrics = Arc::new(Metrics::default());
    let (store, writer) = Store::open(&database, group, metrics.clone())
        .unwrap_or_else(|error| refuse(&format!("DATABASE: {}: {error}", database.display())));
    let reader = Reader::open(&database);

    let pages_listener = listen("PAGES", pages).await;
    let listener = listen("LISTEN", common.listen).await;
    let show =
        pages::Pages { store: store.clone(), reader: reader.clone(), metrics: metrics.clone() };
    let hook = hook::router(&common.receiver, common.deadline, &store, reader.clone(), metrics);
    announce(&pages_listener, &listener, client.is_some());

    let (stop, stopping) = watch::channel(());
    let mut loops = JoinSet::new();
    if let Some(client) = client {
        loops.spawn(profiles::run(client.clone(), store.clone(), reader.clone()));
        loops.spawn(repair::run(client, store.clone(), reader, repair_every));
    }
    let mut doors = JoinSet::new();
    doors.spawn(serve(pages_listener, pages::router(show), stopping.clone()));
    doors.spawn(serve(listener, hook, stopping));

    common::shutdown().await;
    // Nobody new gets in; who is in gets an answer.
    drop(stop);
    loops.shutdown().await;
    if tokio::time::timeout(DRAIN, async { while doors.join_next().await.is_some() {} })
        .await
        .is_err()
    {
        tracing::warn!("some connections were still open");
        doors.shutdown().await;
    }
    drop(store);
    writer.join();
}

async fn listen(name: &str, address: SocketAddr) -> TcpListener {
    TcpListener::bind(address)
        .await
        .unwrap_or_else(|error| refuse(&format!("{name}: {address}: {error}")))
}

async fn serve(listener: TcpListener, router: Router, mut stopping: watch::Receiver<()>) {
    let stopped = async move { while stopping.changed().await.is_ok() {} };
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "a door is closed");
    }
}

fn announce(pages: &TcpListener, hook: &TcpListener, has_org: bool) {
    let address = |listener: &TcpListener| {
        listener.local_addr().map_or_else(|_| "?".to_owned(), |address| address.to_string())
    };
    if !has_org {
        println!(
            "No okta_url is set: profiles stay as far as the events tell, and gaps are not repaired."
        );
    }
    if pages.local_addr().is_ok_and(|address| !address.ip().is_loopback()) {
        println!("PAGES is no loopback address: whoever can reach it sees personal data.");
    }
    println!("Pages     http://{}/ and /getUsers", address(pages));
    println!("Hook path {}", hook::PATH);
    println!("Listening on http://{}", address(hook));
}
