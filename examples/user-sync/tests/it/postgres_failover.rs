//! A server with a standby that it waits for, and two replicas that know of both: whichever is lost,
//! nothing that was acknowledged is.

use std::thread::sleep;
use std::time::Duration;

use crate::support::postgres::Postgres;
use crate::support::replicas::Replicas;

/// The standby is the server that takes changes from now on; returns the one that did before.
fn fail_over(replicas: &mut Replicas) -> Postgres {
    let standby = replicas.standby.take().expect("there is one");
    standby.promote();
    std::mem::replace(&mut replicas.server, standby)
}

#[test]
fn a_primary_that_is_killed_loses_nothing_that_its_standby_does_not_have() {
    let Some(replicas) = Replicas::start_with_standby() else { return };
    let found = replicas.run(|replicas| {
        replicas.while_away(|replicas| {
            replicas.server.kill();
            fail_over(replicas);
        });
    });
    found.assert_lost_only_while_away();
    found.assert_answered_in_time();
    found.assert_quiet();
}

#[test]
fn a_primary_that_stands_still_is_left_for_its_standby() {
    let Some(replicas) = Replicas::start_with_standby() else { return };
    let mut primary = None;
    let found = replicas.run(|replicas| {
        replicas.server.signal_all("STOP");
        primary = Some(fail_over(replicas));
        replicas.await_health();
    });
    drop(primary);
    found.assert_answered_in_time();
    found.assert_quiet();
    found.assert_recovered();
}

#[test]
fn without_the_standby_nothing_is_acknowledged() {
    let Some(replicas) = Replicas::start_with_standby() else { return };
    let found = replicas.run(|replicas| {
        replicas.while_away(|replicas| {
            let standby = replicas.standby.as_ref().expect("there is one");
            standby.stop("fast");
            sleep(Duration::from_secs(4));
            standby.start_again();
            replicas.server.await_standby();
        });
    });
    found.assert_lost_only_while_away();
    found.assert_answered_in_time();
    found.assert_quiet();
}
