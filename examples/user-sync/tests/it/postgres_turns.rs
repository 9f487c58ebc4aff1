//! What two replicas over one PostgreSQL server share, and what one does for both.

use crate::org::{CREATE, Stage, THEN, user};
use crate::support::okta_org::{API_TOKEN, LOGS, USERS};
use crate::support::postgres::Postgres;
use crate::support::sync::{Sync, event, eventually};

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
    // Who is asked for anew while a call is under way may be asked for twice; not everybody by both.
    let requests = stage.org.requests(USERS).len();
    assert!((30..35).contains(&requests), "{requests}");
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
    let holders = || {
        server.sql(
            "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
             WHERE locktype = 'advisory' AND granted",
        )
    };
    let holder = eventually("one repairs gaps", || holders().pop());
    stage.wait_for_requests(LOGS, 3);
    assert_eq!(holders(), [&*holder], "and no other does");
    let place = replicas.iter().position(|(name, _)| *name == holder).expect("it is one of them");
    replicas.swap_remove(place).1.kill();

    let (name, other) = &replicas[0];
    let published = jiff::Timestamp::now().to_string();
    let lost = event("lost-by-the-hook", "user.session.start", "00u1", &published);
    stage.org.lock().log.push(lost);
    other.assert_count("events", 1);
    assert_eq!(holders(), [&**name]);
}
