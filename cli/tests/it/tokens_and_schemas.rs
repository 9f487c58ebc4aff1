//! The API token is revoked, and the schemas get custom attributes.

use http::Method;
use serde_json::{Value, json};

use crate::emulator::{Org, person};

#[tokio::test]
async fn a_revoked_api_token_is_refused() {
    for last in ["current", "00TEmulatorToken0000"] {
        let org = Org::start(&[]);
        let tokens = Org::ok(org.get("/api/v1/api-tokens").await);
        let id = tokens[0]["id"].as_str().unwrap();
        assert_eq!(Org::ok(org.get(&format!("/api/v1/api-tokens/{id}")).await), tokens[0]);
        let other = org.send(Method::DELETE, "/api/v1/api-tokens/00TOther", None).await;
        assert_eq!((other.status, &other.json["errorCode"]), (404, &json!("E0000007")));
        assert_eq!(org.get("/api/v1/users").await.status, 200);
        let path = format!("/api/v1/api-tokens/{last}");
        assert_eq!(org.send(Method::DELETE, &path, None).await.status, 204);
        for path in ["/api/v1/users", "/api/v1/api-tokens", "/api/v1/zones"] {
            let refused = org.get(path).await;
            let found = (refused.status, &refused.json["errorCode"]);
            assert_eq!(found, (401, &json!("E0000011")), "{path}");
        }
    }
}

#[tokio::test]
async fn a_custom_attribute_is_in_the_schema_and_has_its_type() {
    let org = Org::start(&[]);
    let change = async |of: &str, properties: Value| {
        let body = json!({ "definitions": { "custom": { "properties": properties } } });
        org.post(&format!("/api/v1/meta/schemas/{of}/default"), body).await
    };
    let badge = json!({ "badge": { "title": "Badge", "type": "integer" } });
    let schema = Org::ok(change("user", badge.clone()).await);
    let custom = &schema["definitions"]["custom"]["properties"];
    assert_eq!(
        custom["badge"],
        json!({
            "title": "Badge", "type": "integer", "mutability": "READ_WRITE", "scope": "NONE",
            "permissions": [{ "principal": "SELF", "action": "READ_ONLY" }],
            "master": { "type": "PROFILE_MASTER" },
        })
    );
    assert_eq!(Org::ok(org.get("/api/v1/meta/schemas/user/default").await), schema);
    assert_eq!(schema["definitions"]["base"]["properties"]["login"]["type"], "string");

    let mut user = person("jo@example.com");
    user["profile"]["badge"] = json!("seven");
    let refused = org.post("/api/v1/users", user.clone()).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.json["errorCauses"],
        json!([{ "errorSummary": "badge: must be of the type integer" }])
    );
    user["profile"]["badge"] = json!(7);
    assert_eq!(Org::ok(org.post("/api/v1/users", user).await)["profile"]["badge"], 7);

    for (what, properties) in [
        ("no type", json!({ "x": { "title": "X" } })),
        ("another type", json!({ "x": { "title": "X", "type": "date" } })),
        ("no title", json!({ "x": { "type": "string" } })),
        ("of what", json!({ "x": { "title": "X", "type": "array" } })),
        ("a name", json!({ "x y": { "title": "X", "type": "string" } })),
        ("of the base", json!({ "login": { "title": "Login", "type": "string" } })),
        ("a string", json!({ "x": "string" })),
        ("nothing", json!(null)),
    ] {
        let refused = change("user", properties).await;
        let found = (refused.status, &refused.json["errorCode"]);
        assert_eq!(found, (400, &json!("E0000001")), "{what}");
    }
    assert_eq!(Org::ok(org.get("/api/v1/meta/schemas/user/default").await), schema);
    let gone = Org::ok(change("user", json!({ "badge": null })).await);
    assert_eq!(gone["definitions"]["custom"]["properties"], json!({}));

    Org::ok(change("group", badge).await);
    let group = json!({ "profile": { "name": "Sales", "badge": true } });
    assert_eq!(org.post("/api/v1/groups", group).await.status, 400);
    let unknown = org.get("/api/v1/meta/schemas/user/osc0").await;
    assert_eq!((unknown.status, &unknown.json["errorCode"]), (404, &json!("E0000007")));
}
