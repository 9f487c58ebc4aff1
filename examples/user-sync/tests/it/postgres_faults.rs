//! Two replicas over one PostgreSQL server, and what goes wrong with either: nothing that was
//! acknowledged is lost, nothing counts twice, and the users are those that one sync over SQLite makes
//! of the same events. No delivery fails twice but while there is no server at all.
//!
//! Each fault takes some seconds; `OKTA_HOOKS_FAULT_SECONDS=60` looks longer, with more senders.

use std::thread::sleep;
use std::time::Duration;

use crate::support::replicas::Replicas;

/// Ends all sessions of the replicas.
const TERMINATE: &str =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sync'";

#[test]
fn a_replica_that_is_killed_loses_nothing_that_was_acknowledged() {
    let Some(replicas) = Replicas::start() else { return };
    let found = replicas.run(|replicas| {
        replicas.take(0).kill();
        sleep(Duration::from_millis(500));
        replicas.start_replica(0);
    });
    found.assert_lost_only_while_away();
}

#[test]
fn a_replica_that_stands_still_in_a_transaction_does_not_keep_the_other_from_answering() {
    let Some(replicas) = Replicas::start() else { return };
    let found = replicas.run(|replicas| {
        replicas.stop_in_transaction(0);
        sleep(Duration::from_secs(5));
        replicas.signal(0, "CONT");
    });
    found.assert_lost_only_while_away();
}

#[test]
fn a_rolling_restart_answers_every_delivery() {
    let Some(replicas) = Replicas::start() else { return };
    let found = replicas.run(|replicas| {
        for replica in [0, 1] {
            let (status, output) = replicas.take(replica).terminate();
            assert!(status.success(), "{output}");
            replicas.start_replica(replica);
        }
    });
    found.assert_lost_only_while_away();
    found.assert_answered_in_time();
}

#[test]
fn a_restart_of_the_server_loses_nothing() {
    let Some(replicas) = Replicas::start() else { return };
    let found = replicas.run(|replicas| {
        replicas.while_away(|replicas| {
            replicas.server.stop("fast");
            replicas.server.start_again();
        });
    });
    found.assert_lost_only_while_away();
    found.assert_answered_in_time();
    found.assert_quiet();
}

#[test]
fn a_crash_of_the_server_loses_nothing() {
    let Some(replicas) = Replicas::start() else { return };
    let found = replicas.run(|replicas| {
        replicas.while_away(|replicas| {
            replicas.server.stop("immediate");
            replicas.server.start_again();
        });
    });
    found.assert_lost_only_while_away();
    found.assert_answered_in_time();
    found.assert_quiet();
}

#[test]
fn while_the_server_is_away_deliveries_are_refused_in_time_and_a_line_says_so() {
    let Some(replicas) = Replicas::start() else { return };
    let found = replicas.run(|replicas| {
        replicas.while_away(|replicas| {
            replicas.server.stop("immediate");
            sleep(Duration::from_secs(3));
            replicas.server.start_again();
        });
    });
    found.assert_lost_only_while_away();
    found.assert_answered_in_time();
    found.assert_quiet();
    found.assert_recovered();
}

#[test]
fn sessions_that_are_terminated_are_replaced_before_okta_gives_up() {
    let Some(replicas) = Replicas::start() else { return };
    let found = replicas.run(|replicas| {
        for _ in 0..10 {
            replicas.server.sql(TERMINATE);
            sleep(Duration::from_millis(100));
        }
    });
    found.assert_lost_only_while_away();
    found.assert_answered_in_time();
}

#[test]
fn a_server_that_stands_still_is_given_up_in_time_and_nothing_is_lost() {
    let Some(replicas) = Replicas::start() else { return };
    let found = replicas.run(|replicas| {
        replicas.while_away(|replicas| {
            replicas.server.signal_all("STOP");
            sleep(Duration::from_secs(5));
            replicas.server.signal_all("CONT");
        });
    });
    found.assert_lost_only_while_away();
    found.assert_answered_in_time();
}

#[test]
fn with_fewer_connections_than_wanted_nothing_is_lost() {
    let Some(replicas) = Replicas::start() else { return };
    let found = replicas.run(|replicas| {
        replicas.server.sql("ALTER ROLE sync CONNECTION LIMIT 1");
        replicas.server.sql(TERMINATE);
        sleep(Duration::from_secs(2));
        replicas.server.sql("ALTER ROLE sync CONNECTION LIMIT -1");
    });
    assert!(found.output.contains("too many connections for role"), "{}", found.output);
    found.assert_lost_only_while_away();
    found.assert_quiet();
    found.assert_recovered();
}
