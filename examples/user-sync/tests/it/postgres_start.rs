//! What the process says at its start over a database that it cannot work with: one line and exit
//! code 2; and over one that it can.

use std::net::TcpListener;
use std::process::Command;

use crate::support::postgres::Postgres;
use crate::support::process::PROGRAM;
use crate::support::sync::{Sync, delivery, event};

/// What it writes to standard error when it does not start.
#[track_caller]
fn refusal(settings: &[(&str, &str)]) -> String {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let output = Command::new(PROGRAM)
        .current_dir(directory.path())
        .envs([("LISTEN", "127.0.0.1:0"), ("PAGES", "127.0.0.1:0"), ("OKTA_HOOK_SECRET", "s")])
        .envs(settings.iter().copied())
        .output()
        .expect("it runs");
    let error = String::from_utf8(output.stderr).expect("lines are UTF-8");
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.starts_with("DATABASE: "), "{error}");
    assert!(!error.contains("pa55word"), "{error}");
    error
}

#[test]
fn a_database_that_cannot_be_used_is_one_line_and_exit_code_2() {
    let Some(server) = Postgres::start() else { return };
    server.sql("CREATE ROLE ann LOGIN PASSWORD 'pa55word-right'");
    server.sql("CREATE DATABASE newer OWNER ann");
    server.sql("CREATE DATABASE used OWNER postgres");
    server.sql("CREATE DATABASE latin OWNER ann ENCODING 'LATIN1' TEMPLATE template0");
    server.trust_nobody();
    let url = |password: &str, database: &str| {
        format!("postgres://ann:{password}@127.0.0.1:{}/{database}", server.port())
    };
    let wrong = refusal(&[("DATABASE", &url("pa55word-wrong", "newer"))]);
    assert!(wrong.contains("password authentication failed"), "{wrong}");
    let missing = refusal(&[("DATABASE", &url("pa55word-right", "missing"))]);
    assert!(missing.contains("does not exist"), "{missing}");
    let denied = refusal(&[("DATABASE", &url("pa55word-right", "used"))]);
    assert!(denied.contains("permission denied"), "{denied}");
    let latin = refusal(&[("DATABASE", &url("pa55word-right", "latin"))]);
    assert!(latin.contains("LATIN1"), "{latin}");
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let closed = format!("postgres://ann:pa55word@{}/sync", closed.expect("a free port"));
    let unreachable = refusal(&[("DATABASE", &closed)]);
    assert!(unreachable.contains("refused"), "{unreachable}");
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("it listens");
    let unanswered = refusal(&[("DATABASE", &format!("postgres://ann:pa55word@{address}/sync"))]);
    assert!(unanswered.contains("does not answer in time"), "{unanswered}");

    let directory = tempfile::tempdir().expect("a directory can be made");
    let newer = url("pa55word-right", "newer");
    Sync::start(directory.path(), &[("DATABASE", &newer)]).kill();
    server.sql_in(&newer, "UPDATE schema_version SET version = 99");
    let newer = refusal(&[("DATABASE", &newer)]);
    assert!(newer.contains("made by a later release (schema 99"), "{newer}");

    // The tables are there, and are somebody else's.
    Sync::start(directory.path(), &[("DATABASE", &server.url_in("used"))]).kill();
    let denied = refusal(&[("DATABASE", &url("pa55word-right", "used"))]);
    assert!(denied.contains("permission denied"), "{denied}");
}

#[test]
fn what_the_url_leaves_open_is_in_the_variables_of_postgresql() {
    let Some(server) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory can be made");
    let socket = server.path().to_str().expect("a path of ours");
    let port = server.port().to_string();
    for host in ["127.0.0.1", socket] {
        let settings = [
            ("DATABASE", "postgres://"),
            ("PGHOST", host),
            ("PGPORT", &port),
            ("PGUSER", "postgres"),
            ("PGDATABASE", "postgres"),
        ];
        let sync = Sync::start(directory.path(), &settings);
        assert_eq!(sync.deliver(&[event(host, "user.session.start", "00u1", THEN)]), 204);
        sync.terminate();
    }
    assert_eq!(server.sql("SELECT count(*) FROM events"), ["2"]);
}

const THEN: &str = "2026-01-01T00:00:00.000Z";

#[test]
fn of_several_hosts_the_one_that_takes_changes_is_used() {
    let (Some(standby), Some(primary)) = (Postgres::start(), Postgres::start()) else { return };
    standby.sql("ALTER SYSTEM SET default_transaction_read_only = on");
    standby.sql("SELECT pg_reload_conf()");
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let hosts = [closed.expect("a free port").port(), standby.port(), primary.port()];
    let hosts = hosts.map(|port| format!("127.0.0.1:{port}")).join(",");
    let url = format!("postgres://postgres@{hosts}/postgres?target_session_attrs=read-write");
    let directory = tempfile::tempdir().expect("a directory can be made");
    let sync = Sync::start(directory.path(), &[("DATABASE", &url)]);
    assert_eq!(sync.deliver(&[event("1", "user.session.start", "00u1", THEN)]), 204);
    assert_eq!(primary.sql("SELECT uuid FROM events"), ["1"]);
    sync.terminate();
}

#[test]
fn a_server_elsewhere_has_to_have_a_certificate_of_the_authority_that_is_given() {
    let Some(server) = Postgres::start() else { return };
    if !server.speak_tls() {
        eprintln!("SKIPPED: there is no openssl to make certificates with");
        return;
    }
    let url =
        |query: &str| format!("postgres://postgres@localhost:{}/postgres?{query}", server.port());
    let ca = server.path().join("ca.pem");
    let ca = ca.to_str().expect("a path of ours");
    let directory = tempfile::tempdir().expect("a directory can be made");
    let settings = [("DATABASE", url("sslmode=verify-full")), ("PGSSLROOTCERT", ca.to_owned())];
    let settings = settings.each_ref().map(|(name, value)| (*name, &**value));
    let sync = Sync::start(directory.path(), &settings);
    assert_eq!(sync.deliver(&[event("1", "user.session.start", "00u1", THEN)]), 204);
    let sessions = "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                    WHERE application_name LIKE 'user-sync%'";
    assert_eq!(server.sql(sessions), ["t"]);
    sync.terminate();
    // Nobody that this machine knows has signed it.
    let unknown = refusal(&[("DATABASE", &url("sslmode=require"))]);
    assert!(unknown.to_lowercase().contains("certificate"), "{unknown}");
    let missing = format!("postgres://localhost/x?sslrootcert={}", "/nowhere.pem");
    assert!(refusal_of_settings(&missing).starts_with("sslrootcert: "));
}

fn refusal_of_settings(url: &str) -> String {
    let output = Command::new(PROGRAM).env("DATABASE", url).env("OKTA_HOOK_SECRET", "s").output();
    let output = output.expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).expect("lines are UTF-8")
}

#[test]
fn an_event_that_postgresql_refuses_is_a_dead_letter_and_the_others_of_the_delivery_count() {
    let Some(server) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory can be made");
    let sync = Sync::start(directory.path(), &[("DATABASE", &server.url())]);
    let mut refused = event("2", "user.lifecycle.create", "00u2", THEN);
    refused["target"][0]["displayName"] = "A NUL \0 in a name".into();
    let events = [
        event("1", "user.lifecycle.create", "00u1", THEN),
        refused,
        event("3", "user.lifecycle.create", "00u3", THEN),
    ];
    assert_eq!(sync.deliver(&events), 204);
    assert_eq!(sync.count("events"), 2);
    assert!(sync.user("00u1").is_some() && sync.user("00u3").is_some());
    let letters = sync.json("/dead-letters");
    assert_eq!(letters[0]["path"], "data.events[1]");
    assert_eq!(letters[0]["reason"], "the database: a value is refused (SQLSTATE 22021)");

    // It stays one, however often it is put through again.
    let id = letters[0]["id"].as_i64().expect("a number");
    let path: &'static str = format!("/dead-letters/{id}/retry").leak();
    let again = crate::support::http::Request::new("POST", path).send(sync.pages);
    assert_eq!(again.expect("an answer").status, 503);
    assert_eq!(sync.count("deadLetters"), 1);
    // Nothing is wrong with the database, or with this replica.
    let status = sync.json("/status");
    assert_eq!(status["isFailing"], false);
    assert_eq!(status["failedCommits"], 0);
    assert_eq!(delivery(&events).send(sync.hook).expect("an answer").status, 204);
    assert_eq!(sync.count("deadLetters"), 1, "the same bytes are kept once");
    let (_, output) = sync.terminate();
    assert!(!output.contains("A NUL"), "{output}");
}

#[test]
fn an_event_without_a_uuid_or_with_one_as_long_as_a_book_counts_once() {
    let Some(server) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory can be made");
    let sync = Sync::start(directory.path(), &[("DATABASE", &server.url())]);
    let long = "x".repeat(100_000);
    let events = ["", &long].map(|uuid| event(uuid, "user.session.start", "00u1", THEN));
    for _ in 0..2 {
        assert_eq!(sync.deliver(&events), 204);
    }
    assert_eq!(sync.count("events"), 2);
    assert_eq!(sync.count("deadLetters"), 0);
    sync.terminate();
}
