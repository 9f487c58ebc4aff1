//! A sync that is killed after it wrote events and before the stream knows of it: they come again, to the
//! next one, and change nothing.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::{self, stream::Stream};
use okta_hooks_testing::http::Request;
use okta_hooks_testing::nats::Nats;
use okta_hooks_testing::postgres::Postgres;
use okta_hooks_testing::process::Server;
use okta_hooks_testing::proxy::Proxy;
use okta_hooks_testing::workspace::binary;
use serde_json::{Value, json};

const SECRET: &str = "s3cret";

/// Fewer than the sync has asked for before its requests are lost.
const EVENTS: usize = 40;

fn deliver(to: SocketAddr, number: usize) {
    let body = json!({
        "source": "https://acme.okta.com/api/v1/eventHooks/who1",
        "eventId": format!("delivery-{number}"),
        "eventTime": "2026-01-02T00:00:00.000Z",
        "data": { "events": [{
            "uuid": format!("event-{number}"),
            "published": "2026-01-01T00:00:00.000Z",
            "eventType": "user.lifecycle.create",
            "outcome": {"result": "SUCCESS"},
            "target": [{"type": "User", "id": format!("00u{number}"), "alternateId": format!("{number}@example.com")}],
        }]},
    });
    let request = Request::new("POST", "/userCreated").header("authorization", SECRET);
    assert_eq!(request.body(body.to_string()).send(to).unwrap().status, 204);
}

fn sync(directory: &Path, stream: SocketAddr, database: &str) -> Server {
    let from = format!("nats://{stream}");
    let settings = [("OKTA_HOOK_SECRET", SECRET), ("PAGES", "127.0.0.1:0"), ("DATABASE", database)];
    Server::start_all(directory, binary("user-sync"), &["--from", &from], &settings)
}

fn page(server: &Server, path: &'static str) -> Value {
    let answer = Request::new("GET", path).send(server.announced("Pages")).unwrap();
    serde_json::from_slice(&answer.body).expect("JSON")
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(90);
    while !is_so().await {
        assert!(Instant::now() < deadline, "waited too long: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What the sync has got and not acknowledged, and what it has not got.
async fn outstanding(stream: &Stream) -> (usize, u64) {
    let info = stream.consumer_info("user-sync").await.expect("it is there");
    (info.num_ack_pending, info.num_pending)
}

/// Has the stream wait so long for an acknowledgment.
async fn wait_for_acknowledgments(stream: &Stream, wait: Duration) {
    let config = pull::Config {
        durable_name: Some("user-sync".to_owned()),
        filter_subject: "okta.events.>".to_owned(),
        ack_policy: AckPolicy::Explicit,
        ack_wait: wait,
        max_deliver: -1,
        ..pull::Config::default()
    };
    stream.create_consumer(config).await.expect("it can be changed");
}

async fn a_kill_before_the_acknowledgment_doubles_nothing_over(database: &str) {
    let Some(nats) = Nats::start() else { return };
    let settings = [("OKTA_HOOK_SECRET", SECRET), ("NATS_URL", &*nats.url())];
    let receiver = Server::start_with(binary("jetstream-hook"), &["receive"], &settings);
    let directory = tempfile::tempdir().unwrap();
    let network = Proxy::start(&[nats.address()]);
    let first = sync(directory.path(), network.address, database);
    deliver(receiver.address, 0);
    let client = async_nats::connect(nats.url()).await.unwrap();
    let stream = jetstream::new(client).get_stream("OKTA").await.unwrap();
    until("the first is acknowledged", async || {
        page(&first, "/status")["events"] == 1 && outstanding(&stream).await == (0, 0)
    })
    .await;

    network.drop_requests();
    (1..=EVENTS).for_each(|number| deliver(receiver.address, number));
    until("all are written", async || page(&first, "/status")["events"] == EVENTS + 1).await;
    let users = page(&first, "/getUsers?limit=1000");
    assert_eq!(outstanding(&stream).await, (EVENTS, 0), "and none is acknowledged");
    first.crash();

    // They come again now, and not in half a minute.
    wait_for_acknowledgments(&stream, Duration::from_millis(100)).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    wait_for_acknowledgments(&stream, Duration::from_secs(30)).await;
    let second = sync(directory.path(), nats.address(), database);
    until("all are acknowledged", async || outstanding(&stream).await == (0, 0)).await;
    let status = page(&second, "/status");
    assert_eq!((&status["events"], &status["duplicates"]), (&json!(EVENTS + 1), &json!(EVENTS)));
    assert_eq!(page(&second, "/getUsers?limit=1000"), users);
    assert!(second.terminate().0.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_over_sqlite_that_is_killed_before_it_acknowledges_doubles_nothing() {
    a_kill_before_the_acknowledgment_doubles_nothing_over("users.db").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_over_postgresql_that_is_killed_before_it_acknowledges_doubles_nothing() {
    let Some(server) = Postgres::start() else { return };
    a_kill_before_the_acknowledgment_doubles_nothing_over(&server.url()).await;
}
