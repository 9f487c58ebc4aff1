//! What is assigned to an application.

use http::Method;
use serde_json::json;

use crate::org_client::{Client, id};

/// The ids of what a list has.
async fn ids(org: &Client, path: &str) -> Vec<String> {
    org.page(path).await.0.iter().map(id).collect()
}

#[tokio::test]
async fn a_user_or_group_that_is_deleted_is_assigned_to_nothing() {
    let org = Client::new();
    let (_, app) = org.json(Method::POST, "/api/v1/apps", json!({ "label": "Wiki" })).await;
    let profile = json!({ "profile": { "name": "Writers" } });
    let (_, group) = org.json(Method::POST, "/api/v1/groups", profile).await;
    let user = org.create("nadia@acme.example").await;
    let (app, group, user) = (id(&app), id(&group), id(&user));
    let (users, groups) =
        (format!("/api/v1/apps/{app}/users"), format!("/api/v1/apps/{app}/groups"));
    org.json(Method::POST, &users, json!({ "id": user })).await;
    org.json(Method::PUT, &format!("{groups}/{group}"), json!({})).await;
    assert_eq!(ids(&org, &users).await, [user.as_str()]);
    assert_eq!(ids(&org, &groups).await, [group.as_str()]);

    org.send(Method::DELETE, &format!("/api/v1/groups/{group}"), None).await;
    assert_eq!(ids(&org, &groups).await, [""; 0]);
    // The first of them deactivates.
    for _ in 0..2 {
        org.send(Method::DELETE, &format!("/api/v1/users/{user}"), None).await;
    }
    assert_eq!(ids(&org, &users).await, [""; 0]);
}
