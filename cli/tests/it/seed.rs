//! What one seed makes the same, and what it must not.

use http::Method;
use okta_hooks_cli::emulator::Settings;

use crate::org_client::Client;

/// The id of a new user of an org with these settings, which ends then.
async fn new_user(settings: Settings, login: &str) -> String {
    let org = Client::of(settings);
    org.create(login).await["id"].as_str().expect("an id").to_owned()
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
    let (_, users) = org.send(Method::GET, "/api/v1/users", None).await;
    let users = users.as_array().expect("users").iter();
    assert_eq!(users.map(|user| user["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    let (_, log) = org.send(Method::GET, "/api/v1/logs", None).await;
    let mut events: Vec<_> = log.as_array().expect("events").iter().map(|e| &e["uuid"]).collect();
    let count = events.len();
    events.sort_by_key(|uuid| uuid.to_string());
    events.dedup();
    assert_eq!((events.len(), count >= 3), (count, true));
}
