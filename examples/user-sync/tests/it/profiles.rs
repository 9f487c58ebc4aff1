//! Profiles when clocks, waits and answers are not what one would expect. Real processes, a real
//! database, and a stand-in for Okta.

use crate::org::{CREATE, JANE, Stage, THEN, UPDATE, end, user};
use crate::support::okta_org::USERS;
use crate::support::sync::{Sync, database, event};
use rusqlite::Connection;
use serde_json::{Value, json};

/// Jane's profile is still to be fetched, but not before so many milliseconds from now.
fn put_off(stage: &Stage, millis: i64) {
    let nobody = [("okta_url", "http://127.0.0.1:9"), ("okta_key", "k3y")];
    let sync = Sync::start(stage.directory.path(), &nobody);
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    end(sync);
    let connection = Connection::open(database(stage.directory.path())).unwrap();
    let due_at = jiff::Timestamp::now().as_millisecond() + millis;
    let changed = connection.execute("UPDATE refreshes SET due_at = ?1", [due_at]).unwrap();
    assert_eq!(changed, 1);
}

#[test]
fn a_wait_that_is_longer_than_any_is_over_as_after_a_clock_was_set_back() {
    let stage = Stage::new();
    put_off(&stage, 365 * 86_400_000);
    let sync = stage.start();
    sync.assert_user(JANE, "firstName", "Jane");
    sync.assert_count("refreshBacklog", 0);
    end(sync);
}

#[test]
fn users_who_came_while_there_was_no_org_are_asked_for_once_when_there_is_one() {
    let stage = Stage::new();
    let sync = Sync::start(stage.directory.path(), &[]);
    assert_eq!(sync.deliver(&[event("1", CREATE, JANE, THEN)]), 204);
    sync.assert_count("refreshBacklog", 0);
    end(sync);
    let sync = stage.start();
    sync.assert_user(JANE, "firstName", "Jane");
    sync.assert_count("refreshBacklog", 0);
    end(sync);
    let asked = stage.org.requests(USERS).len();
    let sync = stage.start();
    sync.assert_count("refreshBacklog", 0);
    assert_eq!(stage.org.requests(USERS).len(), asked);
    end(sync);
}

#[test]
fn a_new_event_ends_the_wait_for_a_profile() {
    let stage = Stage::new();
    put_off(&stage, 10 * 60_000);
    let sync = stage.start();
    sync.assert_count("refreshBacklog", 1);
    assert_eq!(stage.org.requests(USERS).len(), 0, "not yet");
    assert_eq!(sync.deliver(&[event("2", UPDATE, JANE, THEN)]), 204);
    sync.assert_user(JANE, "firstName", "Jane");
    end(sync);
}

#[test]
fn the_profile_of_another_user_than_the_one_asked_for_is_not_stored() {
    let stage = Stage::new();
    // A preview that was edited by hand has a login where the id belongs, which Okta takes too.
    let login = "jane.doe@example.com";
    stage.org.lock().users.insert(login.to_owned(), user(JANE, "ACTIVE", "Jane"));
    stage.org.lock().users.insert("00uNoId".to_owned(), json!({"status": "ACTIVE"}));
    let sync = stage.start();
    for (uuid, id) in [("1", login), ("2", "00uNoId")] {
        assert_eq!(sync.deliver(&[event(uuid, CREATE, id, THEN)]), 204);
        sync.assert_count("refreshBacklog", 0);
        let stored = sync.user(id).unwrap();
        assert_eq!(stored["firstName"], Value::Null);
        assert_eq!(stored["status"], "STAGED");
    }
    let output = end(sync);
    assert_eq!(output.matches("another user than the one asked for").count(), 2, "{output}");
    assert!(!output.contains("jane.doe") && !output.contains(JANE), "{output}");
}

#[test]
fn what_can_be_nobodys_id_is_asked_for_once_and_not_again() {
    let stage = Stage::new();
    let sync = stage.start();
    assert_eq!(sync.deliver(&[event("1", CREATE, "me", THEN)]), 204);
    sync.assert_logged("not the id of a user");
    sync.assert_count("refreshBacklog", 0);
    assert_eq!(stage.org.requests(USERS).len(), 0);
    end(sync);
}
