//! The hook publishes to a stream, and the sync consumes it: whoever is killed, the tables are those of
//! a sync that was called by Okta itself.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use okta_hooks_testing::http::Request;
use okta_hooks_testing::nats::Nats;
use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;
use serde_json::{Value, json};

const SECRET: &str = "s3cret";

const USERS: usize = 200;

/// What happens to each user, in this order.
const STEPS: [&str; 5] = ["create", "activate", "suspend", "unsuspend", "deactivate"];

/// The deliveries, in any order, each event in one or two of them.
fn deliveries() -> Vec<Value> {
    let mut random = fastrand::Rng::with_seed(14);
    let mut events: Vec<Value> = (0..USERS).flat_map(history).collect();
    let again: Vec<Value> = events.iter().filter(|_| random.u8(..) < 50).cloned().collect();
    events.extend(again);
    random.shuffle(&mut events);
    let delivery = |(n, events): (usize, &[Value])| {
        json!({
            "source": "https://acme.okta.com/api/v1/eventHooks/who1",
            "eventId": format!("delivery-{n}"),
            "eventTime": "2026-01-02T00:00:00.000Z",
            "data": { "events": events },
        })
    };
    events.chunks(3).enumerate().map(delivery).collect()
}

/// As many steps as the user's number says.
fn history(user: usize) -> Vec<Value> {
    let steps = STEPS.iter().take(1 + user % STEPS.len()).enumerate();
    let event = |(step, kind): (usize, &&str)| {
        json!({
            "uuid": format!("event-{user}-{step}"),
            "published": format!("2026-01-01T00:00:0{step}.000Z"),
            "eventType": format!("user.lifecycle.{kind}"),
            "outcome": {"result": "SUCCESS"},
            "target": [{
                "type": "User",
                "id": format!("00u{user}"),
                "alternateId": format!("user{user}@example.com"),
                "displayName": format!("User {user}"),
            }],
        })
    };
    steps.map(event).collect()
}

/// Sends it until it is accepted.
fn deliver(to: std::net::SocketAddr, path: &'static str, delivery: &Value) {
    let request = Request::new("POST", path).header("authorization", SECRET);
    let request = request.body(delivery.to_string());
    until("it is accepted", || request.send(to).is_ok_and(|answer| answer.status == 204));
}

#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited too long: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn sync(directory: &Path, arguments: &[&str]) -> Server {
    let settings = [("OKTA_HOOK_SECRET", SECRET), ("PAGES", "127.0.0.1:0")];
    let mut server = Server::start_all(directory, binary("user-sync"), arguments, &settings);
    server.read_output();
    server
}

fn users(server: &Server) -> Vec<Value> {
    let answer = Request::new("GET", "/getUsers?limit=1000").send(server.announced("Pages"));
    let users: Value = serde_json::from_slice(&answer.unwrap().body).expect("JSON");
    let mut users = users.as_array().expect("an array").clone();
    users.sort_by_key(|user| user["id"].to_string());
    users
}

fn status(server: &Server, name: &str) -> u64 {
    let answer = Request::new("GET", "/status").send(server.announced("Pages")).unwrap();
    let status: Value = serde_json::from_slice(&answer.body).expect("JSON");
    status[name].as_u64().unwrap_or_else(|| panic!("{name} in {status}"))
}

#[test]
fn a_sync_from_the_stream_has_every_effect_once_though_everything_is_killed() {
    let Some(mut nats) = Nats::start() else { return };
    let url = nats.url();
    let receive = || {
        let settings = [("OKTA_HOOK_SECRET", SECRET), ("NATS_URL", &*url)];
        Server::start_with(binary("jetstream-hook"), &["receive"], &settings)
    };
    let [from_stream, from_hook] = [0, 1].map(|_| tempfile::tempdir().unwrap());
    let deliveries = deliveries();
    let mut receiver = receive();
    let mut server = sync(from_stream.path(), &["--from", &url]);
    for (n, delivery) in deliveries.iter().enumerate() {
        deliver(receiver.address, "/userCreated", delivery);
        // What it has committed and not yet acknowledged comes to the next one, too.
        if n % 50 == 25 {
            server.crash();
            server = sync(from_stream.path(), &["--from", &url]);
        }
        if n == deliveries.len() / 2 {
            nats.crash_and_restart();
        }
        if n == deliveries.len() / 3 {
            receiver.crash();
            receiver = receive();
        }
    }
    let direct = sync(from_hook.path(), &[]);
    for delivery in &deliveries {
        deliver(direct.address, "/userTransfer", delivery);
    }
    let expected = status(&direct, "events");
    until("every event is there", || status(&server, "events") >= expected);
    assert_eq!(status(&server, "events"), expected);
    assert_eq!(users(&server), users(&direct));
    assert_eq!(users(&server).len(), USERS + 1);

    let (ended, _) = server.terminate();
    assert!(ended.success(), "{ended}");
}

#[test]
fn a_sync_whose_database_is_away_acknowledges_nothing_and_goes_on_when_it_is_back() {
    let Some(nats) = Nats::start() else { return };
    let url = nats.url();
    let settings = [("OKTA_HOOK_SECRET", SECRET), ("NATS_URL", &*url)];
    let receiver = Server::start_with(binary("jetstream-hook"), &["receive"], &settings);
    let directory = tempfile::tempdir().unwrap();
    let server = sync(directory.path(), &["--from", &url]);
    let health = || Request::new("GET", "/health").send(server.address).unwrap().status;
    let hook = Request::new("POST", "/userTransfer").header("authorization", SECRET).body("{}");
    assert_eq!((health(), hook.send(server.address).unwrap().status), (200, 404));

    let away = directory.path().join("users.db.away");
    let database = directory.path().join("users.db");
    std::fs::rename(&database, &away).unwrap();
    std::fs::create_dir(&database).unwrap();
    until("it is noticed", || health() == 503);
    for delivery in &deliveries()[..10] {
        deliver(receiver.address, "/userCreated", delivery);
    }
    thread::sleep(Duration::from_secs(2));
    std::fs::remove_dir(&database).unwrap();
    std::fs::rename(&away, &database).unwrap();
    let distinct: std::collections::HashSet<_> = deliveries()[..10]
        .iter()
        .flat_map(|delivery| delivery["data"]["events"].as_array().unwrap().clone())
        .map(|event| event["uuid"].to_string())
        .collect();
    until("every event is there", || {
        health() == 200 && status(&server, "events") == distinct.len() as u64
    });
    let (_, log) = server.terminate();
    assert_eq!(log.matches("nothing was written").count(), 1, "{log}");
}

#[test]
fn a_sync_whom_the_server_refuses_says_so_in_one_line_and_ends_with_code_2() {
    let Some(nats) = Nats::start_with(&["--user", "okta", "--pass", "pa55word-right"]) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let run = |user: &str| {
        let from = nats.url().replace("nats://", &format!("nats://{user}"));
        let mut sync = Command::new(binary("user-sync"));
        sync.args(["--from", &from]).current_dir(directory.path());
        sync.envs([("LISTEN", "127.0.0.1:0"), ("PAGES", "127.0.0.1:0")]).output().unwrap()
    };
    for user in ["", "okta:pa55word-wrong@"] {
        let output = run(user);
        assert_eq!(output.status.code(), Some(2), "{user}");
        let lines = String::from_utf8(output.stderr).unwrap();
        // What async-nats logs of its own is not ours to say.
        let ours: Vec<_> = lines.lines().filter(|line| !line.contains(" async_nats::")).collect();
        assert_eq!(ours.len(), 1, "{lines}");
        assert!(ours[0].starts_with("NATS_URL: the server refuses this user"), "{lines}");
        assert!(!lines.contains("pa55word"), "{lines}");
    }
}

#[test]
fn a_sync_reads_from_a_server_with_tls_that_the_given_authority_vouches_for_and_from_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (certificate, key) = (path("cert.pem"), path("key.pem"));
    if !make_certificate(&certificate, &key) {
        let _ = writeln!(std::io::stderr(), "SKIPPED: there is no openssl to make a certificate");
        return;
    }
    let tls = ["--tls", "--tlscert", &certificate, "--tlskey", &key];
    let Some(nats) = Nats::start_with(&tls) else { return };
    let url = nats.url().replace("nats://", "tls://");
    let trusting = [("NATS_URL", &*url), ("NATS_CA", &*certificate)];
    let settings = [("OKTA_HOOK_SECRET", SECRET), trusting[0], trusting[1]];
    let receiver = Server::start_with(binary("jetstream-hook"), &["receive"], &settings);
    deliver(receiver.address, "/userCreated", &deliveries()[0]);

    let [reading, other] = [0, 1].map(|_| tempfile::tempdir().unwrap());
    let settings = [("PAGES", "127.0.0.1:0"), trusting[1]];
    let reading =
        Server::start_all(reading.path(), binary("user-sync"), &["--from", &url], &settings);
    until("it has read", || status(&reading, "events") > 0);

    let output = Command::new("timeout")
        .arg("3")
        .arg(binary("user-sync"))
        .args(["--from", &url])
        .current_dir(other.path())
        .envs([("LISTEN", "127.0.0.1:0"), ("PAGES", "127.0.0.1:0")])
        .output();
    let log = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(log.contains("no NATS server can be reached"), "{log}");
}

/// For 127.0.0.1, its own authority; `false` where there is no openssl.
fn make_certificate(certificate: &str, key: &str) -> bool {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "2", "-subj", "/CN=nats"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", key, "-out", certificate])
        .output();
    made.is_ok_and(|output| output.status.success())
}
