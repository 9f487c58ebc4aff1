//! The emulator and the user sync together, each a real process: both guides without an Okta org,
//! and a storm after which the users here are the users there.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use okta_hooks_testing::browser;
use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;
use serde_json::{Value, json};
use tempfile::TempDir;

const TOKEN: &str = "end-to-end-token";
const SECRET: &str = "end-to-end s3cret";

/// Changes in the storm; `OKTA_HOOKS_STORM` sets another number.
const CHANGES: usize = 20_000;
const USERS: usize = 300;

/// Both programs, on ports that stay the same over restarts.
struct Pair {
    directory: TempDir,
    org: SocketAddr,
    hook: SocketAddr,
    pages: SocketAddr,
    client: reqwest::Client,
}

impl Pair {
    fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let [org, hook, pages] = free_ports();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { directory: tempfile::tempdir().unwrap(), org, hook, pages, client }
    }

    fn start_org(&self) -> Server {
        let data = self.directory.path().join("org.db");
        let listen = self.org.to_string();
        let arguments = [
            "emulator",
            "--token",
            TOKEN,
            "--data",
            data.to_str().unwrap(),
            "--collect-ms",
            "20",
            "--rate-limit",
            "1000000",
            "--seed",
            "5",
        ];
        Server::start_with(binary("okta-hooks"), &arguments, &[("LISTEN", &listen)])
    }

    fn start_sync(&self) -> Server {
        let settings = [
            ("OKTA_HOOK_SECRET", SECRET),
            ("LISTEN", &self.hook.to_string()),
            ("PAGES", &self.pages.to_string()),
            ("okta_url", &format!("http://{}", self.org)),
            ("okta_key", TOKEN),
            ("GAP_REPAIR_SECONDS", "1"),
            ("RUST_LOG", "off"),
        ];
        Server::start_in(self.directory.path(), binary("user-sync"), &settings)
    }

    /// Asks the org; `None` where it does not answer, as during a restart.
    async fn ask(
        &self,
        method: http::Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(u16, Value)> {
        let url = format!("http://{}{path}", self.org);
        let request =
            self.client.request(method, url).header("authorization", format!("SSWS {TOKEN}"));
        let request = match body {
            Some(body) => request.json(body),
            None => request.header("content-length", "0"),
        };
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        Some((status, response.json().await.unwrap_or(Value::Null)))
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, json) =
            self.ask(http::Method::POST, path, Some(body)).await.expect("it answers");
        assert!((200..300).contains(&status), "{path}: {status} {json}");
        json
    }

    async fn set_chaos(&self, chaos: &Value) {
        let (status, json) =
            self.ask(http::Method::PUT, "/admin/chaos", Some(chaos)).await.expect("it answers");
        assert!((200..300).contains(&status), "{status} {json}");
    }

    /// What an admin does in Okta's console: create the hook, verify it.
    async fn connect(&self, types: &[&str]) {
        let hook = self
            .post(
                "/api/v1/eventHooks",
                &json!({
                    "name": "User sync",
                    "events": {"type": "EVENT_TYPE", "items": types},
                    "channel": {"type": "HTTP", "version": "1.0.0", "config": {
                        "uri": format!("http://{}/userTransfer", self.hook),
                        "authScheme": {"type": "HEADER", "key": "Authorization", "value": SECRET},
                    }},
                }),
            )
            .await;
        let verify =
            format!("/api/v1/eventHooks/{}/lifecycle/verify", hook["id"].as_str().unwrap());
        assert_eq!(self.post(&verify, &json!({})).await["verificationStatus"], "VERIFIED");
    }

    /// The users in the database here.
    async fn users_here(&self) -> Vec<Value> {
        let response = self.client.get(format!("http://{}/getUsers", self.pages)).send().await;
        response.expect("it answers").json().await.expect("an array")
    }

    /// The users of the org, deactivated ones too.
    async fn users_there(&self) -> Vec<Value> {
        let mut users = Vec::new();
        for list in ["", "&filter=status%20eq%20%22DEPROVISIONED%22"] {
            let mut url = format!("http://{}/api/v1/users?limit=200{list}", self.org);
            loop {
                let request =
                    self.client.get(&url).header("authorization", format!("SSWS {TOKEN}"));
                let response = request.send().await.expect("it answers");
                let links = response.headers().get_all("link").iter();
                let next = links
                    .filter_map(|link| {
                        link.to_str()
                            .ok()?
                            .strip_suffix(">; rel=\"next\"")?
                            .strip_prefix('<')
                            .map(str::to_owned)
                    })
                    .next();
                users.extend(response.json::<Vec<Value>>().await.expect("an array"));
                match next {
                    Some(next) => url = next,
                    None => break,
                }
            }
        }
        users
    }
}

fn free_ports<const N: usize>() -> [SocketAddr; N] {
    let listeners: [_; N] = std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap())
}

/// Waits until `check` says nothing is wrong any more, or tells what it said last.
async fn eventually(patience: Duration, mut check: impl AsyncFnMut() -> Result<(), String>) {
    let deadline = Instant::now() + patience;
    loop {
        match check().await {
            Ok(()) => return,
            Err(wrong) => assert!(Instant::now() < deadline, "{wrong}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_guides_work_without_okta_hook_created_verified_and_john_doe_on_the_page() {
    let pair = Pair::new();
    let (_org, _sync) = (pair.start_org(), pair.start_sync());
    pair.connect(&["user.lifecycle.create", "user.lifecycle.activate"]).await;
    pair.post("/api/v1/users?activate=true", &json!({"profile": {
        "login": "john.doe@example.com", "email": "john.doe@example.com", "firstName": "John", "lastName": "Doe",
    }})).await;
    eventually(Duration::from_secs(20), async || {
        let users = pair.users_here().await;
        let john = users
            .iter()
            .find(|user| user["login"] == "john.doe@example.com" && user["firstName"] == "John");
        john.map(drop).ok_or_else(|| format!("{users:?}"))
    })
    .await;
    let page = format!("http://{}/", pair.pages);
    if let Some(dom) = browser::dom(&page, None) {
        assert!(dom.contains("john.doe@example.com"), "{dom}");
    }
}

fn login(n: usize) -> String {
    format!("user{n}@example.com")
}

/// One random change to one user; whether the org made it.
async fn change(pair: &Pair, random: &mut fastrand::Rng) -> bool {
    let n = random.usize(..USERS);
    let login = login(n);
    let profile = json!({"profile": {
        "login": login, "email": login, "firstName": format!("F{}", random.u32(..1000)), "lastName": format!("L{n}"),
    }});
    let operations = ["activate", "deactivate", "suspend", "unsuspend", "reactivate"];
    let asked = match random.usize(..10) {
        0..=1 => pair.ask(http::Method::POST, "/api/v1/users?activate=true", Some(&profile)).await,
        2..=6 => {
            pair.ask(http::Method::POST, &format!("/api/v1/users/{login}"), Some(&profile)).await
        }
        _ => {
            let operation = operations[random.usize(..operations.len())];
            pair.ask(
                http::Method::POST,
                &format!("/api/v1/users/{login}/lifecycle/{operation}"),
                None,
            )
            .await
        }
    };
    match asked {
        Some((status, _)) => (200..300).contains(&status),
        None => {
            tokio::time::sleep(Duration::from_millis(50)).await;
            false
        }
    }
}

/// Where the two differ, by login.
fn difference(here: &[Value], there: &[Value]) -> Option<String> {
    let here: BTreeMap<_, _> = here.iter().map(|user| (user["id"].as_str(), user)).collect();
    for user in there {
        let profile = &user["profile"];
        let expected = json!([
            profile["login"],
            profile["email"],
            profile["firstName"],
            profile["lastName"],
            user["status"]
        ]);
        let Some(found) = here.get(&user["id"].as_str()) else {
            return Some(format!("missing: {expected}"));
        };
        let found = json!([
            found["login"],
            found["email"],
            found["firstName"],
            found["lastName"],
            found["status"]
        ]);
        if found != expected {
            return Some(format!("{found} here, {expected} there"));
        }
    }
    let strangers =
        here.keys().flatten().filter(|id| !there.iter().any(|user| user["id"] == **id)).count();
    (strangers > 0).then(|| format!("{strangers} users that the org does not have"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_storm_of_changes_failures_and_restarts_the_users_here_are_those_of_the_org() {
    let changes =
        std::env::var("OKTA_HOOKS_STORM").ok().and_then(|n| n.parse().ok()).unwrap_or(CHANGES);
    let pair = Arc::new(Pair::new());
    let (mut org, mut sync) = (pair.start_org(), pair.start_sync());
    pair.connect(&[
        "user.lifecycle.create",
        "user.lifecycle.activate",
        "user.lifecycle.deactivate",
        "user.lifecycle.suspend",
        "user.lifecycle.unsuspend",
        "user.lifecycle.reactivate",
        "user.account.update_profile",
    ])
    .await;
    let chaos = json!({
        "apiErrors": 0.1, "apiDelays": 0.1, "deliveryFailures": 0.1, "deliveryLostAnswers": 0.1,
        "deliveryDuplicates": 0.1, "deliveryShuffles": 0.5, "deliveryDelays": 0.2, "delayMs": 200,
    });
    pair.set_chaos(&chaos).await;

    let made = Arc::new(AtomicUsize::new(0));
    let senders: Vec<_> = (0..8)
        .map(|seed| {
            let (pair, made) = (pair.clone(), made.clone());
            tokio::spawn(async move {
                let mut random = fastrand::Rng::with_seed(seed);
                while made.load(Ordering::Relaxed) < changes {
                    if change(&pair, &mut random).await {
                        made.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for fifth in 1..=4 {
        while made.load(Ordering::Relaxed) < changes * fifth / 5 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if fifth % 2 == 1 {
            sync.crash();
            sync = pair.start_sync();
        } else {
            org.crash();
            org = pair.start_org();
            pair.set_chaos(&chaos).await;
        }
    }
    for sender in senders {
        sender.await.unwrap();
    }
    pair.set_chaos(&json!({})).await;
    let there = pair.users_there().await;
    assert!(there.len() > USERS / 2, "{} users in the org", there.len());
    eventually(Duration::from_secs(180), async || {
        difference(&pair.users_here().await, &there).map_or(Ok(()), Err)
    })
    .await;
    assert!(org.terminate().0.success());
    assert!(sync.terminate().0.success());
}
