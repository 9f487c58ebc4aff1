//! What two replicas over one PostgreSQL server share, and what one does for both.

use crate::org::{CREATE, JOHN, Stage, THEN, user};
use crate::support::okta_org::{API_TOKEN, LOGS, USERS};
use crate::support::postgres::Postgres;
use crate::support::sync::{Sync, event, eventually};
use crate::support::window::Window;

fn start(stage: &Stage, server: &Postgres, name: &str) -> Sync {
    let settings = [
        ("okta_url", &*stage.org.url),
        ("okta_key", API_TOKEN),
        ("GAP_REPAIR_SECONDS", "1"),
        ("DATABASE", &server.url()),
        ("REPLICA", name),
    ];
    Sync::start(stage.directory.path(), &settings)
}

/// The replicas that may repair gaps.
fn holders(server: &Postgres) -> Vec<String> {
    server.sql(
        "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE locktype = 'advisory' AND granted",
    )
}

#[test]
fn each_profile_is_fetched_by_one_of_the_replicas_and_both_show_all() {
    let Some(server) = Postgres::start() else { return };
    let stage = Stage::new();
    let ids: Vec<_> = (10..40).map(|n| format!("00u{n}n3f7TzWmXb2a5d7")).collect();
    for id in &ids {
        stage.org.lock().users.insert(id.clone(), user(id, "ACTIVE", "Ann"));
    }
    let replicas = ["one", "two"].map(|name| start(&stage, &server, name));
    for (nth, id) in ids.iter().enumerate() {
        let events = [event(&format!("uuid-{nth}"), CREATE, id, THEN)];
        // Whichever of the two it comes to first, and to the other once more.
        assert_eq!(replicas[nth % 2].deliver(&events), 204);
        assert_eq!(replicas[1 - nth % 2].deliver(&events), 204);
    }
    for replica in &replicas {
        replica.assert_count("refreshBacklog", 0);
        assert_eq!(replica.count("events"), 30);
        replica.assert_user(&ids[29], "firstName", "Ann");
    }
    assert_eq!(stage.org.requests(USERS).len(), 30);
    for (replica, name) in replicas.iter().zip(["one", "two"]) {
        let metrics = replica.get("/metrics").text();
        assert!(metrics.contains(&format!("okta_sync_replica_info{{replica=\"{name}\"}} 1")));
        assert!(metrics.contains("okta_sync_users 31\n"), "{metrics}");
    }
    let new = replicas.iter().map(|replica| {
        let metrics = replica.get("/metrics").text();
        let line = metrics.lines().find_map(|line| line.strip_prefix("okta_sync_events_total "));
        line.and_then(|count| count.parse::<u64>().ok()).expect("a number")
    });
    assert_eq!(new.sum::<u64>(), 30, "no event counts twice");
}

#[test]
fn one_replica_repairs_gaps_and_the_other_takes_over_when_it_dies() {
    let Some(server) = Postgres::start() else { return };
    let stage = Stage::new();
    let mut replicas: Vec<_> = ["one", "two"]
        .into_iter()
        .map(|name| (format!("user-sync {name}"), start(&stage, &server, name)))
        .collect();
    let holder = eventually("one repairs gaps", || holders(&server).pop());
    stage.wait_for_requests(LOGS, 3);
    assert_eq!(holders(&server), [&*holder], "and no other does");
    let place = replicas.iter().position(|(name, _)| *name == holder).expect("it is one of them");
    replicas.swap_remove(place).1.kill();

    let (name, other) = &replicas[0];
    let published = jiff::Timestamp::now().to_string();
    let lost = event("lost-by-the-hook", "user.session.start", "00u1", &published);
    stage.org.lock().log.push(lost);
    other.assert_count("events", 1);
    assert_eq!(holders(&server), [&**name]);
}

#[test]
fn only_what_the_hook_should_have_brought_by_now_counts_as_recovered() {
    let Some(server) = Postgres::start() else { return };
    let stage = Stage::new();
    let replica = start(&stage, &server, "one");
    stage.wait_for_requests(LOGS, 1);
    assert_eq!(replica.deliver(&[event("hook", CREATE, JOHN, THEN)]), 204);
    let now = jiff::Timestamp::now().to_string();
    stage.org.lock().log = vec![
        event("hook", CREATE, JOHN, THEN),
        event("lost", CREATE, JOHN, "2026-01-01T00:00:01.000Z"),
        event("of no hook", "user.session.start", JOHN, THEN),
        event("still on its way", CREATE, JOHN, &now),
    ];
    replica.assert_count("fromSystemLog", 3);
    assert_eq!(replica.count("recovered"), 1);
}

#[test]
fn a_replica_that_cannot_reach_okta_leaves_the_gap_repair_to_one_that_can() {
    let Some(server) = Postgres::start() else { return };
    let stage = Stage::new();
    let nobody = [
        ("okta_url", "http://127.0.0.1:9"),
        ("okta_key", API_TOKEN),
        ("DATABASE", &server.url()),
        ("REPLICA", "one"),
    ];
    let cut_off = Sync::start(stage.directory.path(), &nobody);
    cut_off.assert_logged("System Log request: no connection");
    let other = start(&stage, &server, "two");
    let published = jiff::Timestamp::now().to_string();
    stage.org.lock().log.push(event("lost", "user.session.start", "00u1", &published));
    other.assert_count("events", 1);
}

#[test]
fn a_profile_that_another_replica_has_claimed_meanwhile_is_not_fetched_once_more() {
    let Some(server) = Postgres::start() else { return };
    let stage = Stage::new();
    let replica = start(&stage, &server, "one");
    // By a statement that began later than the one which finds it claimed.
    server.sql(
        "INSERT INTO refreshes (user_id, due_at, claimed_until)
         VALUES ('00u9kq3f7TzWmXb2a5d7', 0, millis() + 120000 + 5000)",
    );
    // The next one of the list.
    assert_eq!(replica.deliver(&[event("1", CREATE, JOHN, THEN)]), 204);
    replica.assert_user(JOHN, "firstName", "John");
    let requests = stage.org.requests(USERS);
    assert_eq!(requests.len(), 1, "{}", requests[0].path);
    assert!(requests[0].path.ends_with(JOHN));
}

#[test]
fn a_replica_that_stands_still_does_not_keep_the_other_from_repairing_gaps() {
    let Some(server) = Postgres::start() else { return };
    let stage = Stage::new();
    let first = start(&stage, &server, "one");
    eventually("it repairs gaps", || holders(&server).pop());
    let second = start(&stage, &server, "two");
    first.signal("STOP");
    eventually("the other one does", || (holders(&server) == ["user-sync two"]).then_some(()));
    let published = jiff::Timestamp::now().to_string();
    stage.org.lock().log.push(event("1", "user.session.start", "00u1", &published));
    second.assert_count("events", 1);
    first.signal("CONT");
    first.assert_count("events", 1);
    assert_eq!(holders(&server), ["user-sync two"]);
    assert_eq!(first.deliver(&[event("2", CREATE, JOHN, THEN)]), 204);
}

/// As many calls of the Users API as Okta allows in a few seconds, and many more to make.
#[test]
fn two_replicas_keep_to_a_rate_limit_together() {
    let Some(server) = Postgres::start() else { return };
    let stage = Stage::new();
    let ids: Vec<_> = (10..60).map(|n| format!("00u{n}n3f7TzWmXb2a5d7")).collect();
    for id in &ids {
        stage.org.lock().users.insert(id.clone(), user(id, "ACTIVE", "Ann"));
    }
    stage.org.lock().window = Some(Window::new(30, 4));
    let replicas = ["one", "two"].map(|name| start(&stage, &server, name));
    for (nth, id) in ids.iter().enumerate() {
        let created = event(&format!("uuid-{nth}"), CREATE, id, THEN);
        assert_eq!(replicas[nth % 2].deliver(&[created]), 204);
    }
    replicas[0].assert_count("refreshBacklog", 0);
    let requests = stage.org.requests(USERS).len();
    assert_eq!(requests, 50, "each once: none was refused");
}
