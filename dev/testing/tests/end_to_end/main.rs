//! The emulator and the user sync together, each a real process: both guides without an Okta org,
//! and a storm after which the users here are the users there.

mod pair;
mod side;
mod storm;

use std::time::Duration;

use okta_hooks_testing::browser;
use pair::{Pair, eventually};
use serde_json::json;
use side::Side;

#[tokio::test]
async fn the_guides_work_without_okta_hook_created_verified_and_john_doe_on_the_page() {
    let pair = Pair::new();
    let (_org, side) = (pair.start_org(), Side::over_a_file(&pair));
    pair.connect(&side, &["user.lifecycle.create", "user.lifecycle.activate"]).await;
    pair.post("/api/v1/users?activate=true", &json!({"profile": {
        "login": "john.doe@example.com", "email": "john.doe@example.com", "firstName": "John", "lastName": "Doe",
    }})).await;
    eventually(Duration::from_secs(20), async || {
        let users = pair.users_here(&side).await;
        let john = users
            .iter()
            .find(|user| user["login"] == "john.doe@example.com" && user["firstName"] == "John");
        john.map(drop).ok_or_else(|| format!("{users:?}"))
    })
    .await;
    let page = format!("http://{}/", side.pages);
    if let Some(dom) = browser::dom(&page, None) {
        assert!(dom.contains("john.doe@example.com"), "{dom}");
    }
}
