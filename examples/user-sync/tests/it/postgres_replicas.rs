//! What the pages of each replica say of all of them.

use serde_json::Value;

use crate::support::http::Request;
use crate::support::postgres::Postgres;
use crate::support::sync::{Sync, delivery, event, eventually};

const CREATE: &str = "user.lifecycle.create";
const THEN: &str = "2026-01-01T00:00:00.000Z";

fn start(server: &Postgres, name: &str) -> Sync {
    let settings = [("DATABASE", &*server.url()), ("REPLICA", name), ("RUST_LOG", "error")];
    Sync::start(server.path(), &settings)
}

/// The names that a replica's page lists, each with its deliveries and whether it is away.
fn listed(sync: &Sync) -> Vec<(String, u64, bool)> {
    let status = sync.json("/status");
    let replicas = status["replicas"].as_array().expect("an array").iter();
    let listed = replicas.map(|replica| {
        let name = replica["name"].as_str().expect("a name").to_owned();
        let deliveries = replica["deliveries"].as_u64().expect("a number");
        (name, deliveries, replica["isAway"].as_bool().expect("true or false"))
    });
    listed.collect()
}

fn revisions(sync: &Sync) -> [Value; 3] {
    let revisions = sync.json("/status")["revisions"].clone();
    ["users", "activity", "deadLetters"].map(|list| revisions[list].clone())
}

#[test]
fn each_replica_is_listed_by_all_until_it_ends_and_one_that_is_killed_is_away() {
    let Some(server) = Postgres::start() else { return };
    let (one, two) = (start(&server, "one"), start(&server, "two"));
    for (nth, replica) in [&one, &two, &one].into_iter().enumerate() {
        assert_eq!(replica.deliver(&[event(&format!("e{nth}"), CREATE, "00u1", THEN)]), 204);
    }
    let expected = [("one".to_owned(), 2, false), ("two".to_owned(), 1, false)];
    for replica in [&one, &two] {
        eventually("it lists both", || (listed(replica) == expected).then_some(()));
        assert!(replica.get("/metrics").text().contains("okta_sync_replicas 2\n"));
    }
    assert_eq!(one.json("/status")["replica"], "one");
    assert_eq!(two.json("/status")["replica"], "two");
    assert_eq!(one.count("deliveries"), 2, "what it says of itself is its own");

    assert!(two.terminate().0.success());
    assert_eq!(listed(&one), expected[..1]);
    let three = start(&server, "three");
    eventually("it is listed", || listed(&one).iter().find(|(name, ..)| name == "three").cloned());
    three.kill();
    let is_away = || listed(&one).iter().any(|(name, _, is_away)| name == "three" && *is_away);
    eventually("it is away", || is_away().then_some(()));
    assert!(one.get("/metrics").text().contains("okta_sync_replicas 1\n"));
}

#[test]
fn a_revision_is_the_same_on_all_replicas_and_another_with_a_change_of_any() {
    let Some(server) = Postgres::start() else { return };
    let (one, two) = (start(&server, "one"), start(&server, "two"));
    for replica in [&one, &two] {
        eventually("both are known", || (listed(replica).len() == 2).then_some(()));
    }
    let first = revisions(&one);
    assert_eq!(revisions(&two), first);
    assert_eq!(Request::new("GET", "/health").send(two.hook).unwrap().status, 200);
    assert_eq!(revisions(&one), first, "a health check changes nothing that is shown");

    assert_eq!(one.deliver(&[event("a", CREATE, "00u1", THEN)]), 204);
    let second = revisions(&two);
    assert!(second[0] != first[0] && second[1] != first[1] && second[2] == first[2]);
    assert_eq!(two.count("events"), 1);
    assert_eq!(revisions(&one), second);

    assert_eq!(delivery(&[]).body("{").send(two.hook).unwrap().status, 400);
    let third = revisions(&one);
    assert!(third[..2] == second[..2] && third[2] != second[2]);
    assert_eq!(one.count("deadLetters"), 1);

    let mut refused = event("b", CREATE, "00u2", THEN);
    refused["target"][0]["displayName"] = "A NUL \0 in a name".into();
    assert_eq!(two.deliver(&[refused]), 204);
    assert_ne!(revisions(&one)[2], third[2], "an event that is refused is a dead letter");
}

#[test]
fn while_the_database_is_away_metrics_are_what_the_process_has_counted() {
    let Some(server) = Postgres::start() else { return };
    let sync = start(&server, "one");
    assert!(sync.get("/metrics").text().contains("okta_sync_users 1\n"));
    server.stop("immediate");
    assert_eq!(sync.deliver(&[event("a", CREATE, "00u1", THEN)]), 503);
    let metrics = sync.get("/metrics");
    assert_eq!(metrics.status, 200);
    assert!(metrics.text().contains("okta_sync_refused_total 1\n"), "{}", metrics.text());
    assert!(!metrics.text().contains("okta_sync_users"), "{}", metrics.text());
    server.start_again();
    let is_back = || sync.get("/metrics").text().contains("okta_sync_users 1\n");
    eventually("it is there again", || is_back().then_some(()));
}
