//! The Okta emulator as a real process: its APIs, and what it delivers to a hook.

use std::time::{Duration, Instant};

use http::{HeaderMap, Method};
use okta_hooks_testing::hook::{Answer, Hook, SECRET};
use okta_hooks_testing::process::Server;
use serde_json::{Value, json};

use crate::PROGRAM;

pub const TOKEN: &str = "emulator-test-token";

/// A running org and a client of it.
pub struct Org {
    pub server: Server,
    pub client: reqwest::Client,
}

pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Org {
    pub fn start(arguments: &[&str]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let arguments = [&["emulator", "--token", TOKEN, "--collect-ms", "50"], arguments].concat();
        let server = Server::start_with(PROGRAM, &arguments, &[]);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { server, client }
    }

    pub fn url(&self, path: &str) -> String {
        match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("http://{}{path}", self.server.address),
        }
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let request = self.client.request(method, self.url(path));
        let request = request.header("authorization", format!("SSWS {TOKEN}"));
        reply(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    /// The JSON of an answer that has to be a success.
    #[track_caller]
    pub fn ok(reply: Reply) -> Value {
        assert!((200..300).contains(&reply.status), "{} {}", reply.status, reply.json);
        reply.json
    }

    pub async fn create_hook(&self, hook: &Hook, types: &[&str]) -> String {
        let created = self.post("/api/v1/eventHooks", wanted(&hook.url(), types)).await;
        Self::ok(created)["id"].as_str().unwrap().to_owned()
    }

    pub async fn verify(&self, id: &str) -> Reply {
        self.post(&format!("/api/v1/eventHooks/{id}/lifecycle/verify"), json!({})).await
    }

    pub async fn verified_hook(&self, hook: &Hook, types: &[&str]) -> String {
        let id = self.create_hook(hook, types).await;
        assert_eq!(Self::ok(self.verify(&id).await)["verificationStatus"], "VERIFIED");
        id
    }

    pub async fn create_user(&self, login: &str) -> Value {
        let reply = self.post("/api/v1/users", person(login)).await;
        Self::ok(reply)
    }

    pub async fn calls(&self, query: &str) -> Vec<Value> {
        let calls = Self::ok(self.get(&format!("/admin/calls?{query}")).await);
        calls.as_array().unwrap().clone()
    }

    /// The calls so far, once there are so many or it takes too long.
    pub async fn calls_made(&self, expected: usize) -> Vec<Value> {
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            let calls = self.calls("limit=1000").await;
            if calls.len() >= expected || Instant::now() > deadline {
                return calls;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn chaos(&self, chaos: Value) {
        Self::ok(self.send(Method::PUT, "/admin/chaos", Some(chaos)).await);
    }
}

pub async fn reply(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.expect("it answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.expect("the whole answer");
    Reply { status, headers, json: serde_json::from_str(&text).unwrap_or(Value::Null) }
}

pub fn wanted(url: &str, types: &[&str]) -> Value {
    json!({
        "name": "User sync",
        "events": { "type": "EVENT_TYPE", "items": types },
        "channel": { "type": "HTTP", "version": "1.0.0", "config": {
            "uri": url,
            "headers": [{ "key": "X-Env", "value": "test" }],
            "authScheme": { "type": "HEADER", "key": "Authorization", "value": SECRET },
        }},
    })
}

pub fn person(login: &str) -> Value {
    json!({ "profile": { "login": login, "email": login, "firstName": "John", "lastName": "Doe" } })
}

#[tokio::test]
async fn a_request_asks_for_a_fault_of_its_own() {
    let org = Org::start(&[]);
    let with = async |fault: &str| {
        let request = org.client.get(org.url("/api/v1/users"));
        let request = request.header("authorization", format!("SSWS{TOKEN}"));
        reply(request.header("x-emulator-fault", fault)).await
    };
    let limited = with("429;reset=7").await;
    assert_eq!((limited.status, &limited.json["errorCode"]), (429, &json!("E0000047")));
    assert_eq!(limited.headers["x-rate-limit-remaining"], "0");
    assert_eq!(with("429").await.headers["x-rate-limit-limit"], "0", "too many at once");
    assert_eq!(with("503;times=1;test=a").await.status, 503);
    assert_eq!(with("503;times=1;test=a").await.status, 200, "it was for one request");
    assert_eq!(with("503;times=1;test=b").await.status, 503, "another test");
    assert_eq!(with("everything").await.status, 400);
    assert_eq!(org.get("/api/v1/users").await.status, 200, "nobody else's");
}

#[tokio::test]
async fn what_the_emulator_lacks_is_said_so_once() {
    let org = Org::start(&[]);
    for id in ["nzo1a", "nzo2b"] {
        let missing = org.get(&format!("/api/v1/zones/{id}")).await;
        assert_eq!((missing.status, &missing.json["errorCode"]), (404, &json!("E0000008")));
    }
    let user = org.create_user("jo@example.com").await["id"].as_str().unwrap().to_owned();
    let operation = format!("/api/v1/users/{user}/lifecycle/nothing");
    assert_eq!(org.send(Method::POST, &operation, None).await.status, 404);
    assert_eq!(org.send(Method::PATCH, "/api/v1/users", None).await.status, 405);
    assert_eq!(org.get("/.well-known/okta-organization").await.status, 404);
    assert_eq!(org.get("/api/v1/users/00unobody").await.status, 404, "nobody is no path");
    let icon = org.client.get(org.url("/favicon.ico")).header("sec-fetch-dest", "image");
    assert_eq!(reply(icon).await.status, 404);
    let unknown = Org::ok(org.get("/admin/unknown-paths").await);
    let expected = [
        ("GET /.well-known/okta-organization", 1),
        ("GET /api/v1/zones/{}", 2),
        ("PATCH /api/v1/users", 1),
        ("POST /api/v1/users/{}/lifecycle/nothing", 1),
    ];
    let expected = expected.map(|(request, count)| json!({ "request": request, "count": count }));
    assert_eq!(unknown, json!(expected));
    let (_, errors) = org.server.terminate();
    assert_eq!(errors.lines().count(), 4, "once for each: {errors}");
    let line = "GET /api/v1/zones/{}: the emulator does not have this; Okta may";
    assert_eq!(errors.lines().next(), Some(line));
}

#[tokio::test]
async fn behind_a_front_links_and_audience_are_those_of_the_front() {
    let org = Org::start(&["--public-url", "https://okta.test:8443"]);
    let as_front = org.client.get(org.url("/api/v1/users?limit=1"));
    let as_front = as_front.header("authorization", format!("SSWS {TOKEN}"));
    let links = reply(as_front).await;
    assert_eq!(
        links.headers["link"],
        "<https://okta.test:8443/api/v1/users?limit=1>; rel=\"self\""
    );

    let org = Org::start(&[]);
    let user = org.create_user("john.doe@example.com").await;
    let request = org.client.get(org.url("/api/v1/users/?limit=1"));
    let request = request.header("authorization", format!("SSWS {TOKEN}"));
    let request = request.header("x-forwarded-proto", "https").header("host", "localhost:8443");
    let page = reply(request).await;
    assert_eq!(page.headers["link"], "<https://localhost:8443/api/v1/users?limit=1>; rel=\"self\"");
    let link = page.json[0]["_links"]["self"]["href"].as_str().unwrap();
    assert_eq!(
        link,
        format!("https://localhost:8443/api/v1/users/{}", user["id"].as_str().unwrap())
    );
}

#[test]
fn programs_are_told_the_url_and_the_token_as_json() {
    let mut child = std::process::Command::new(PROGRAM)
        .args(["emulator", "--listen", "127.0.0.1:0", "--json"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    let url = told["url"].as_str().unwrap().to_owned();
    let token = told["token"].as_str().unwrap().to_owned();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let request = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = request.get(format!("{url}/api/v1/users"));
    let answer = runtime.block_on(reply(request.header("authorization", format!("SSWS{token}"))));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((answer.status, answer.json), (200, json!([])));
}

#[tokio::test]
async fn orgs_in_the_process_of_a_test_are_apart_and_end_when_dropped() {
    use okta_hooks_cli::emulator::{Settings, start};
    let one = start(Settings::new().with_token("one")).unwrap();
    let other = start(Settings::new()).unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let users = |url: &str, token: &str| {
        let request = client.get(format!("{url}/api/v1/users"));
        request.header("authorization", format!("SSWS {token}"))
    };
    assert_eq!(reply(users(one.url(), "one")).await.status, 200);
    assert_eq!(reply(users(other.url(), other.token())).await.status, 200);
    assert_eq!(reply(users(other.url(), "one")).await.status, 401);
    assert!(!format!("{one:?}{other:?}").contains(other.token()));
    let gone = one.url().to_owned();
    drop(one);
    assert!(users(&gone, "one").send().await.is_err());
    let folder = tempfile::tempdir().unwrap();
    let error = start(Settings::new().with_data(folder.path())).unwrap_err();
    assert!(error.to_string().contains(folder.path().to_str().unwrap()), "{error}");
}

/// The `next` of a page.
pub fn next(reply: &Reply) -> Option<String> {
    let links = reply.headers.get_all("link").iter().map(|link| link.to_str().unwrap());
    let next = links.filter(|link| link.ends_with("rel=\"next\"")).collect::<Vec<_>>();
    assert!(next.len() < 2);
    Some(next.first()?[1..].split('>').next()?.to_owned())
}

pub const CREATE: &str = "user.lifecycle.create";
pub const DEACTIVATE: &str = "user.lifecycle.deactivate";

#[tokio::test]
async fn a_hook_lives_by_oktas_rules() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    let created = Org::ok(org.post("/api/v1/eventHooks", wanted(&hook.url(), &[CREATE])).await);
    assert_eq!(
        (&created["status"], &created["verificationStatus"]),
        (&json!("ACTIVE"), &json!("UNVERIFIED"))
    );
    let id = created["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("who") && id.len() == 20, "{id}");
    let path = format!("/api/v1/eventHooks/{id}");

    let again = org.post("/api/v1/eventHooks", wanted(&hook.url(), &[CREATE])).await;
    assert_eq!((again.status, &again.json["errorCode"]), (400, &json!("E0000001")));
    let active = org.send(Method::DELETE, &path, None).await;
    assert_eq!((active.status, &active.json["errorCode"]), (400, &json!("E0000001")));

    assert_eq!(Org::ok(org.verify(&id).await)["verificationStatus"], "VERIFIED");
    let mut same = wanted(&hook.url(), &[CREATE, DEACTIVATE]);
    same["name"] = json!("Renamed");
    let renamed = Org::ok(org.send(Method::PUT, &path, Some(same)).await);
    assert_eq!(
        (&renamed["name"], &renamed["verificationStatus"]),
        (&json!("Renamed"), &json!("VERIFIED"))
    );
    let moved = wanted(&format!("{}/moved", hook.url()), &[CREATE]);
    let moved = Org::ok(org.send(Method::PUT, &path, Some(moved)).await);
    assert_eq!(moved["verificationStatus"], "UNVERIFIED", "another channel is another place");

    let list = Org::ok(org.get("/api/v1/eventHooks").await);
    assert_eq!(list[0]["channel"]["config"]["authScheme"]["key"], "Authorization");
    for answer in [&created, &renamed, &list, &Org::ok(org.get(&path).await)] {
        assert!(!answer.to_string().contains(SECRET), "the secret is never returned");
    }
    let off = org.post(&format!("{path}/lifecycle/deactivate"), json!({})).await;
    assert_eq!(Org::ok(off)["status"], "INACTIVE");
    assert_eq!(org.send(Method::DELETE, &path, None).await.status, 204);
    let gone = org.get(&path).await;
    assert_eq!((gone.status, &gone.json["errorCode"]), (404, &json!("E0000007")));
    assert!(gone.headers.contains_key("x-okta-request-id"));
}

#[tokio::test]
async fn a_hook_that_does_not_answer_right_stays_unverified() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    let id = org.create_hook(&hook, &[CREATE]).await;
    for (answers, asked) in [
        (&[Answer::Wrong][..], 1),
        (&[Answer::Status(401)], 1),
        (&[Answer::Status(204)], 1),
        (&[Answer::Status(500), Answer::Status(503)], 2),
    ] {
        let before = hook.verifications();
        hook.answer_next(answers);
        let failed = org.verify(&id).await;
        assert_eq!((failed.status, &failed.json["errorCode"]), (400, &json!("E0000001")));
        assert_eq!(failed.json["errorSummary"], "Api validation failed: eventHook");
        let cause = "Unable to verify event hook. Hook User sync execution failed";
        assert_eq!(failed.json["errorCauses"][0]["errorSummary"], cause);
        assert_eq!(hook.verifications(), before + asked);
    }
    let status = Org::ok(org.get(&format!("/api/v1/eventHooks/{id}")).await);
    assert_eq!(status["verificationStatus"], "UNVERIFIED");
    let log =
        Org::ok(org.get("/api/v1/logs?filter=eventType%20eq%20%22event_hook.verified%22").await);
    assert_eq!(log.as_array().unwrap().len(), 4);
    assert_eq!(log[0]["outcome"]["result"], "FAILURE");

    hook.answer_next(&[Answer::Status(502)]);
    assert_eq!(
        Org::ok(org.verify(&id).await)["verificationStatus"],
        "VERIFIED",
        "at the second try"
    );
}

#[tokio::test]
async fn hooks_that_okta_would_refuse_are_refused() {
    let org = Org::start(&[]);
    let base = || wanted("https://hooks.example.com/okta", &[CREATE]);
    let config = "/channel/config";
    for (pointer, member, value) in [
        ("", "name", json!("")),
        ("", "name", json!("x".repeat(256))),
        ("/events", "type", json!("OTHER")),
        ("/events", "items", json!([])),
        ("/events", "items", json!(["user.lifecycle.delete.completed"])),
        ("/events", "items", json!(["no.such.type"])),
        ("/channel", "type", json!("SMTP")),
        ("/channel", "version", json!("2")),
        (config, "uri", json!("http://hooks.example.com/okta")),
        (config, "uri", json!("http://127.evil.example/hook")),
        (config, "uri", json!("http://localhost.evil.example/hook")),
        (config, "uri", json!("https://a b")),
        (config, "uri", json!(format!("https://a/{}", "x".repeat(1024)))),
        (config, "uri", json!(5)),
        (config, "authScheme", json!({ "type": "OTHER", "key": "a", "value": "b" })),
        (config, "authScheme", json!({ "type": "HEADER", "key": "Authorization" })),
        (config, "headers", json!([{ "key": "Accept", "value": "text/html" }])),
        (config, "headers", json!([{ "key": "no name", "value": "b" }])),
    ] {
        let mut body = base();
        body.pointer_mut(pointer).unwrap()[member] = value;
        let refused = org.post("/api/v1/eventHooks", body.clone()).await;
        assert_eq!(
            (refused.status, &refused.json["errorCode"]),
            (400, &json!("E0000001")),
            "{body}"
        );
        assert!(!refused.json.to_string().contains(SECRET));
    }
    assert_eq!(org.post("/api/v1/eventHooks", base()).await.status, 200);
}

#[tokio::test]
async fn what_happens_to_a_user_is_delivered_to_the_hooks_that_want_it() {
    let org = Org::start(&[]);
    let (both, one, other, unverified) =
        (Hook::start().await, Hook::start().await, Hook::start().await, Hook::start().await);
    let id = org.verified_hook(&both, &[CREATE, DEACTIVATE]).await;
    for (hook, kind, name) in [
        (&one, DEACTIVATE, "one"),
        (&other, "group.user_membership.add", "other"),
        (&unverified, CREATE, "unverified"),
    ] {
        let mut body = wanted(&hook.url(), &[kind]);
        body["name"] = json!(name);
        let created = Org::ok(org.post("/api/v1/eventHooks", body).await);
        if name != "unverified" {
            let path =
                format!("/api/v1/eventHooks/{}/lifecycle/verify", created["id"].as_str().unwrap());
            Org::ok(org.post(&path, json!({})).await);
        }
    }
    let user = org.create_user("john.doe@example.com").await;
    assert_eq!(both.events(1).await, ["user.lifecycle.create john.doe@example.com"]);
    let path = format!("/api/v1/users/{}/lifecycle/deactivate", user["id"].as_str().unwrap());
    Org::ok(org.post(&path, json!({})).await);
    assert_eq!(one.events(1).await, ["user.lifecycle.deactivate john.doe@example.com"]);
    assert_eq!(both.events(2).await.len(), 2);

    let delivery = &both.deliveries()[0];
    assert_eq!(delivery.hook_id(), Some(id.as_str()));
    let event = &delivery.events()[0];
    assert!(event.schema_mismatches().is_empty());
    assert_eq!(event.targets()[0].id.as_deref(), user["id"].as_str());
    assert_eq!(event.debug_data("targetEventHookIds").as_deref(), Some(id.as_str()));
    let log =
        Org::ok(org.get("/api/v1/logs?filter=eventType%20eq%20%22user.lifecycle.create%22").await);
    assert_eq!(log[0]["uuid"].as_str(), event.uuid(), "the same event, by both roads");
    assert!(other.deliveries().is_empty() && unverified.deliveries().is_empty());

    Org::ok(org.post(&format!("/api/v1/eventHooks/{id}/lifecycle/deactivate"), json!({})).await);
    org.create_user("late@example.com").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(both.events(2).await.len(), 2, "an inactive hook gets nothing");
}

#[tokio::test]
async fn a_delivery_is_tried_twice_after_5xx_or_silence_and_once_after_4xx() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    org.verified_hook(&hook, &[CREATE]).await;
    let mut expected = 1;
    for (login, answers, outcomes) in [
        ("a@example.com", &[Answer::Status(503)][..], &["retry", "accepted"][..]),
        ("b@example.com", &[Answer::Status(500), Answer::Status(500)], &["retry", "lost"]),
        ("c@example.com", &[Answer::Status(400)], &["lost"]),
        ("d@example.com", &[Answer::Status(302)], &["lost"]),
        ("e@example.com", &[Answer::Late], &["retry", "accepted"]),
    ] {
        hook.answer_next(answers);
        org.create_user(login).await;
        let start = expected;
        expected += outcomes.len();
        let calls = org.calls_made(expected).await;
        let made = calls[start..].iter();
        let made: Vec<_> = made.map(|call| call["next"].as_str().unwrap()).collect();
        assert_eq!(made, outcomes, "{login}");
    }
    // A second try is the same delivery again.
    let deliveries = hook.deliveries();
    assert_eq!(deliveries[0].raw(), deliveries[1].raw());
    let failed = "/api/v1/logs?filter=eventType%20eq%20%22event_hook.delivery%22";
    assert_eq!(Org::ok(org.get(failed).await).as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn events_close_in_time_go_together() {
    let (org, hook) = (Org::start(&["--collect-ms", "400", "--batch", "8"]), Hook::start().await);
    org.verified_hook(&hook, &[CREATE]).await;
    for n in 0..20 {
        org.create_user(&format!("user{n}@example.com")).await;
    }
    let mut events = hook.events(20).await;
    events.sort();
    events.dedup();
    assert_eq!(events.len(), 20);
    let sizes: Vec<_> = hook.deliveries().iter().map(|delivery| delivery.events().len()).collect();
    assert!(sizes.len() < 10 && sizes.iter().all(|size| *size <= 8), "{sizes:?}");
}

#[tokio::test]
async fn users_are_paged_found_and_changed_as_at_okta() {
    let org = Org::start(&[]);
    for n in 0..7 {
        org.create_user(&format!("user{n}@example.com")).await;
    }
    let (mut seen, mut url) = (Vec::new(), Some("/api/v1/users?limit=3".to_owned()));
    while let Some(page) = url {
        let page = org.get(&page).await;
        url = next(&page);
        let logins = page.json.as_array().unwrap().iter();
        seen.push(
            logins
                .map(|user| user["profile"]["login"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(seen.concat(), (0..7).map(|n| format!("user{n}@example.com")).collect::<Vec<_>>());

    for odd in ["after=x", "after=200u", "limit=x", "limit=-1", "filter=x", "search=status+ne+1"] {
        assert_eq!(org.get(&format!("/api/v1/users?{odd}")).await.status, 400, "{odd}");
    }
    let beyond = org.get(&format!("/api/v1/users?after=200u{}", u64::MAX)).await;
    assert_eq!((beyond.status, &beyond.json), (200, &json!([])));

    let taken = org.post("/api/v1/users", person("USER1@example.com")).await;
    assert_eq!((taken.status, &taken.json["errorCode"]), (400, &json!("E0000001")));
    let odd = org.post("/api/v1/users", json!({ "profile": { "login": "x@example.com" } })).await;
    assert_eq!(odd.json["errorSummary"], "Api validation failed: email");
    for name in ["user1@example.com", "USER1@EXAMPLE.COM", "user1"] {
        let user = Org::ok(org.get(&format!("/api/v1/users/{name}")).await);
        assert_eq!(user["profile"]["login"], "user1@example.com", "{name}");
    }
    let change = json!({ "profile": { "title": "Clerk" } });
    let changed = Org::ok(org.post("/api/v1/users/user1@example.com", change).await);
    assert_eq!(
        (&changed["profile"]["title"], &changed["profile"]["firstName"]),
        (&json!("Clerk"), &json!("John"))
    );
    let filter = "/api/v1/logs?filter=eventType%20eq%20%22user.account.update_profile%22";
    let log = Org::ok(org.get(filter).await);
    assert_eq!(log[0]["debugContext"]["debugData"]["changedAttributes"], "title");
    assert_eq!(log[0]["target"][0]["changeDetails"]["to"], json!({ "title": "Clerk" }));

    let gone = "/api/v1/users/user2@example.com";
    assert_eq!(org.send(Method::DELETE, gone, None).await.status, 204);
    assert_eq!(
        Org::ok(org.get(gone).await)["status"],
        "DEPROVISIONED",
        "the first time deactivates"
    );
    let active = |json: &Value| json.as_array().unwrap().len();
    assert_eq!(active(&Org::ok(org.get("/api/v1/users").await)), 6);
    let filtered = "/api/v1/users?filter=status%20eq%20%22DEPROVISIONED%22";
    assert_eq!(active(&Org::ok(org.get(filtered).await)), 1);
    assert_eq!(org.send(Method::DELETE, gone, None).await.status, 204);
    assert_eq!(org.get(gone).await.status, 404);
}

#[tokio::test]
async fn a_users_status_allows_what_it_allows_at_okta() {
    let org = Org::start(&[]);
    let mut body = person("john.doe@example.com");
    body["credentials"] = json!({ "password": { "value": "Correct horse 9" } });
    let user = Org::ok(org.post("/api/v1/users?activate=false", body).await);
    assert_eq!(user["status"], "STAGED");
    assert!(!user.to_string().contains("Correct horse 9"));
    let id = user["id"].as_str().unwrap();
    for (operation, status, after) in [
        ("suspend", 400, "STAGED"),
        ("activate", 200, "ACTIVE"),
        ("activate", 403, "ACTIVE"),
        ("unlock", 403, "ACTIVE"),
        ("reactivate", 403, "ACTIVE"),
        ("suspend", 200, "SUSPENDED"),
        ("unsuspend", 200, "ACTIVE"),
        ("unsuspend", 400, "ACTIVE"),
        ("lock", 404, "ACTIVE"),
        ("expire_password", 200, "PASSWORD_EXPIRED"),
        ("reset_password", 200, "RECOVERY"),
        ("deactivate", 200, "DEPROVISIONED"),
        ("deactivate", 403, "DEPROVISIONED"),
        ("activate", 200, "ACTIVE"),
    ] {
        let reply = org.post(&format!("/api/v1/users/{id}/lifecycle/{operation}"), json!({})).await;
        assert_eq!(reply.status, status, "{operation} {}", reply.json);
        let user = Org::ok(org.get(&format!("/api/v1/users/{id}")).await);
        assert_eq!(user["status"], after, "{operation}");
    }
    Org::ok(org.post(&format!("/admin/users/{id}/lock"), json!({})).await);
    Org::ok(org.post(&format!("/api/v1/users/{id}/lifecycle/unlock"), json!({})).await);
    let group =
        Org::ok(org.post("/api/v1/groups", json!({ "profile": { "name": "Sales" } })).await);
    let member = format!("/api/v1/groups/{}/users/{id}", group["id"].as_str().unwrap());
    assert_eq!(org.send(Method::PUT, &member, None).await.status, 204);
    let groups = Org::ok(org.get(&format!("/api/v1/users/{id}/groups")).await);
    assert_eq!(groups[0]["profile"]["name"], "Everyone");
    assert_eq!(groups[1]["profile"]["name"], "Sales");
    let log = Org::ok(org.get("/api/v1/logs").await);
    let types: Vec<_> =
        log.as_array().unwrap().iter().map(|event| event["eventType"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        [
            "user.lifecycle.create",
            "user.lifecycle.activate",
            "user.lifecycle.suspend",
            "user.lifecycle.unsuspend",
            "user.account.expire_password",
            "user.account.reset_password",
            "user.lifecycle.deactivate",
            "user.lifecycle.activate",
            "user.account.lock",
            "user.account.unlock_by_admin",
            "group.lifecycle.create",
            "group.user_membership.add",
        ]
    );
}

#[tokio::test]
async fn the_system_log_is_polled_without_end_and_read_in_bounds() {
    let org = Org::start(&[]);
    for n in 0..3 {
        org.create_user(&format!("user{n}@example.com")).await;
    }
    let filter = "eventType%20eq%20%22user.lifecycle.create%22%20or%20eventType%20eq%20%22x%22";
    let polled = org.get(&format!("/api/v1/logs?limit=2&filter={filter}")).await;
    let mut count = polled.json.as_array().unwrap().len();
    let mut url = next(&polled).expect("polling never ends");
    loop {
        let page = org.get(&url).await;
        assert!(!url.contains("since="), "{url}");
        url = next(&page).expect("polling never ends");
        count += page.json.as_array().unwrap().len();
        if page.json == json!([]) {
            break;
        }
    }
    assert_eq!(count, 3);
    org.create_user("late@example.com").await;
    let page = org.get(&url).await;
    assert_eq!(page.json[0]["target"][0]["alternateId"], "late@example.com", "where it left off");
    assert!(
        page.json[0]["request"]["ipChain"].is_array()
            && page.json[0]["client"].get("ipChain").is_none()
    );

    let bounded =
        org.get("/api/v1/logs?until=2999-01-01T00:00:00Z&since=2998-12-31T00:00:00Z").await;
    assert_eq!((&bounded.json, next(&bounded)), (&json!([]), None));
    for query in ["since=2020-01-01T00:00:00Z", "limit=1001", "filter=published%20pr"] {
        assert_eq!(org.get(&format!("/api/v1/logs?{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_or_from_another_site() {
    let org = Org::start(&[]);
    let url = org.url("/api/v1/users");
    for value in
        [None, Some("SSWS wrong"), Some(TOKEN), Some("Bearer x"), Some("ssws emulator-test-token")]
    {
        let mut request = org.client.get(&url);
        if let Some(value) = value {
            request = request.header("authorization", value);
        }
        let refused = reply(request).await;
        assert_eq!((refused.status, &refused.json["errorCode"]), (401, &json!("E0000011")));
        assert!(refused.headers.contains_key("x-rate-limit-remaining"));
    }
    let secret = || org.client.get(org.url("/admin/info?reveal=1"));
    assert_eq!(reply(secret()).await.json["apiToken"], TOKEN);
    assert_eq!(reply(secret().header("host", "evil.example")).await.status, 403);
    assert_eq!(reply(secret().header("origin", "http://evil.example")).await.status, 403);
    let masked = Org::ok(org.get("/admin/info").await);
    assert!(!masked.to_string().contains(TOKEN));
    let nowhere = org.get("/api/v1/nowhere").await;
    assert_eq!((nowhere.status, &nowhere.json["errorCode"]), (404, &json!("E0000008")));
    let method = org.send(Method::PATCH, "/api/v1/users", None).await;
    assert_eq!((method.status, &method.json["errorCode"]), (405, &json!("E0000022")));
    let malformed =
        org.client.post(&url).header("authorization", format!("SSWS {TOKEN}")).body("{");
    assert_eq!(reply(malformed).await.json["errorCode"], "E0000003");
}

#[test]
fn it_listens_on_loopback_only_and_ends_when_told_to() {
    let refused = std::process::Command::new(PROGRAM)
        .args(["emulator", "--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("loopback"));
    let server = Server::start_with(PROGRAM, &["emulator"], &[]);
    let token = |server: &Server| {
        let line = server.welcome.iter().find(|line| line.contains("API token")).unwrap();
        line.split_whitespace().last().unwrap().to_owned()
    };
    let other = Server::start_with(PROGRAM, &["emulator"], &[]);
    assert!(token(&server).len() >= 43 && token(&server) != token(&other));
    // A live feed has no end, and may not keep it from ending.
    let address = server.address;
    let feed = std::net::TcpStream::connect(address).unwrap();
    let request = format!("GET /admin/live HTTP/1.1\r\nhost: {address}\r\n\r\n");
    std::io::Write::write_all(&mut &feed, request.as_bytes()).unwrap();
    std::io::Read::read(&mut &feed, &mut [0; 16]).unwrap();
    let start = Instant::now();
    let (status, errors) = server.terminate();
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(status.success() && errors.is_empty(), "{status} {errors}");
}

#[tokio::test]
async fn requests_over_the_limit_are_refused_until_the_reset() {
    let org = Org::start(&["--rate-limit", "3"]);
    let mut over = None;
    // Should a minute end meanwhile, six are let in, and no more.
    for _ in 0..7 {
        let reply = org.get("/api/v1/logs").await;
        assert_eq!(reply.headers["x-rate-limit-limit"], "3");
        over = over.or((reply.status != 200).then_some(reply));
    }
    let over = over.expect("the seventh is over the limit");
    assert_eq!((over.status, &over.json["errorCode"]), (429, &json!("E0000047")));
    assert_eq!(over.headers["x-rate-limit-remaining"], "0");
    let reset: u64 = over.headers["x-rate-limit-reset"].to_str().unwrap().parse().unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    assert!(
        (now.saturating_sub(60)..=now + 60).contains(&reset) && reset.is_multiple_of(60),
        "{reset}"
    );
    assert_eq!(org.get("/api/v1/users").await.headers["x-rate-limit-limit"], "3", "another kind");
}

#[tokio::test]
async fn chaos_is_switched_while_it_runs() {
    let (org, hook) = (Org::start(&["--api-errors", "1"]), Hook::start().await);
    assert_eq!(org.get("/api/v1/users").await.json["errorCode"], "E0000009");
    org.chaos(json!({ "apiRateLimits": 1, "resetSeconds": 7 })).await;
    let limited = org.get("/api/v1/users").await;
    assert_eq!(
        (limited.status, &limited.headers["x-rate-limit-remaining"]),
        (429, &"0".parse().unwrap())
    );
    org.chaos(json!({ "apiConcurrency": 1 })).await;
    let limited = org.get("/api/v1/users").await;
    assert_eq!(
        (limited.status, &limited.headers["x-rate-limit-limit"]),
        (429, &"0".parse().unwrap())
    );
    for odd in [
        json!({ "apiErrors": 2 }),
        json!({ "unknown": 1 }),
        json!({ "apiErrors": "x" }),
        json!({ "apiRateLimits": 1, "resetSeconds": u64::MAX }),
        json!({ "apiDelays": 1, "delayMs": u64::MAX }),
    ] {
        assert_eq!(org.send(Method::PUT, "/admin/chaos", Some(odd)).await.status, 400);
    }
    org.chaos(json!({})).await;
    org.verified_hook(&hook, &[CREATE]).await;

    org.chaos(json!({ "deliveryDuplicates": 1 })).await;
    org.create_user("twice@example.com").await;
    assert_eq!(hook.events(2).await, ["user.lifecycle.create twice@example.com"; 2]);
    org.chaos(json!({ "deliveryLostAnswers": 1 })).await;
    org.create_user("unheard@example.com").await;
    assert_eq!(hook.events(4).await[2..], ["user.lifecycle.create unheard@example.com"; 2]);
    // One verification, and two of each delivery.
    let before = 5;
    assert_eq!(org.calls_made(before).await.len(), before);
    org.chaos(json!({ "deliveryFailures": 1 })).await;
    org.create_user("lost@example.com").await;
    let calls = org.calls_made(before + 2).await;
    let ends: Vec<_> = calls[before..].iter().map(|call| call["next"].as_str().unwrap()).collect();
    assert_eq!(ends, ["retry", "lost"]);
    assert_eq!(hook.events(4).await.len(), 4, "it never arrived");
}

#[tokio::test]
async fn an_org_in_a_file_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.sqlite");
    let data = ["--data", file.to_str().unwrap()];
    let hook = Hook::start().await;
    let org = Org::start(&data);
    let id = org.verified_hook(&hook, &[CREATE]).await;
    let user = org.create_user("john.doe@example.com").await;
    hook.events(1).await;
    let log = Org::ok(org.get("/api/v1/logs").await);
    drop(org); // Killed, not told to end.

    let org = Org::start(&data);
    let kept = Org::ok(org.get(&format!("/api/v1/eventHooks/{id}")).await);
    assert_eq!(kept["verificationStatus"], "VERIFIED");
    let same = Org::ok(org.get("/api/v1/users/john.doe@example.com").await);
    assert_eq!((&same["id"], &same["profile"]), (&user["id"], &user["profile"]));
    assert_eq!(Org::ok(org.get("/api/v1/logs").await), log);
    org.create_user("jane.doe@example.com").await;
    let events = hook.events(2).await;
    assert_eq!(events[1], "user.lifecycle.create jane.doe@example.com", "the secret is kept too");
}

#[tokio::test]
async fn the_inspector_shows_calls_and_makes_them_again() {
    let (org, hook) = (Org::start(&["--keep-calls", "5"]), Hook::start().await);
    let id = org.verified_hook(&hook, &[CREATE]).await;
    let mut live = org.client.get(org.url("/admin/live")).send().await.unwrap();
    let last = org.calls("").await[0]["id"].as_u64().unwrap();
    let waiting = org.calls("after=1&wait=10");
    let creating = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        org.create_user("john.doe@example.com").await;
    };
    let (calls, ()) = tokio::join!(waiting, creating);
    assert_eq!(calls.len(), 1, "it waited for one after {last}");
    let call = &calls[0];
    assert_eq!(
        (&call["kind"], &call["hookId"], &call["attempt"]),
        (&json!("delivery"), &json!(id), &json!(1))
    );
    assert_eq!(call["answer"]["status"], 204);
    assert!(call["request"]["body"].as_str().unwrap().contains("john.doe@example.com"));
    assert!(!call.to_string().contains(SECRET), "secrets are masked");
    let path = format!("/admin/calls/{}", call["id"]);
    assert!(!Org::ok(org.get(&path).await).to_string().contains(SECRET));
    assert!(Org::ok(org.get(&format!("{path}?reveal=1")).await).to_string().contains(SECRET));

    let mut fed = String::new();
    while !fed.contains("\n\n") {
        fed += std::str::from_utf8(&live.chunk().await.unwrap().unwrap()).unwrap();
    }
    assert!(fed.contains(&format!("id: {}", call["id"])) && !fed.contains(SECRET), "{fed}");

    for nothing in ["/admin/calls/x", "/admin/calls/999"] {
        let missing = org.get(nothing).await;
        assert_eq!((missing.status, &missing.json["errorCode"]), (404, &json!("E0000007")));
    }

    let replay = format!("/admin/replay/{}", call["id"]);
    let same = Org::ok(org.send(Method::POST, &replay, None).await);
    assert_eq!(
        (&same["kind"], &same["request"]["body"]),
        (&json!("replay"), &call["request"]["body"])
    );
    let deliveries = hook.deliveries();
    assert_eq!(deliveries[0].raw(), deliveries[1].raw());
    let body = call["request"]["body"].as_str().unwrap().replace("john.doe", "jane.doe");
    Org::ok(org.post(&replay, json!({ "body": body, "headers": { "x-env": null } })).await);
    assert_eq!(hook.events(3).await[2], "user.lifecycle.create jane.doe@example.com");

    let sample = Org::ok(
        org.get(&format!("/admin/sample?type={DEACTIVATE}&target=pat@example.com&hook={id}")).await,
    );
    let delivered = Org::ok(org.post(&format!("/admin/deliver/{id}"), sample).await);
    assert_eq!(
        (&delivered["kind"], &delivered["answer"]["status"]),
        (&json!("preview"), &json!(204))
    );
    assert_eq!(hook.events(4).await[3], "user.lifecycle.deactivate pat@example.com");
    for _ in 0..9 {
        Org::ok(org.send(Method::POST, &format!("/admin/replay/{}", delivered["id"]), None).await);
        let calls = org.calls("").await;
        assert!(calls.len() <= 5, "the memory is bounded");
        if calls.iter().all(|call| call["id"] != delivered["id"]) {
            return;
        }
    }
    panic!("the oldest call is forgotten");
}
