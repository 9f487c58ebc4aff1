//! Answers have the members that recorded answers of real orgs have, and no others.

use serde_json::{Value, json};

use crate::emulator::{CREATE, Org, person, wanted};

fn keys(json: &Value) -> Vec<&str> {
    json.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_user_answers_as_recorded() {
    let org = Org::start(&[]);
    let mut body = person("jo@example.com");
    body["credentials"] = json!({ "password": { "value": "Abcd1234x" } });
    let user = Org::ok(org.post("/api/v1/users?activate=false", body).await);
    let mut expected = vec![
        "id",
        "status",
        "created",
        "activated",
        "statusChanged",
        "lastLogin",
        "lastUpdated",
        "passwordChanged",
        "type",
        "profile",
        "credentials",
        "_links",
    ];
    expected.sort_unstable();
    let mut found = keys(&user);
    found.sort_unstable();
    assert_eq!(found, expected);
    let email =
        |value: &str, kind: &str| json!({ "value": value, "status": "VERIFIED", "type": kind });
    let provider = json!({ "type": "OKTA", "name": "OKTA" });
    let primary = email("jo@example.com", "PRIMARY");
    assert_eq!(
        user["credentials"],
        json!({ "password": {}, "emails": [primary], "provider": provider })
    );
    assert_eq!(
        user["profile"],
        json!({
            "firstName": "John", "lastName": "Doe", "mobilePhone": null, "secondEmail": null,
            "login": "jo@example.com", "email": "jo@example.com",
        })
    );
    let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let second = json!({ "profile": { "secondEmail": "jo@example.org" } });
    let user = Org::ok(org.post(&path, second).await);
    let emails = json!([primary, email("jo@example.org", "SECONDARY")]);
    assert_eq!(user["credentials"]["emails"], emails);
    let listed = Org::ok(org.get("/api/v1/users").await);
    assert_eq!(
        (keys(&listed[0]["_links"]), &listed[0]["credentials"]),
        (vec!["self"], &user["credentials"])
    );
}

#[tokio::test]
async fn a_group_rule_has_people_if_they_were_sent() {
    let org = Org::start(&[]);
    let group = json!({ "profile": { "name": "Sales" } });
    let group = Org::ok(org.post("/api/v1/groups", group).await);
    let expression = json!({ "value": "user.title==\"Head\"", "type": "urn:okta:expression:1.0" });
    let people = json!({ "users": { "exclude": [] }, "groups": { "exclude": [] } });
    for (name, conditions) in [
        ("without", json!({ "expression": expression })),
        ("with", json!({ "expression": expression, "people": people })),
    ] {
        let rule = json!({
            "type": "group_rule", "name": name, "conditions": conditions,
            "actions": { "assignUserToGroups": { "groupIds": [group["id"]] } },
        });
        let rule = Org::ok(org.post("/api/v1/groups/rules", rule).await);
        assert_eq!(rule["conditions"], conditions, "{name}");
        let path = format!("/api/v1/groups/rules/{}", rule["id"].as_str().unwrap());
        assert_eq!(Org::ok(org.get(&path).await), rule);
    }
}

#[tokio::test]
async fn a_hooks_link_to_itself_has_no_hints() {
    let org = Org::start(&[]);
    let hook = wanted("http://127.0.0.1:9/hook", &[CREATE]);
    let hook = Org::ok(org.post("/api/v1/eventHooks", hook).await);
    let own = org.url(&format!("/api/v1/eventHooks/{}", hook["id"].as_str().unwrap()));
    assert_eq!(hook["_links"]["self"], json!({ "href": own }));
    assert_eq!(hook["_links"]["verify"]["hints"], json!({ "allow": ["POST"] }));
}
