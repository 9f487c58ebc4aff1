//! Changes, failures, duplicates, deliveries out of order and restarts, all at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::pair::{Pair, eventually};
use crate::side::Side;

const USERS: usize = 300;

fn login(n: usize) -> String {
    format!("user{n}@example.com")
}

/// One random change to one user; whether the org made it.
async fn change(pair: &Pair, random: &mut fastrand::Rng) -> bool {
    let n = random.usize(..USERS);
    let login = login(n);
    let profile = json!({"profile": {
        "login": login, "email": login, "firstName": format!("F{}", random.u32(..1000)), "lastName": format!("L{n}"),
    }});
    let operations = ["activate", "deactivate", "suspend", "unsuspend", "reactivate"];
    let asked = match random.usize(..10) {
        0..=1 => pair.ask(http::Method::POST, "/api/v1/users?activate=true", Some(&profile)).await,
        2..=6 => {
            pair.ask(http::Method::POST, &format!("/api/v1/users/{login}"), Some(&profile)).await
        }
        _ => {
            let operation = operations[random.usize(..operations.len())];
            pair.ask(
                http::Method::POST,
                &format!("/api/v1/users/{login}/lifecycle/{operation}"),
                None,
            )
            .await
        }
    };
    match asked {
        Some((status, _)) => (200..300).contains(&status),
        None => {
            tokio::time::sleep(Duration::from_millis(50)).await;
            false
        }
    }
}

/// Where the two differ, by login.
fn difference(here: &[Value], there: &[Value]) -> Option<String> {
    let here: BTreeMap<_, _> = here.iter().map(|user| (user["id"].as_str(), user)).collect();
    for user in there {
        let profile = &user["profile"];
        let expected = json!([
            profile["login"],
            profile["email"],
            profile["firstName"],
            profile["lastName"],
            user["status"]
        ]);
        let Some(found) = here.get(&user["id"].as_str()) else {
            return Some(format!("missing: {expected}"));
        };
        let found = json!([
            found["login"],
            found["email"],
            found["firstName"],
            found["lastName"],
            found["status"]
        ]);
        if found != expected {
            return Some(format!("{found} here, {expected} there"));
        }
    }
    let strangers =
        here.keys().flatten().filter(|id| !there.iter().any(|user| user["id"] == **id)).count();
    (strangers > 0).then(|| format!("{strangers} users that the org does not have"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_storm_of_changes_failures_and_restarts_the_users_here_are_those_of_the_org() {
    let pair = Pair::new();
    let side = Side::over_a_file(&pair);
    weather(pair, side, 5_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_storm_two_replicas_over_postgresql_have_the_users_of_the_org() {
    let pair = Pair::new();
    let Some(side) = Side::over_postgres(&pair) else { return };
    weather(pair, side, 1_500).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_storm_a_sync_behind_a_stream_has_the_users_of_the_org() {
    let pair = Pair::new();
    let Some(side) = Side::behind_a_stream(&pair) else { return };
    weather(pair, side, 1_500).await;
}

/// So many changes, unless `OKTA_HOOKS_STORM` says how many, and then the users here are those there.
async fn weather(pair: Pair, mut side: Side, changes: usize) {
    let changes =
        std::env::var("OKTA_HOOKS_STORM").ok().and_then(|n| n.parse().ok()).unwrap_or(changes);
    let pair = Arc::new(pair);
    let mut org = pair.start_org();
    pair.connect(
        &side,
        &[
            "user.lifecycle.create",
            "user.lifecycle.activate",
            "user.lifecycle.deactivate",
            "user.lifecycle.suspend",
            "user.lifecycle.unsuspend",
            "user.lifecycle.reactivate",
            "user.account.update_profile",
        ],
    )
    .await;
    let chaos = json!({
        "apiErrors": 0.1, "apiDelays": 0.1, "deliveryFailures": 0.1, "deliveryLostAnswers": 0.1,
        "deliveryDuplicates": 0.1, "deliveryShuffles": 0.5, "deliveryDelays": 0.2, "delayMs": 200,
    });
    pair.set_chaos(&chaos).await;

    let made = Arc::new(AtomicUsize::new(0));
    let senders: Vec<_> = (0..8)
        .map(|seed| {
            let (pair, made) = (pair.clone(), made.clone());
            tokio::spawn(async move {
                let mut random = fastrand::Rng::with_seed(seed);
                while made.load(Ordering::Relaxed) < changes {
                    if change(&pair, &mut random).await {
                        made.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for fifth in 1..=4 {
        while made.load(Ordering::Relaxed) < changes * fifth / 5 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if fifth % 2 == 1 {
            side.crash();
        } else {
            org.crash();
            org = pair.start_org();
            pair.set_chaos(&chaos).await;
        }
    }
    for sender in senders {
        sender.await.unwrap();
    }
    pair.set_chaos(&json!({})).await;
    let there = pair.users_there().await;
    assert!(there.len() > USERS / 2, "{} users in the org", there.len());
    eventually(Duration::from_secs(180), async || {
        difference(&pair.users_here(&side).await, &there).map_or(Ok(()), Err)
    })
    .await;
    eprintln!("{changes} changes of {} users", there.len());
    assert!(org.terminate().0.success());
    side.end();
}
