//! A fresh org, one that has had thousands of changes, and one that was opened again answer alike.

use std::sync::Mutex;

use http::Method;
use serde_json::{Map, Value, json};

use crate::emulator::{CREATE, Org, next, person, wanted};

/// What differs between any two orgs: ids and tokens, times, cursors, and where they are.
fn normal(text: &str, base: &str) -> String {
    let mut rest = text.replace(base, "<org>");
    if let Some(at) = rest.find("after=") {
        let end = rest[at..].find(['&', '>']).map_or(rest.len(), |end| at + end);
        rest.replace_range(at..end, "after=<cursor>");
    }
    let is_time = rest.len() == 24 && rest.ends_with('Z') && rest.as_bytes()[10] == b'T';
    if is_time {
        return "<time>".to_owned();
    }
    let is_uuid = rest.len() == 36 && rest.matches('-').count() == 4;
    if is_uuid {
        return "<uuid>".to_owned();
    }
    let (mut normal, mut word) = (String::new(), String::new());
    for letter in rest.chars().chain([' ']) {
        if letter.is_ascii_alphanumeric() {
            word.push(letter);
            continue;
        }
        normal.push_str(if word.len() < 17 { &word } else { "<id>" });
        word.clear();
        normal.push(letter);
    }
    normal.trim_end().to_owned()
}

fn normal_json(json: &Value, base: &str) -> Value {
    match json {
        Value::String(text) => normal(text, base).into(),
        Value::Array(items) => items.iter().map(|item| normal_json(item, base)).collect(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let value = match name.as_str() {
                    "tempPassword" => json!("<password>"),
                    _ => normal_json(value, base),
                };
                (name.clone(), value)
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// Makes requests, and writes down what was answered.
struct Walk<'a> {
    org: &'a Org,
    answers: Mutex<Vec<String>>,
}

impl Walk<'_> {
    async fn send(&self, method: Method, path: &str, body: Value) -> Value {
        let body = Some(body).filter(|body| !body.is_null());
        let reply = self.org.send(method.clone(), path, body).await;
        let base = self.org.url("");
        let header = |name: &str| {
            let values = reply.headers.get_all(name).iter();
            values.map(|value| normal(value.to_str().unwrap(), &base)).collect::<Vec<_>>()
        };
        let (links, kind) = (header("link"), header("content-type"));
        let (path, json) = (normal(path, &base), normal_json(&reply.json, &base));
        let answer = format!("{method} {path}: {} {kind:?} {links:?} {json:#}", reply.status);
        self.answers.lock().unwrap().push(answer);
        reply.json
    }

    async fn get(&self, path: &str) -> Value {
        self.send(Method::GET, path, Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.send(Method::POST, path, body).await
    }

    async fn put(&self, path: &str, body: Value) -> Value {
        self.send(Method::PUT, path, body).await
    }

    async fn delete(&self, path: &str) -> Value {
        self.send(Method::DELETE, path, Value::Null).await
    }

    /// Creates one, and returns its path.
    async fn create(&self, path: &str, body: Value) -> String {
        let created = self.post(path, body).await;
        format!("{path}/{}", created["id"].as_str().unwrap_or("none"))
    }
}

fn group(name: &str) -> Value {
    json!({ "profile": { "name": name, "description": "People" } })
}

fn rule(name: &str, group: &str) -> Value {
    json!({
        "type": "group_rule", "name": name,
        "conditions": { "expression": { "value": "user.department==\"Sales\"" } },
        "actions": { "assignUserToGroups": { "groupIds": [group] } },
    })
}

fn app(label: &str) -> Value {
    json!({ "name": "bookmark", "label": label, "signOnMode": "BOOKMARK" })
}

fn attribute(property: Value) -> Value {
    json!({ "definitions": { "custom": { "properties": { "badge": property } } } })
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// Where whoever polls has come to.
async fn end_of_log(org: &Org) -> String {
    let mut path = "/api/v1/logs?limit=1000".to_owned();
    loop {
        let page = org.get(&path).await;
        path = next(&page).unwrap();
        if page.json == json!([]) {
            return path;
        }
    }
}

/// What an integrator does, and what goes wrong with it.
async fn answers(org: &Org) -> Vec<String> {
    let walk = Walk { org, answers: Mutex::default() };
    let cursor = end_of_log(org).await;
    let users = people(&walk).await;
    teams(&walk, &users).await;
    hooks_and_apps(&walk, &users[0]).await;
    for path in ["/api/v1/org", "/api/v1/meta/types/user", "/api/v1/api-tokens", "/api/v1/zones"] {
        walk.get(path).await;
    }
    for user in &users {
        walk.delete(user).await;
        walk.delete(user).await;
        walk.get(user).await;
    }
    walk.get("/api/v1/users").await;
    walk.get("/api/v1/groups").await;
    let written = walk.get(&cursor).await;
    assert!(written.as_array().unwrap().len() > 30, "{written}");
    walk.answers.into_inner().unwrap()
}

async fn people(walk: &Walk<'_>) -> Vec<String> {
    walk.get("/api/v1/users").await;
    walk.get("/api/v1/meta/schemas/user/default").await;
    let badge = json!({ "title": "Badge", "type": "integer" });
    walk.post("/api/v1/meta/schemas/user/default", attribute(badge)).await;
    let mut users = Vec::new();
    for (n, query) in ["?activate=false", "", "?nextLogin=changePassword"].iter().enumerate() {
        let mut user = person(&format!("walk{n}@example.com"));
        user["profile"]["department"] = json!("Sales");
        user["credentials"] = json!({ "password": { "value": "Abcd1234x" } });
        let user = walk.post(&format!("/api/v1/users{query}"), user).await;
        users.push(format!("/api/v1/users/{}", user["id"].as_str().unwrap()));
    }
    let user = &users[1];
    walk.post("/api/v1/users", person("walk1@example.com")).await;
    walk.post("/api/v1/users", json!({ "profile": {} })).await;
    walk.get("/api/v1/users/?limit=2").await;
    walk.get("/api/v1/users?search=profile.department%20eq%20%22Sales%22&sortBy=profile.login")
        .await;
    walk.get("/api/v1/users?filter=status%20eq%20%22STAGED%22").await;
    walk.get("/api/v1/users?filter=nothing").await;
    walk.get("/api/v1/users?q=wal").await;
    walk.get("/api/v1/users/walk1").await;
    walk.get("/api/v1/users/me").await;
    walk.post(user, json!({ "profile": { "badge": "seven" } })).await;
    walk.post(user, json!({ "profile": { "badge": 7, "title": "Clerk" } })).await;
    walk.put(user, person("walk1@example.com")).await;
    walk.post(user, json!({ "profile": { "department": "Sales" } })).await;
    for operation in [
        "suspend",
        "suspend",
        "unsuspend",
        "unlock",
        "expire_password",
        "reset_password?sendEmail=false",
        "expire_password_with_temp_password",
        "deactivate",
        "activate?sendEmail=false",
        "reset_factors",
        "nothing",
    ] {
        walk.send(Method::POST, &format!("{user}/lifecycle/{operation}"), Value::Null).await;
        walk.get(user).await;
    }
    walk.delete(&format!("{user}/sessions")).await;
    users
}

async fn teams(walk: &Walk<'_>, users: &[String]) {
    walk.get("/api/v1/groups").await;
    let sales = walk.create("/api/v1/groups", group("Sales")).await;
    let other = walk.create("/api/v1/groups", group("Support")).await;
    walk.post("/api/v1/groups", group("Sales")).await;
    walk.get("/api/v1/groups?limit=2").await;
    walk.get("/api/v1/groups?search=profile.name%20eq%20%22Support%22").await;
    walk.put(&sales, group("Sales EU")).await;
    let member = format!("{other}/users/{}", last(&users[0]));
    walk.put(&member, Value::Null).await;
    walk.get(&format!("{other}/users?limit=1")).await;
    walk.get(&format!("{}/groups", users[0])).await;
    let ruled = walk.create("/api/v1/groups/rules", rule("Sales people", last(&sales))).await;
    walk.post(&format!("{ruled}/lifecycle/activate"), Value::Null).await;
    walk.get(&format!("{sales}/users")).await;
    walk.delete(&format!("{sales}/users/{}", last(&users[1]))).await;
    walk.get(&ruled).await;
    walk.get("/api/v1/groups/rules").await;
    walk.post(&format!("{ruled}/lifecycle/deactivate"), Value::Null).await;
    walk.delete(&ruled).await;
    walk.delete(&member).await;
    for path in [&sales, &other, &other] {
        walk.delete(path).await;
    }
}

async fn hooks_and_apps(walk: &Walk<'_>, user: &str) {
    let hook =
        walk.create("/api/v1/eventHooks", wanted("http://127.0.0.1:9/hook", &[CREATE])).await;
    walk.get("/api/v1/eventHooks").await;
    walk.delete(&hook).await;
    walk.post(&format!("{hook}/lifecycle/deactivate"), Value::Null).await;
    walk.get(&hook).await;
    walk.delete(&hook).await;
    walk.get(&hook).await;
    let wiki = walk.create("/api/v1/apps", app("Wiki")).await;
    walk.get("/api/v1/apps").await;
    walk.post(&format!("{wiki}/users"), json!({ "id": last(user) })).await;
    walk.get(&format!("{wiki}/users")).await;
    walk.get(&format!("{user}/appLinks")).await;
    walk.delete(&format!("{wiki}/users/{}", last(user))).await;
    walk.delete(&wiki).await;
    walk.post(&format!("{wiki}/lifecycle/deactivate"), Value::Null).await;
    walk.delete(&wiki).await;
    walk.post("/api/v1/meta/schemas/user/default", attribute(Value::Null)).await;
}

/// Thousands of changes, after which everything is gone again.
async fn use_up(org: &Org) {
    let send = async |method: Method, path: &str, body: Option<Value>| {
        let reply = org.send(method, path, body).await;
        assert!(reply.status < 300, "{path}: {} {}", reply.status, reply.json);
        reply.json
    };
    let create = async |path: &str, body: Value| {
        let created = send(Method::POST, path, Some(body)).await;
        format!("{path}/{}", created["id"].as_str().unwrap())
    };
    let property = json!({ "title": "Badge", "type": "string" });
    send(Method::POST, "/api/v1/meta/schemas/user/default", Some(attribute(property))).await;
    for n in 0..16 {
        let team = create("/api/v1/groups", group(&format!("Team {n}"))).await;
        let ruled = create("/api/v1/groups/rules", rule(&format!("Rule {n}"), last(&team))).await;
        send(Method::POST, &format!("{ruled}/lifecycle/activate"), None).await;
        let hook = create("/api/v1/eventHooks", wanted("http://127.0.0.1:9/", &[CREATE])).await;
        let app = create("/api/v1/apps", app(&format!("App {n}"))).await;
        send(Method::PUT, &format!("{app}/groups/{}", last(&team)), Some(json!({}))).await;
        for m in 0..25 {
            let mut user = person(&format!("user{m}@example.com"));
            user["profile"]["department"] = json!("Sales");
            let user = create("/api/v1/users", user).await;
            send(Method::POST, &format!("{app}/users"), Some(json!({ "id": last(&user) }))).await;
            send(Method::POST, &user, Some(json!({ "profile": { "badge": "x" } }))).await;
            send(Method::DELETE, &user, None).await;
            send(Method::DELETE, &user, None).await;
        }
        for path in [&app, &hook] {
            send(Method::POST, &format!("{path}/lifecycle/deactivate"), None).await;
            send(Method::DELETE, path, None).await;
        }
        send(Method::DELETE, &ruled, None).await;
        send(Method::DELETE, &team, None).await;
    }
    let gone = attribute(Value::Null);
    send(Method::POST, "/api/v1/meta/schemas/user/default", Some(gone)).await;
}

#[track_caller]
fn are_alike(what: &str, fresh: &[String], other: &[String]) {
    for (fresh, other) in fresh.iter().zip(other) {
        assert_eq!(fresh, other, "{what}");
    }
    assert_eq!(fresh.len(), other.len(), "{what}");
}

#[tokio::test]
async fn a_fresh_a_used_and_a_reopened_org_answer_alike() {
    let fresh = answers(&Org::start(&[])).await;
    assert!(fresh.len() > 90, "{}", fresh.len());

    let limit = ["--rate-limit", "1000000"];
    let used = Org::start(&limit);
    use_up(&used).await;
    are_alike("used", &fresh, &answers(&used).await);
    are_alike("used once more", &fresh, &answers(&used).await);

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("org.sqlite");
    let arguments = [&limit[..], &["--data", data.to_str().unwrap()]].concat();
    let org = Org::start(&arguments);
    use_up(&org).await;
    org.server.crash();
    let org = Org::start(&arguments);
    are_alike("reopened", &fresh, &answers(&org).await);
}
