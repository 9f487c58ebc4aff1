//! What one seed makes the same, and what it must not.

use std::collections::BTreeSet;

use okta_hooks_cli::emulator::Settings;

use crate::org_client::{Client, id};

/// The id of a new user of an org with these settings, which ends then.
async fn new_user(settings: Settings, login: &str) -> String {
    let org = Client::of(settings);
    id(&org.create(login).await)
}

#[tokio::test]
async fn a_seed_gives_the_same_ids_in_every_new_org() {
    let seeded = || Settings::new().with_seed(7);
    let first = new_user(seeded(), "nadia@acme.example").await;
    assert_eq!(new_user(seeded(), "nadia@acme.example").await, first);
    assert_ne!(new_user(Settings::new(), "nadia@acme.example").await, first);
}

#[tokio::test]
async fn an_org_that_is_opened_again_with_its_seed_gives_no_id_twice() {
    let directory = tempfile::tempdir().unwrap();
    let seeded = || Settings::new().with_seed(7).with_data(directory.path().join("org.db"));
    let mut ids = Vec::new();
    for login in ["a@acme.example", "b@acme.example", "c@acme.example"] {
        ids.push(new_user(seeded(), login).await);
    }
    let org = Client::of(seeded());
    let (users, _) = org.page("/api/v1/users").await;
    assert_eq!(users.iter().map(id).collect::<Vec<_>>(), ids);
    let (log, _) = org.page("/api/v1/logs").await;
    let uuids: BTreeSet<_> = log.iter().map(|event| event["uuid"].to_string()).collect();
    assert!(log.len() >= 3);
    assert_eq!(uuids.len(), log.len());
}
