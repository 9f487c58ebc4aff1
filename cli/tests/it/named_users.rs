//! Users as they are named in a path, and what of them is kept.

use http::Method;
use serde_json::json;

use crate::emulator::Org;

async fn status(org: &Org, name: &str) -> u16 {
    org.get(&format!("/api/v1/users/{name}")).await.status
}

#[tokio::test]
async fn the_beginning_of_a_login_names_a_user_as_long_as_nobody_else_has_it() {
    let org = Org::start(&[]);
    let first = org.create_user("john@a.example").await;
    assert_eq!(Org::ok(org.get("/api/v1/users/john").await)["id"], first["id"]);
    org.create_user("john@b.example").await;
    assert_eq!(status(&org, "john").await, 404);
    assert_eq!(org.send(Method::DELETE, "/api/v1/users/john", None).await.status, 404);
    let changed = json!({ "profile": { "nickName": "Jo" } });
    assert_eq!(org.post("/api/v1/users/john", changed).await.status, 404);
    for login in ["john@a.example", "john@b.example"] {
        assert_eq!(status(&org, login).await, 200, "{login}");
    }
}

#[tokio::test]
async fn me_is_who_asks_also_if_somebody_is_called_so() {
    let org = Org::start(&[]);
    let admin = Org::ok(org.get("/api/v1/users/me").await);
    let other = org.create_user("me@example.com").await;
    assert_ne!(other["id"], admin["id"]);
    assert_eq!(Org::ok(org.get("/api/v1/users/me").await)["id"], admin["id"]);
    assert_eq!(org.post("/api/v1/users/me/lifecycle/suspend", json!({})).await.status, 404);
    let same = Org::ok(org.get("/api/v1/users/me@example.com").await);
    assert_eq!((&same["id"], &same["status"]), (&other["id"], &other["status"]));
}

#[tokio::test]
async fn another_provider_alone_is_kept() {
    let org = Org::start(&[]);
    org.create_user("john@example.com").await;
    let path = "/api/v1/users/john@example.com";
    let provider = json!({ "type": "FEDERATION", "name": "FEDERATION" });
    let changed = json!({ "credentials": { "provider": provider } });
    let answer = Org::ok(org.post(path, changed.clone()).await);
    assert_eq!(answer["credentials"]["provider"], provider);
    let kept = Org::ok(org.get(path).await);
    assert_eq!(kept["credentials"]["provider"], provider);
    assert_eq!(Org::ok(org.post(path, changed).await)["lastUpdated"], kept["lastUpdated"]);
    let unknown = json!({ "credentials": { "provider": { "type": "UNKNOWN" } } });
    assert_eq!(org.post(path, unknown).await.status, 400);
}
