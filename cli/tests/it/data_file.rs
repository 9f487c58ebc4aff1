//! The file given as `--data`: what is in it, whatever happens to it.

use okta_hooks_testing::hook::Hook;
use serde_json::json;

use crate::emulator::{CREATE, Org, person};

#[tokio::test]
async fn what_could_not_be_written_is_written_and_delivered_with_the_next_change() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.sqlite");
    let data = ["--data", file.to_str().unwrap()];
    let (org, hook) = (Org::start(&data), Hook::start().await);
    org.verified_hook(&hook, &[CREATE]).await;

    // Somebody else writes to the file, for longer than the emulator waits.
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let failed = org.post("/api/v1/users", person("first@example.com")).await;
    assert_eq!((failed.status, &failed.json["errorCode"]), (500, &json!("E0000009")));
    other.execute_batch("ROLLBACK").unwrap();

    org.create_user("second@example.com").await;
    let mut events = hook.events(2).await;
    events.sort_unstable();
    assert_eq!(
        events,
        [format!("{CREATE} first@example.com"), format!("{CREATE} second@example.com")]
    );
    let log = Org::ok(org.get("/api/v1/logs").await);
    org.server.crash();

    let org = Org::start(&data);
    for login in ["first@example.com", "second@example.com"] {
        Org::ok(org.get(&format!("/api/v1/users/{login}")).await);
    }
    assert_eq!(Org::ok(org.get("/api/v1/logs").await), log);
}
