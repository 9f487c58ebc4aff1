//! Okta's users, in a database of your own, SQLite or PostgreSQL: the hook, built like production.
//!
//! Run with
//!
//! ```text
//! cargo run -p user-sync
//! ```
//!
//! and try the lines it prints. `settings/mod.rs` has what the environment, or `.env`, can say.
//!
//! Every event is on disk before Okta is told that it arrived; profiles come from the Users API, and
//! what the hook lost from the System Log.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

#[cfg(feature = "nats")]
use user_sync::from_nats;
use user_sync::metrics::Metrics;
use user_sync::server::{self, Limits};
use user_sync::settings::{Settings, Source, refuse};
use user_sync::shutdown::shutdown;
use user_sync::store::{Counts, Opened, Profiles, Store};
use user_sync::{gap_repair, hook, okta, pages, profiles, sign_of_life};

#[tokio::main]
async fn main() {
    let Settings {
        listen: hook_address,
        source,
        deadline,
        pages,
        database,
        replica,
        group,
        org,
        gap_repair_every,
    } = Settings::from_env();
    let client = org.map(|(url, credentials)| {
        let client = okta::Client::new(&url, credentials);
        Arc::new(client.unwrap_or_else(|error| refuse(&format!("okta_url: {error}"))))
    });
    let metrics = Arc::new(Metrics::of(replica));
    let profiles = if client.is_some() { Profiles::Ask } else { Profiles::DoNotAsk };
    let Opened { store, reader, turns, replicas, writer } =
        Store::open(&database, group, profiles, metrics.clone())
            .unwrap_or_else(|error| refuse(&format!("DATABASE: {database}: {error}")));

    let pages_listener = listen("PAGES", pages).await;
    let listener = listen("LISTEN", hook_address).await;
    let show = pages::Pages {
        store: store.clone(),
        reader: reader.clone(),
        counts: Counts::new(reader.clone()),
        metrics: metrics.clone(),
        replicas: replicas.clone(),
    };
    let hook = match &source {
        Source::Hook(receiver) => hook::router(receiver, deadline, &store, metrics),
        #[cfg(feature = "nats")]
        Source::Nats(_) => hook::health_alone(deadline, &store),
    };
    // Before anybody is told that it is there: a signal that comes at once ends it cleanly, too.
    let shutdown = shutdown();
    announce(&pages_listener, &listener, client.is_some(), &source);
    #[cfg(feature = "nats")]
    let consuming = Consuming::start(source, &store, show.metrics.clone());

    let (stop, stopping) = watch::channel(());
    let mut loops = JoinSet::new();
    if replicas.is_shared() {
        loops.spawn(sign_of_life::run(replicas, show.metrics.clone()));
    }
    if let Some(client) = client {
        loops.spawn(profiles::run(client.clone(), store.clone(), turns.clone()));
        loops.spawn(gap_repair::run(client, store.clone(), reader, turns, gap_repair_every));
    }
    let mut servers = JoinSet::new();
    let files = server::open_files();
    // The rest is for the database and for Okta's API.
    let (half, eighth) = (Limits::new(files / 2), Limits::new(files / 8));
    servers.spawn(server::serve(listener, hook, half, stopped(stopping.clone())));
    servers.spawn(server::serve(pages_listener, pages::router(show), eighth, stopped(stopping)));

    shutdown.await;
    // Nothing new is accepted; what is being handled gets its answer.
    drop(stop);
    loops.shutdown().await;
    #[cfg(feature = "nats")]
    consuming.stop().await;
    while servers.join_next().await.is_some() {}
    drop(store);
    writer.join();
}

async fn listen(name: &str, address: SocketAddr) -> TcpListener {
    TcpListener::bind(address)
        .await
        .unwrap_or_else(|error| refuse(&format!("{name}: {address}: {error}")))
}

async fn stopped(mut stopping: watch::Receiver<()>) {
    while stopping.changed().await.is_ok() {}
}

/// Says where it is. Nobody has to read it: who closes standard output, as `head` does, stops nothing.
fn announce(pages: &TcpListener, hook: &TcpListener, has_org: bool, source: &Source) {
    let address = |listener: &TcpListener| {
        listener.local_addr().map_or_else(|_| "?".to_owned(), |address| address.to_string())
    };
    let mut text = String::new();
    if !has_org {
        text += "No okta_url is set: profiles stay as far as the events tell, and gaps are not repaired.\n";
    }
    if pages.local_addr().is_ok_and(|address| !address.ip().is_loopback()) {
        text += "PAGES is no loopback address: whoever can reach it sees personal data.\n";
    }
    text += &format!("Pages     http://{}/ and /getUsers\n", address(pages));
    text += &match source {
        Source::Hook(_) => format!("Hook path {}\n", hook::PATH),
        #[cfg(feature = "nats")]
        Source::Nats(nats) => format!("Events    {} of {}\n", nats.1.filter, nats.0.stream),
    };
    text += &format!("Listening on http://{}\n", address(hook));
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// The task that consumes the stream, if there is one.
#[cfg(feature = "nats")]
struct Consuming {
    stop: watch::Sender<bool>,
    task: Option<tokio::task::JoinHandle<()>>,
}

#[cfg(feature = "nats")]
impl Consuming {
    fn start(source: Source, store: &Store, metrics: Arc<Metrics>) -> Self {
        let (stop, stopping) = watch::channel(false);
        let store = store.clone();
        let task = match source {
            Source::Hook(_) => None,
            Source::Nats(nats) => Some(tokio::spawn(async move {
                let (nats, consumer) = *nats;
                let consumed = from_nats::run(&nats, &consumer, store, metrics, stopping).await;
                consumed.unwrap_or_else(|unusable| refuse(&unusable.0));
            })),
        };
        Self { stop, task }
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task {
            let _ = task.await;
        }
    }
}
