//! `/health` says whether a delivery would be accepted now. Real processes, real files.

use std::fs;
use std::io::Write;
use std::net::TcpStream;

use crate::support::http::Request;
use crate::support::sync::{Sync, database, delivery, event, eventually};
use rusqlite::Connection;

const THEN: &str = "2026-01-01T00:00:00.000Z";

fn health(sync: &Sync) -> u16 {
    Request::new("GET", "/health").send(sync.hook).expect("it answers").status
}

#[track_caller]
fn assert_health(sync: &Sync, status: u16) {
    eventually(&format!("/health is {status}"), || (health(sync) == status).then_some(()));
}

#[test]
fn health_is_503_while_every_write_fails_and_200_again_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[]);
    assert_eq!(health(&sync), 200);
    let other = Connection::open(database(directory.path())).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(sync.deliver(&[event("1", "user.lifecycle.create", "00u1", THEN)]), 503);
    assert_health(&sync, 503);
    other.execute_batch("ROLLBACK").unwrap();
    assert_health(&sync, 200);
}

#[test]
fn health_is_503_while_the_queue_is_full() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "error")]);
    let other = Connection::open(database(directory.path())).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let request = delivery(&[]).body("x".repeat(1_000_000)).to_bytes();
    let senders: Vec<_> = (0..200)
        .map(|_| {
            let mut sender = TcpStream::connect(sync.hook).unwrap();
            sender.write_all(&request).unwrap();
            sender
        })
        .collect();
    assert_health(&sync, 503);
    other.execute_batch("ROLLBACK").unwrap();
    assert_health(&sync, 200);
    drop(senders);
}

#[test]
fn health_is_503_while_another_file_has_the_databases_name() {
    let directory = tempfile::tempdir().unwrap();
    let (file, away) = (database(directory.path()), directory.path().join("away.db"));
    let sync = Sync::start(directory.path(), &[]);
    assert_eq!(sync.deliver(&[event("1", "user.lifecycle.create", "00u1", THEN)]), 204);
    assert_eq!(health(&sync), 200);
    fs::rename(&file, &away).unwrap();
    Connection::open(&away).unwrap();
    fs::write(&file, "").unwrap();
    assert_health(&sync, 503);
    fs::rename(&away, &file).unwrap();
    assert_health(&sync, 200);
}
