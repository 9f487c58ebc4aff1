//! Where the System Log is read from once Okta does not take the saved cursor any more. Real
//! processes, a real database, and a stand-in for Okta.

use crate::org::{JOHN, Stage, end};
use crate::support::okta_org::{LOGS, Reply};
use crate::support::sync::event;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

fn days_ago(days: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(24 * days)
}

fn logged(uuid: &str, days: i64) -> Value {
    event(uuid, "user.session.start", JOHN, &days_ago(days).to_string())
}

/// An org whose System Log was read up to an event of so many days ago, and whose cursor is refused.
fn read_up_to(days: i64) -> Stage {
    let stage = Stage::new();
    let sync = stage.start();
    stage.wait_for_requests(LOGS, 1);
    sync.assert_count("fromSystemLog", 0);
    end(sync);
    stage.org.lock().log = vec![logged("first", days)];
    let sync = stage.start();
    sync.assert_count("fromSystemLog", 1);
    end(sync);
    stage.org.instead("/api/v1/logs?after=1", Reply::error(400, "E0000053"));
    stage
}

/// Where the last request that has a start starts.
fn since(stage: &Stage) -> Timestamp {
    let requests = stage.org.requests(LOGS);
    let since = requests.iter().rev().find_map(|request| request.parameter("since"));
    since.expect("a start").parse().expect("a time")
}

#[test]
fn a_refused_cursor_goes_back_to_what_was_read_last_and_loses_nothing() {
    let stage = read_up_to(21);
    let lost = [logged("lost-1", 20), logged("lost-2", 1)];
    stage.org.lock().log.extend(lost);
    let sync = stage.start();
    // Before anything of the log is read, the hook has brought something new.
    assert_eq!(sync.deliver(&[logged("new", 0)]), 204);
    sync.assert_count("fromSystemLog", 2);
    assert!(since(&stage) < days_ago(21) && since(&stage) > days_ago(22), "{}", since(&stage));
    assert_eq!(sync.json("/status")["unrecoverable"], Value::Null);
    end(sync);
}

#[test]
fn what_the_system_log_does_not_keep_any_more_is_said_to_be_lost() {
    let stage = read_up_to(100);
    stage.org.lock().log.push(logged("kept", 80));
    let sync = stage.start();
    sync.assert_count("fromSystemLog", 1);
    assert!(since(&stage) > days_ago(91) && since(&stage) < days_ago(89), "{}", since(&stage));
    let lost = sync.json("/status")["unrecoverable"].clone();
    let time = |name: &str| lost[name].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert!(time("from") < days_ago(99) && time("until") > days_ago(91), "{lost}");
    let output = end(sync);
    assert_eq!(output.matches("cannot be recovered").count(), 1, "{output}");
    // It is not forgotten.
    let sync = stage.start();
    assert_eq!(sync.json("/status")["unrecoverable"], lost);
    end(sync);
}

#[test]
fn a_future_date_in_the_system_log_does_not_move_its_start() {
    let stage = read_up_to(-36_500);
    let sync = stage.start();
    stage.wait_for_requests(LOGS, 4);
    sync.assert_count("duplicates", 1);
    assert!(since(&stage) < Timestamp::now(), "{}", since(&stage));
    end(sync);
}
