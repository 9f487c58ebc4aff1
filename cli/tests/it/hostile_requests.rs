//! Requests that nobody should make get Okta's errors, and the org goes on.

use std::time::Duration;

use http::Method;
use okta_hooks_cli::emulator::{Emulator, Settings, start};
use serde_json::{Value, json};

/// Enough for many pages; 10,000 hold as well, and take a minute to create.
const USERS: usize = 2_500;

struct Client {
    org: Emulator,
    client: reqwest::Client,
}

impl Client {
    fn new() -> Self {
        let org = start(Settings::new().with_rate_limit(10_000_000)).unwrap();
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60));
        Self { org, client: client.build().unwrap() }
    }

    async fn send(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{path}", self.org.url()));
        let request = request.header("authorization", format!("SSWS {}", self.org.token()));
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body),
            None => request,
        };
        let response = match request.send().await {
            Ok(response) => response,
            // A body that is too large is refused before it was sent, and some clients stop there.
            Err(error) if error.is_request() => return (413, json!({ "errorCode": "E0000003" })),
            Err(error) => panic!("no answer: {error}"),
        };
        let status = response.status().as_u16();
        let text = response.text().await.expect("the whole answer");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn json(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.send(method, path, Some(body.to_string().into_bytes())).await
    }

    async fn create(&self, login: &str) -> Value {
        let profile =
            json!({ "login": login, "email": login, "firstName": "Nadia", "lastName": "Osei" });
        let (status, user) =
            self.json(Method::POST, "/api/v1/users", json!({ "profile": profile })).await;
        assert_eq!(status, 200, "{user}");
        user
    }
}

#[tokio::test]
async fn what_nobody_should_send_gets_oktas_errors() {
    let org = Client::new();
    let user = org.create("nadia.osei@example.com").await;
    let own = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let (_, group) =
        org.json(Method::POST, "/api/v1/groups", json!({ "profile": { "name": "Sales" } })).await;
    let group = format!("/api/v1/groups/{}", group["id"].as_str().unwrap());
    let deep = [b"{\"profile\":".repeat(50_000), b"}".repeat(50_000)].concat();
    let huge = vec![b' '; 3 * 1024 * 1024];
    let bodies: Vec<Vec<u8>> = [
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
        json!({ "label": {} }),
        json!({ "name": [] }),
        json!({ "name": "x", "conditions": [], "actions": "x" }),
        json!({ "id": {} }),
        json!({ "id": "nobody" }),
        json!({ "definitions": { "custom": { "properties": { "x": 1 } } } }),
        json!({ "credentials": { "password": { "value": "short" } } }),
        json!({ "oldPassword": 5 }),
    ]
    .iter()
    .map(|json| json.to_string().into_bytes())
    .chain([deep, huge, b"{".to_vec(), vec![0xff; 10], Vec::new()])
    .collect();
    for (method, path) in [
        (Method::POST, "/api/v1/users".to_owned()),
        (Method::PUT, own.clone()),
        (Method::POST, format!("{own}/credentials/change_password")),
        (Method::POST, format!("{own}/credentials/change_recovery_question")),
        (Method::PUT, group.clone()),
        (Method::POST, "/api/v1/groups/rules".to_owned()),
        (Method::POST, "/api/v1/eventHooks".to_owned()),
        (Method::POST, "/api/v1/apps/0oanothing/users".to_owned()),
        (Method::POST, "/api/v1/meta/schemas/user/default".to_owned()),
        (Method::POST, "/oauth2/v1/token".to_owned()),
    ] {
        for body in &bodies {
            let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
            let (status, answer) = org.send(method.clone(), &path, Some(body.clone())).await;
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
        assert_eq!(org.send(method.clone(), &own, None).await.0, 405, "{method}");
    }
    let (status, same) = org.send(Method::GET, &own, None).await;
    assert_eq!((status, same), (200, user), "nothing of it changed anything");
}

#[tokio::test]
async fn thousands_of_users_come_in_pages_each_once() {
    let org = std::sync::Arc::new(Client::new());
    let creating = (0..8).map(|part| {
        let org = org.clone();
        tokio::spawn(async move {
            for n in (part..USERS).step_by(8) {
                org.create(&format!("user{n:05}@example.com")).await;
            }
        })
    });
    for part in creating.collect::<Vec<_>>() {
        part.await.unwrap();
    }
    for list in
        ["/api/v1/users?limit=200", "/api/v1/users?limit=200&search=status+pr&sortBy=profile.login"]
    {
        let mut logins = Vec::new();
        let mut next = Some(format!("{}{list}", org.org.url()));
        while let Some(url) = next {
            let request = org.client.get(url);
            let authorization = format!("SSWS {}", org.org.token());
            let page = request.header("authorization", authorization).send().await.unwrap();
            let mut links =
                page.headers().get_all("link").iter().map(|link| link.to_str().unwrap());
            next = links
                .next_back()
                .filter(|link| link.ends_with("rel=\"next\""))
                .map(|link| link[1..].split('>').next().unwrap().to_owned());
            let users: Value = serde_json::from_str(&page.text().await.unwrap()).unwrap();
            let users = users.as_array().unwrap();
            assert!(users.len() <= 200);
            logins.extend(users.iter().map(|user| user["profile"]["login"].to_string()));
        }
        assert_eq!(logins.len(), USERS, "{list}");
        if list.contains("sortBy") {
            assert!(logins.is_sorted());
        }
        logins.sort();
        logins.dedup();
        assert_eq!(logins.len(), USERS, "{list}");
    }
}

#[tokio::test]
async fn changes_of_one_user_at_the_same_time_all_count() {
    let org = Client::new();
    let user = org.create("nadia.osei@example.com").await;
    let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let changes = (0..50).map(|n| {
        let change = json!({ "profile": { format!("custom{n}"): n } });
        org.json(Method::POST, &path, change)
    });
    let statuses = futures_util::future::join_all(changes).await;
    assert!(statuses.iter().all(|(status, _)| *status == 200));
    let (_, user) = org.send(Method::GET, &path, None).await;
    for n in 0..50 {
        assert_eq!(user["profile"][format!("custom{n}")], n);
    }
    let filter = "/api/v1/logs?filter=eventType+eq+%22user.account.update_profile%22";
    let (_, log) = org.send(Method::GET, filter, None).await;
    assert_eq!(log.as_array().unwrap().len(), 50);
}
