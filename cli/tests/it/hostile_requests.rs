//! Requests that nobody should make get Okta's errors, and the org goes on.

use http::Method;
use serde_json::{Value, json};

use crate::org_client::{Client, id};

/// What is in an org that has one of each kind.
struct Paths {
    user: String,
    group: String,
    rule: String,
    hook: String,
    inline: String,
    app: String,
}

impl Paths {
    async fn of(org: &Client, user: &Value) -> Self {
        let made = |path: &'static str, body: Value| async move {
            let (status, made) = org.json(Method::POST, path, body).await;
            assert_eq!(status, 200, "{made}");
            made
        };
        let group = id(&made("/api/v1/groups", json!({ "profile": { "name": "Sales" } })).await);
        let rule = json!({
            "type": "group_rule", "name": "Sales people",
            "conditions": { "expression": { "value": "user.city==\"Utrecht\"" } },
            "actions": { "assignUserToGroups": { "groupIds": [group] } },
        });
        let config = json!({ "uri": "http://127.0.0.1:9/hook" });
        let channel = json!({ "type": "HTTP", "version": "1.0.0", "config": config });
        let events = json!({ "type": "EVENT_TYPE", "items": ["user.lifecycle.create"] });
        let hook = json!({ "name": "Sync", "events": events, "channel": channel });
        let inline = json!({
            "name": "Tokens", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0", "channel": channel,
        });
        Self {
            user: format!("/api/v1/users/{}", id(user)),
            rule: format!("/api/v1/groups/rules/{}", id(&made("/api/v1/groups/rules", rule).await)),
            hook: format!("/api/v1/eventHooks/{}", id(&made("/api/v1/eventHooks", hook).await)),
            inline: format!(
                "/api/v1/inlineHooks/{}",
                id(&made("/api/v1/inlineHooks", inline).await)
            ),
            app: format!(
                "/api/v1/apps/{}",
                id(&made("/api/v1/apps", json!({ "label": "Wiki" })).await)
            ),
            group: format!("/api/v1/groups/{group}"),
        }
    }

    /// What takes a body and has to find the hostile ones at fault, every one of them.
    fn refusing(&self) -> Vec<(Method, String)> {
        let Self { user, group, rule, hook, inline, app } = self;
        let admin_hook = hook.replace("/api/v1/eventHooks", "/admin/hooks");
        vec![
            (Method::POST, "/api/v1/users".to_owned()),
            (Method::PUT, user.clone()),
            (Method::POST, format!("{user}/credentials/change_password")),
            (Method::POST, format!("{user}/credentials/change_recovery_question")),
            (Method::PUT, group.clone()),
            (Method::POST, "/api/v1/groups/rules".to_owned()),
            (Method::PUT, rule.clone()),
            (Method::POST, "/api/v1/eventHooks".to_owned()),
            (Method::PUT, hook.clone()),
            (Method::POST, "/api/v1/inlineHooks".to_owned()),
            (Method::PUT, inline.clone()),
            (Method::POST, format!("{app}/users")),
            (Method::POST, "/api/v1/apps/0oanothing/users".to_owned()),
            (Method::POST, format!("{app}/users/00unobody")),
            (Method::POST, "/api/v1/meta/schemas/user/default".to_owned()),
            (Method::POST, "/api/v1/meta/schemas/group/default".to_owned()),
            (Method::POST, "/oauth2/v1/token".to_owned()),
            (Method::POST, "/admin/hooks".to_owned()),
            (Method::PUT, admin_hook),
        ]
    }

    /// What takes any of them, or some: what is in the body may be left alone, or be no fault.
    fn answering(&self) -> Vec<(Method, String)> {
        let Self { user, group, rule, hook, inline, app } = self;
        vec![
            (Method::POST, user.clone()),
            (Method::POST, format!("{user}/lifecycle/suspend")),
            (Method::POST, format!("{user}/lifecycle/unsuspend")),
            (Method::POST, format!("{user}/lifecycle/reset_factors")),
            (Method::POST, format!("{user}/lifecycle/dance")),
            (Method::POST, format!("{user}/credentials/forgot_password")),
            (Method::DELETE, format!("{user}/sessions")),
            (Method::POST, "/api/v1/groups".to_owned()),
            (Method::PUT, format!("{group}/users/{}", &user["/api/v1/users/".len()..])),
            (Method::POST, format!("{rule}/lifecycle/activate")),
            (Method::POST, format!("{rule}/lifecycle/deactivate")),
            (Method::POST, format!("{hook}/lifecycle/deactivate")),
            (Method::POST, inline.clone()),
            (Method::POST, format!("{inline}/lifecycle/deactivate")),
            (Method::POST, "/api/v1/apps".to_owned()),
            (Method::PUT, app.clone()),
            (Method::POST, format!("{app}/lifecycle/activate")),
            (Method::PUT, format!("{app}/groups/{}", &group["/api/v1/groups/".len()..])),
            (Method::PUT, "/admin/chaos".to_owned()),
            (Method::POST, "/admin/replay/1".to_owned()),
        ]
    }
}

fn hostile_bodies() -> Vec<Vec<u8>> {
    let deep = [b"{\"profile\":".repeat(50_000), b"}".repeat(50_000)].concat();
    let huge = vec![b' '; 3 * 1024 * 1024];
    [
        json!([]),
        json!(null),
        json!("x"),
        json!(1),
        json!({ "profile": [] }),
        json!({ "profile": { "login": 5 } }),
        json!({ "profile": { "login": ["x"], "email": {}, "firstName": null, "lastName": true } }),
        json!({ "profile": { "name": {} } }),
        json!({ "profile": { "name": "x", "description": [] } }),
        json!({ "profile": { "name": "x".repeat(300) } }),
        json!({ "profile": null, "credentials": [], "groupIds": {} }),
        json!({ "label": {} }),
        json!({ "name": [] }),
        json!({ "name": "x", "conditions": [], "actions": "x" }),
        json!({ "name": "x", "type": {}, "version": 1, "events": [], "channel": null }),
        json!({ "name": "x", "events": { "type": "EVENT_TYPE", "items": [[]] }, "channel": null }),
        json!({ "channel": { "config": { "uri": {}, "headers": {}, "authScheme": [] } } }),
        json!({ "status": 1, "channel": [], "events": { "items": {}, "filter": 5 } }),
        json!({ "id": {} }),
        json!({ "id": "nobody", "credentials": "x" }),
        json!({ "definitions": { "custom": { "properties": { "x": 1 } } } }),
        json!({ "definitions": { "custom": { "properties": { "x": { "type": {} } } } } }),
        json!({ "credentials": { "password": { "value": "short" } } }),
        json!({ "credentials": { "password": { "hash": [] }, "recovery_question": "x" } }),
        json!({ "credentials": { "password": [], "provider": { "type": 5, "name": {} } } }),
        json!({ "oldPassword": 5 }),
        json!({ "password": {}, "recovery_question": { "question": [], "answer": 1 } }),
        json!({ "apiErrors": "often" }),
        json!({ "config": null }),
    ]
    .iter()
    .map(|json| json.to_string().into_bytes())
    .chain([deep, huge, b"{".to_vec(), vec![0xff; 10], Vec::new()])
    .collect()
}

#[tokio::test]
async fn what_nobody_should_send_gets_oktas_errors() {
    let org = Client::new();
    let user = org.create("nadia.osei@example.com").await;
    let paths = Paths::of(&org, &user).await;
    let own = &paths.user;
    let bodies = hostile_bodies();
    for (method, path) in paths.refusing() {
        for body in &bodies {
            let (status, answer) = org.send(method.clone(), &path, Some(body.clone())).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(80)]);
            assert!((400..500).contains(&status), "{method} {path} {shown}: {status} {answer}");
            let code = answer["errorCode"].as_str().or(answer["error"].as_str());
            assert!(code.is_some(), "{method} {path} {shown}: {answer}");
        }
    }
    for query in [
        "limit=x",
        "limit=-1",
        "after=x",
        "filter=(",
        "search=%ff",
        "search=a+eq",
        "sortBy=x&search=id+pr&sortOrder=up",
        "activate=maybe",
    ] {
        for list in ["/api/v1/users", "/api/v1/groups"] {
            let (status, _) = org.send(Method::GET, &format!("{list}?{query}"), None).await;
            assert!(status == 400 || query.starts_with("activate"), "{list}?{query}: {status}");
        }
    }
    let unknown = format!("/api/v1/users?{}", "unknown=1&".repeat(500));
    assert_eq!(org.send(Method::GET, &unknown, None).await.0, 200, "what is unknown is ignored");
    let long = format!("/api/v1/users/{}", "x".repeat(20_000));
    assert_eq!(org.send(Method::GET, &long, None).await.0, 404);
    for method in [Method::PATCH, Method::OPTIONS, Method::TRACE] {
        assert_eq!(org.send(method.clone(), own, None).await.0, 405, "{method}");
    }
    let (status, same) = org.send(Method::GET, own, None).await;
    assert_eq!((status, same), (200, user), "nothing of it changed anything");
}

#[tokio::test]
async fn whatever_is_sent_where_bodies_are_optional_the_org_answers_and_stays_whole() {
    let org = Client::new();
    let user = org.create("nadia.osei@example.com").await;
    let paths = Paths::of(&org, &user).await;
    for (method, path) in paths.answering() {
        for body in hostile_bodies() {
            let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
            let (status, answer) = org.send(method.clone(), &path, Some(body)).await;
            let refused = (400..500).contains(&status) && answer["errorCode"].is_string();
            assert!(
                refused || (200..300).contains(&status),
                "{method} {path} {shown}: {status} {answer}"
            );
        }
    }
    for list in ["users", "groups", "groups/rules", "apps", "eventHooks", "inlineHooks", "logs"] {
        let (status, items) = org.send(Method::GET, &format!("/api/v1/{list}"), None).await;
        assert!(status == 200 && !items.as_array().unwrap().is_empty(), "{list}: {status} {items}");
    }
    let (_, now) = org.send(Method::GET, &paths.user, None).await;
    for attribute in ["login", "email", "firstName", "lastName"] {
        assert_eq!(now["profile"][attribute], user["profile"][attribute]);
    }
}
