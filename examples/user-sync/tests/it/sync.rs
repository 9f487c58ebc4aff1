//! The SQLite user sync as a real process with a real file: what was acknowledged is there, once,
//! whatever happens.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::support::http::{Request, Response};
use crate::support::process::{PROGRAM, Server};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

const SECRET: &str = "s3cret";

/// A database in a directory of its own, and the service over it.
pub struct Sync {
    directory: TempDir,
}

impl Sync {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub fn start(&self) -> Server {
        let settings = [("OKTA_HOOK_SECRET", SECRET), ("PAGES", "127.0.0.1:0")];
        Server::start_in(self.directory.path(), &settings)
    }

    /// With an org to ask for profiles, which nobody answers for.
    pub fn start_with_org(&self) -> Server {
        let org = [("okta_url", "http://127.0.0.1:9"), ("okta_key", "k3y")];
        let settings = [("OKTA_HOOK_SECRET", SECRET), ("PAGES", "127.0.0.1:0")];
        Server::start_in(self.directory.path(), &[settings, org].concat())
    }

    pub fn database(&self) -> PathBuf {
        self.directory.path().join("users.db")
    }
}

pub fn deliver(to: SocketAddr, events: &[Value]) -> std::io::Result<Response> {
    deliver_at(to, json!("2026-01-02T00:00:00.000Z"), events)
}

/// A delivery that was composed at this time.
pub fn deliver_at(
    to: SocketAddr,
    event_time: Value,
    events: &[Value],
) -> std::io::Result<Response> {
    let body = json!({
        "eventType": "com.okta.event_hook",
        "source": "https://acme.okta.com/api/v1/eventHooks/who4m2xk81RvQeTzd5d7",
        "eventId": format!("{:032x}", fastrand::u128(..)),
        "eventTime": event_time,
        "data": {"events": events},
    });
    Request::new("POST", "/userTransfer")
        .header("authorization", SECRET)
        .body(body.to_string())
        .send(to)
}

pub fn event(uuid: &str, published: &str, event_type: &str, targets: Value) -> Value {
    json!({"uuid": uuid, "published": published, "eventType": event_type, "outcome": {"result": "SUCCESS"}, "target": targets})
}

fn created(uuid: &str) -> Value {
    let user = json!([{"id": format!("00u{uuid}"), "type": "User", "alternateId": format!("{uuid}@example.com")}]);
    event(uuid, "2026-01-01T00:00:00.000Z", "user.lifecycle.create", user)
}

pub fn page(server: &Server, path: &'static str) -> Response {
    Request::new("GET", path).send_to_host(server.announced("Pages"))
}

pub fn json_of(server: &Server, path: &'static str) -> Value {
    serde_json::from_slice(&page(server, path).body).unwrap()
}

trait SendToHost {
    fn send_to_host(self, to: SocketAddr) -> Response;
}

impl SendToHost for Request {
    /// Sends it, with the address as the host, as a browser does.
    fn send_to_host(self, to: SocketAddr) -> Response {
        self.host(&to.to_string()).send(to).unwrap()
    }
}

/// Everything in the tables but when and how it came.
pub fn dump(database: &Path) -> Vec<String> {
    let connection = Connection::open(database).unwrap();
    let mut rows = Vec::new();
    for table in [
        "users",
        "logins",
        "groups",
        "memberships",
        "events",
        "hook_types",
        "dead_letters",
        "refreshes",
        "meta",
    ] {
        let left_out = ["seq", "received_at", "due_at", "asked", "origin", "delivery_id", "hash"];
        let mut columns: Vec<String> = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .unwrap()
            .column_names()
            .map(str::to_owned)
            .collect();
        columns.retain(|column| !left_out.contains(&column.as_str()));
        let sql = format!(
            "SELECT json_array({}) FROM {table}",
            columns
                .iter()
                .map(|column| format!("CAST({column} AS TEXT)"))
                .collect::<Vec<_>>()
                .join(", ")
        );
        let mut statement = connection.prepare(&sql).unwrap();
        let found = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.extend(found.map(|row| format!("{table} {}", row.unwrap())));
    }
    rows.sort();
    rows
}

fn assert_intact(database: &Path) {
    let connection = Connection::open(database).unwrap();
    let answer: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(answer, "ok");
}

#[test]
fn what_was_acknowledged_survives_every_crash_once_and_a_second_delivery_changes_nothing() {
    let sync = Sync::new();
    let acknowledged: Arc<Mutex<Vec<String>>> = Arc::default();
    let sent = Arc::new(AtomicUsize::new(0));
    for round in 0..25 {
        let server = sync.start();
        let address = server.address;
        let crashed = Arc::new(AtomicBool::new(false));
        let before = acknowledged.lock().unwrap().len();
        let senders: Vec<_> = (0..8)
            .map(|_| {
                let (acknowledged, sent, crashed) =
                    (acknowledged.clone(), sent.clone(), crashed.clone());
                thread::spawn(move || {
                    while !crashed.load(Ordering::Relaxed) {
                        let uuids: Vec<String> = (0..1 + fastrand::usize(..4))
                            .map(|_| format!("u{}", sent.fetch_add(1, Ordering::Relaxed)))
                            .collect();
                        let events: Vec<Value> = uuids.iter().map(|uuid| created(uuid)).collect();
                        if deliver(address, &events).is_ok_and(|answer| answer.status == 204) {
                            acknowledged.lock().unwrap().extend(uuids);
                        }
                    }
                })
            })
            .collect();
        // At a random moment in the middle of the stream.
        while acknowledged.lock().unwrap().len() < before + 1 + fastrand::usize(..60) {
            thread::sleep(Duration::from_millis(1));
        }
        server.crash();
        crashed.store(true, Ordering::Relaxed);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert_intact(&sync.database());
        let stored = stored(&sync.database());
        let acknowledged = acknowledged.lock().unwrap();
        let lost: Vec<_> = acknowledged.iter().filter(|uuid| !stored.contains(*uuid)).collect();
        assert!(lost.is_empty(), "round {round} lost {lost:?} of {}", acknowledged.len());
    }

    let server = sync.start();
    let before = dump(&sync.database());
    let all: Vec<Value> = stored(&sync.database()).iter().map(|uuid| created(uuid)).collect();
    assert!(all.len() >= 25);
    for events in all.chunks(50) {
        assert_eq!(deliver(server.address, events).unwrap().status, 204);
    }
    assert_eq!(dump(&sync.database()), before);
    let (status, _) = server.terminate();
    assert!(status.success());
}

fn stored(database: &Path) -> BTreeSet<String> {
    let connection = Connection::open(database).unwrap();
    let mut statement = connection.prepare("SELECT uuid FROM events").unwrap();
    let uuids = statement.query_map([], |row| row.get(0)).unwrap();
    uuids.collect::<rusqlite::Result<_>>().unwrap()
}

/// 500 events about 20 users and 5 groups, in the order of their times; some at the same time.
pub fn history() -> Vec<Value> {
    let mut random = fastrand::Rng::with_seed(7);
    let types = [
        "user.lifecycle.create",
        "user.lifecycle.activate",
        "user.lifecycle.reactivate",
        "user.lifecycle.deactivate",
        "user.lifecycle.suspend",
        "user.lifecycle.unsuspend",
        "user.account.lock",
        "user.account.unlock",
        "user.account.update_profile",
        "user.lifecycle.delete.initiated",
        "user.lifecycle.delete.completed",
        "group.user_membership.add",
        "group.user_membership.remove",
        "user.session.start",
    ];
    let history = (0..500).map(|n| {
        let id = random.usize(..20);
        let login = format!("user{id}@example.com");
        // Some logins change, and some events have nothing but a login.
        let renamed = format!("user{id}.{}@example.com", random.usize(..3));
        let login = if random.usize(..4) == 0 { renamed } else { login };
        let user = match random.usize(..10) {
            0 => json!({"alternateId": login}),
            1 => json!({"id": format!("00u{id}"), "type": "User", "alternateId": "unknown"}),
            _ => json!({"id": format!("00u{id}"), "type": "User", "alternateId": login, "displayName": format!("User {id}.{n}")}),
        };
        let group = random.usize(..5);
        let group = json!({"id": format!("00g{group}"), "type": "UserGroup", "displayName": format!("Group {group}.{n}")});
        let second = n / 3;
        // Fractions of several lengths, so that text order is not time order.
        let published = match n % 3 {
            0 => format!("2026-01-01T00:{:02}:{:02}Z", second / 60, second % 60),
            _ => format!("2026-01-01T00:{:02}:{:02}.{}Z", second / 60, second % 60, n % 3),
        };
        let kind = types[random.usize(..types.len())];
        let mut event = event(&format!("e{n:03}"), &published, kind, json!([group, user]));
        if random.usize(..10) == 0 {
            event["outcome"]["result"] = json!("FAILURE");
        }
        event
    });
    history.collect()
}

/// The tables after the events came in these batches.
fn tables_after<'a>(batches: impl IntoIterator<Item = &'a [Value]>) -> Vec<String> {
    let sync = Sync::new();
    let server = sync.start();
    for batch in batches {
        assert_eq!(deliver(server.address, batch).unwrap().status, 204);
    }
    server.terminate();
    dump(&sync.database())
}

#[test]
fn the_order_repetition_and_batching_of_events_does_not_matter() {
    let history = history();
    let expected = tables_after(history.chunks(10));
    assert!(expected.iter().filter(|row| row.starts_with("users")).count() > 20);

    let mut reversed = history.clone();
    reversed.reverse();
    assert_eq!(tables_after(reversed.chunks(10)), expected, "reversed");

    let mut shuffled = history.clone();
    fastrand::Rng::with_seed(11).shuffle(&mut shuffled);
    assert_eq!(tables_after(shuffled.chunks(7)), expected, "shuffled");

    let mut twice = [history.clone(), history.clone()].concat();
    fastrand::Rng::with_seed(13).shuffle(&mut twice);
    assert_eq!(tables_after(twice.chunks(9)), expected, "every event twice");

    assert_eq!(tables_after([history.as_slice()]), expected, "in one batch");
    assert_eq!(tables_after(history.chunks(1)), expected, "one by one");
}

#[test]
fn the_guide_works_test_user_first_then_john_doe_even_by_login_alone() {
    let sync = Sync::new();
    let server = sync.start();
    let users = json_of(&server, "/getUsers");
    assert_eq!(users[0]["displayName"], "Test User");
    assert_eq!(users[0]["lastEvent"], Value::Null);

    let preview = json!([{"alternateId": "john.doe@example.com"}]);
    let by_hand = event("p1", "2026-01-01T00:00:00.000Z", "user.lifecycle.create", preview);
    assert_eq!(deliver(server.address, &[by_hand]).unwrap().status, 204);
    let users = json_of(&server, "/getUsers");
    let john = &users[0];
    assert_eq!((&john["id"], &john["login"]), (&Value::Null, &json!("john.doe@example.com")));
    assert_eq!(john["updatedAt"], "2026-01-01T00:00:00Z");

    // When the real one comes they are one and the same.
    let user = json!([{"id": "00u1", "type": "User", "alternateId": "John.Doe@example.com", "displayName": "John Doe"}]);
    let real = event("r1", "2026-01-01T00:00:01.000Z", "user.lifecycle.activate", user);
    assert_eq!(deliver(server.address, &[real]).unwrap().status, 204);
    let users = json_of(&server, "/getUsers");
    assert_eq!(users.as_array().unwrap().len(), 2, "{users}");
    assert_eq!(
        users[0],
        json!({
            "id": "00u1", "login": "John.Doe@example.com", "email": null, "firstName": null, "lastName": null,
            "displayName": "John Doe", "status": "ACTIVE", "lastEvent": "user.lifecycle.activate",
            "updatedAt": "2026-01-01T00:00:01Z",
        })
    );
}

#[test]
fn each_event_changes_the_status_it_is_about() {
    let sync = Sync::new();
    let server = sync.start();
    let user = || json!([{"id": "00u1", "type": "User", "alternateId": "ann@example.com"}]);
    let statuses = [
        ("user.lifecycle.create", "STAGED"),
        ("user.lifecycle.activate", "ACTIVE"),
        ("user.lifecycle.suspend", "SUSPENDED"),
        ("user.lifecycle.unsuspend", "ACTIVE"),
        ("user.account.lock", "LOCKED_OUT"),
        ("user.account.unlock", "ACTIVE"),
        ("user.session.start", "ACTIVE"),
        ("user.lifecycle.deactivate", "DEPROVISIONED"),
        ("user.lifecycle.reactivate", "PROVISIONED"),
        ("user.lifecycle.delete.initiated", "DELETING"),
        ("user.lifecycle.delete.completed", "DELETED"),
    ];
    for (n, (event_type, status)) in statuses.into_iter().enumerate() {
        let published = format!("2026-01-01T00:00:{n:02}.000Z");
        let happens = event(&format!("s{n}"), &published, event_type, user());
        assert_eq!(deliver(server.address, &[happens]).unwrap().status, 204);
        let users = json_of(&server, "/getUsers");
        assert_eq!(
            (&users[0]["status"], &users[0]["lastEvent"]),
            (&json!(status), &json!(event_type))
        );
    }
    let late = event("late", "2026-01-01T00:00:00.500Z", "user.lifecycle.activate", user());
    deliver(server.address, &[late]).unwrap();
    assert_eq!(json_of(&server, "/getUsers")[0]["status"], "DELETED");
    assert_eq!(
        json_of(&server, "/events?limit=1")[0]["uuid"],
        "late",
        "it is recorded all the same"
    );
}

#[test]
fn dead_letters_are_kept_once_and_can_be_put_through_again() {
    let sync = Sync::new();
    let server = sync.start();
    let post = |body: &str| {
        Request::new("POST", "/userTransfer")
            .header("authorization", SECRET)
            .body(body)
            .send(server.address)
            .unwrap()
            .status
    };
    for _ in 0..2 {
        assert_eq!(post("{\"password\":"), 400);
        assert_eq!(post(r#"{"data":{"events":[5,{"uuid":"x"}]}}"#), 204);
    }
    let letters = json_of(&server, "/dead-letters");
    let reasons: Vec<_> = letters
        .as_array()
        .unwrap()
        .iter()
        .map(|letter| (letter["path"].clone(), letter["reason"].clone()))
        .collect();
    assert_eq!(
        reasons,
        [
            (json!("data.events[1].eventType"), json!("expected a string")),
            (json!("data.events[0]"), json!("expected an object")),
            (json!(""), json!("unexpected end of JSON at line 1 column 12")),
        ]
    );
    let retry = |path| Request::new("POST", path).send_to_host(server.announced("Pages"));
    let refused = retry("/dead-letters/1/retry");
    assert_eq!(refused.status, 422);
    assert!(!refused.text().contains("password"));
    assert_eq!(retry("/dead-letters/99/retry").status, 404);

    // As if it had come from a release that knew less.
    let connection = Connection::open(sync.database()).unwrap();
    let raw = created("again").to_string();
    connection.execute("UPDATE dead_letters SET raw = ?1 WHERE id = 3", [raw.as_bytes()]).unwrap();
    assert_eq!(retry("/dead-letters/3/retry").status, 204);
    assert!(stored(&sync.database()).contains("again"));
    assert_eq!(json_of(&server, "/dead-letters").as_array().unwrap().len(), 2);
    assert_eq!(json_of(&server, "/events")[0]["origin"], "retry");
}

#[test]
fn the_hooks_listener_shows_no_personal_data_and_that_of_the_pages_answers_no_stranger() {
    let sync = Sync::new();
    let server = sync.start();
    for path in ["/getUsers", "/events", "/dead-letters", "/metrics", "/", "/status"] {
        assert_eq!(Request::new("GET", path).send(server.address).unwrap().status, 404, "{path}");
        assert_eq!(page(&server, path).status, 200, "{path}");
    }
    assert_eq!(Request::new("GET", "/health").send(server.address).unwrap().text(), "ok\n");
    let pages = server.announced("Pages");
    let host = pages.to_string();
    let rebound = Request::new("GET", "/getUsers").host("evil.example").send(pages).unwrap();
    assert_eq!((rebound.status, rebound.text().contains("example.com")), (403, false));
    let retry = |origin: &str| {
        let request = Request::new("POST", "/dead-letters/1/retry").host(&host);
        request.header("origin", origin).send(pages).unwrap().status
    };
    assert_eq!(retry("http://evil.example"), 403);
    assert_eq!(retry("null"), 403);
    assert_eq!(retry(&format!("http://{host}")), 404);
    assert!(
        page(&server, "/")
            .header("content-security-policy")
            .unwrap()
            .contains("default-src 'none'")
    );
}

#[test]
fn metrics_count_what_happened() {
    let sync = Sync::new();
    let server = sync.start_with_org();
    deliver(server.address, &[created("m1"), created("m2"), json!(5)]).unwrap();
    deliver(server.address, &[created("m2")]).unwrap();
    Request::new("POST", "/userTransfer").send(server.address).unwrap();
    let metrics = page(&server, "/metrics").text();
    for line in [
        "deliveries_total 2",
        "events_total 2",
        "duplicates_total 1",
        "invalid_events_total 1",
        "dead_letters_total 1",
        "refused_total 1",
        "users 3",
        "dead_letters 1",
        "refresh_backlog 2",
        "queue_length 0",
    ] {
        assert!(metrics.contains(&format!("\nokta_sync_{line}\n")), "{line} in {metrics}");
    }
}

#[test]
fn settings_that_make_no_sense_are_one_line_and_exit_code_2() {
    let directory = tempfile::tempdir().unwrap();
    let refused = |settings: &[(&str, &str)]| {
        let output = Command::new(PROGRAM)
            .current_dir(directory.path())
            .env("OKTA_HOOK_SECRET", SECRET)
            .envs(settings.iter().copied())
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{settings:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        error
    };
    let same = "127.0.0.1:49151";
    for (settings, says) in [
        (&[("LISTEN", same), ("PAGES", same)][..], "LISTEN and PAGES"),
        (&[("LISTEN", "here")], "LISTEN: expected an address"),
        (&[("DATABASE", "missing/users.db")], "DATABASE: missing/users.db"),
        (&[("DATABASE", ".")], "DATABASE: ."),
        (&[("okta_key", "k3y")], "okta_url is not"),
        (&[("okta_url", "https://acme.okta.com")], "neither okta_key nor"),
        (&[("okta_url", "http://acme.okta.com"), ("okta_key", "k3y")], "okta_url"),
        (&[("okta_url", "acme"), ("okta_key", "k3y")], "okta_url"),
        (&[("okta_key", "k3y"), ("OKTA_CLIENT_ID", "0oa1")], "one or the other"),
        (&[("OKTA_CLIENT_ID", "0oa1")], "set both or none"),
        (
            &[("OKTA_CLIENT_ID", "0oa1"), ("OKTA_PRIVATE_KEY", "k3y.pem")],
            "OKTA_PRIVATE_KEY: neither a PEM nor",
        ),
        (&[("GAP_REPAIR_SECONDS", "soon")], "GAP_REPAIR_SECONDS"),
    ] {
        let error = refused(settings);
        assert!(error.contains(says), "{error}");
        assert!(!error.contains("k3y"), "{error}");
    }
    std::fs::write(
        directory.path().join("text.db"),
        "no database at all, but long enough to look at".repeat(50),
    )
    .unwrap();
    assert!(refused(&[("DATABASE", "text.db")]).contains("not a database"));
    std::fs::write(directory.path().join(".env"), "LISTEN=nowhere\n").unwrap();
    assert!(refused(&[]).contains("LISTEN: expected"), ".env is read");
}

#[test]
fn a_database_of_a_later_release_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.db");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let output = Command::new(PROGRAM)
        .current_dir(directory.path())
        .env("OKTA_HOOK_SECRET", SECRET)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("later release"));
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_database() {
    use std::os::unix::fs::PermissionsExt;
    let sync = Sync::new();
    let server = sync.start();
    deliver(server.address, &[created("mine")]).unwrap();
    for file in std::fs::read_dir(sync.directory.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", file.path());
    }
}

#[test]
fn a_stop_lets_every_delivery_that_got_in_finish() {
    let sync = Sync::new();
    let server = sync.start();
    let address = server.address;
    let senders: Vec<_> = (0..16)
        .map(|sender| {
            thread::spawn(move || {
                let mut acknowledged = Vec::new();
                for n in 0.. {
                    let uuid = format!("{sender}-{n}");
                    match deliver(address, &[created(&uuid)]) {
                        Ok(answer) if answer.status == 204 => acknowledged.push(uuid),
                        Ok(answer) => panic!("{}", answer.status),
                        // It does not listen any more, or had not accepted this one yet.
                        Err(_) => return acknowledged,
                    }
                }
                unreachable!("it is stopped")
            })
        })
        .collect();
    thread::sleep(Duration::from_millis(300));
    let (status, log) = server.terminate();
    assert!(status.success(), "{status} {log}");
    assert_eq!(log, "");
    let stored = stored(&sync.database());
    for sender in senders {
        let acknowledged = sender.join().unwrap();
        assert!(!acknowledged.is_empty());
        assert!(acknowledged.iter().all(|uuid| stored.contains(uuid)));
    }
    assert_intact(&sync.database());
    let wal = std::fs::metadata(sync.directory.path().join("users.db-wal"));
    assert!(wal.map_or(true, |wal| wal.len() == 0), "nothing is left in the write-ahead log");
}
