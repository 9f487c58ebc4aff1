//! What a replica answers and says while its server takes nothing.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::postgres::Postgres;
use crate::support::sync::{Sync, delivery, event, eventually};

const THEN: &str = "2026-01-01T00:00:00.000Z";

fn created(uuid: &str) -> serde_json::Value {
    event(uuid, "user.lifecycle.create", "00u1", THEN)
}

fn start(directory: &tempfile::TempDir, url: &str) -> Sync {
    Sync::start(directory.path(), &[("DATABASE", url), ("RUST_LOG", "warn")])
}

#[test]
fn a_full_queue_is_not_said_for_each_delivery_and_what_comes_later_is_accepted_again() {
    let Some(server) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory can be made");
    let sync = start(&directory, &server.url());
    assert_eq!(sync.deliver(&[created("first")]), 204);
    server.signal_all("STOP");
    // More bytes than may wait for the database: they are to be kept as dead letters.
    let large = delivery(&[]).body("x".repeat(1_000_000)).to_bytes();
    let senders: Vec<_> = (0..200)
        .map(|_| {
            let mut sender = TcpStream::connect(sync.hook).expect("it listens");
            sender.write_all(&large).expect("it reads");
            sender
        })
        .collect();
    sync.assert_logged("the queue to the database is full");
    server.signal_all("CONT");
    eventually("it is accepted", || (sync.deliver(&[created("last")]) == 204).then_some(()));
    let (status, output) = sync.terminate();
    assert!(status.success(), "{output}");
    // Of two hundred; and once more where what waited was given up meanwhile.
    assert!(output.matches("the queue to the database is full").count() <= 2, "{output}");
    assert_eq!(server.sql("SELECT uuid FROM events ORDER BY seq"), ["first", "last"]);
    drop(senders);
}

#[test]
fn a_permission_that_is_taken_away_is_one_line_until_it_is_given_back() {
    let Some(server) = Postgres::start() else { return };
    server.sql("CREATE ROLE ann LOGIN");
    server.sql("CREATE DATABASE sync OWNER ann");
    let directory = tempfile::tempdir().expect("a directory can be made");
    let url = server.url_of("ann", "sync");
    let sync = start(&directory, &url);
    assert_eq!(sync.deliver(&[created("1")]), 204);
    server.sql_in(&server.url_in("sync"), "REVOKE INSERT ON events FROM ann");
    for _ in 0..3 {
        assert_eq!(sync.deliver(&[created("2")]), 503);
        // Long enough for it to look after the database meanwhile.
        std::thread::sleep(Duration::from_millis(600));
    }
    server.sql_in(&server.url_in("sync"), "GRANT INSERT ON events TO ann");
    eventually("it is accepted", || (sync.deliver(&[created("2")]) == 204).then_some(()));
    let (_, output) = sync.terminate();
    assert_eq!(output.matches("permission denied for table events").count(), 1, "{output}");
    assert_eq!(output.matches("takes changes again").count(), 1, "{output}");
}

#[test]
fn counting_that_takes_too_long_leaves_the_last_numbers_and_is_not_tried_again_at_once() {
    let Some(server) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory can be made");
    let sync = start(&directory, &server.url());
    assert_eq!(sync.deliver(&[created("1")]), 204);
    assert_eq!(sync.count("events"), 1);
    std::thread::scope(|threads| {
        // As a table that takes longer to read than a statement may.
        threads.spawn(|| {
            let lock = "BEGIN; LOCK TABLE dead_letters; SELECT pg_sleep(12); COMMIT";
            server.sql(lock);
        });
        let locks = "SELECT count(*) FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock'
                         AND relation = 'dead_letters'::regclass";
        eventually("it is locked", || (server.sql(locks) == ["1"]).then_some(()));
        assert_eq!(sync.deliver(&[created("2")]), 204);
        assert_eq!(sync.count("events"), 1, "as counted before");
        let again = Instant::now();
        assert!(sync.get("/metrics").text().contains("\nokta_sync_dead_letters 0\n"));
        assert_eq!(sync.get("/status").status, 200);
        assert!(again.elapsed() < Duration::from_secs(3), "{:?}", again.elapsed());
    });
}

#[test]
fn very_many_events_are_not_counted_one_by_one() {
    let Some(server) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory can be made");
    let sync = start(&directory, &server.url());
    assert_eq!(sync.deliver(&[created("1")]), 204);
    assert_eq!(sync.count("events"), 1);
    // As many in the pages that there are as would be in a table of gigabytes.
    server.sql(
        "UPDATE pg_class SET reltuples = 5000000,
             relpages = pg_relation_size('events') / current_setting('block_size')::bigint
         WHERE oid = 'events'::regclass",
    );
    assert_eq!(sync.deliver(&[created("2")]), 204);
    assert_eq!(sync.count("events"), 5_000_000);
}

#[test]
fn a_page_is_shown_though_the_session_that_reads_was_ended_meanwhile() {
    let Some(server) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory can be made");
    let sync = start(&directory, &server.url());
    for _ in 0..10 {
        assert_eq!(sync.get("/getUsers").status, 200);
        server.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name LIKE 'user-sync%'",
        );
    }
}
