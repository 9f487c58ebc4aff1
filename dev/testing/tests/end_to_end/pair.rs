//! The org, and what is asked of it and of the users here.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::side::Side;

pub const TOKEN: &str = "end-to-end-token";
pub const SECRET: &str = "end-to-end s3cret";

/// An org, and who asks it; its port stays the same over restarts.
pub struct Pair {
    directory: TempDir,
    pub org: SocketAddr,
    client: reqwest::Client,
}

impl Pair {
    pub fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let [org] = free_ports();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { directory: tempfile::tempdir().unwrap(), org, client }
    }

    pub fn start_org(&self) -> Server {
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
        ];
        Server::start_with(binary("okta-hooks"), &arguments, &[("LISTEN", &listen)])
    }

    /// Asks the org; `None` where it does not answer, as during a restart.
    pub async fn ask(
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

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, json) =
            self.ask(http::Method::POST, path, Some(body)).await.expect("it answers");
        assert!((200..300).contains(&status), "{path}: {status} {json}");
        json
    }

    pub async fn set_chaos(&self, chaos: &Value) {
        let (status, json) =
            self.ask(http::Method::PUT, "/admin/chaos", Some(chaos)).await.expect("it answers");
        assert!((200..300).contains(&status), "{status} {json}");
    }

    /// What an admin does in Okta's console: create the hook, verify it.
    pub async fn connect(&self, side: &Side, types: &[&str]) {
        let hook = self
            .post(
                "/api/v1/eventHooks",
                &json!({
                    "name": "User sync",
                    "events": {"type": "EVENT_TYPE", "items": types},
                    "channel": {"type": "HTTP", "version": "1.0.0", "config": {
                        "uri": format!("http://{}{}", side.hook, side.path),
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
    pub async fn users_here(&self, side: &Side) -> Vec<Value> {
        let response = self.client.get(format!("http://{}/getUsers", side.pages)).send().await;
        response.expect("it answers").json().await.expect("an array")
    }

    /// The users of the org, deactivated ones too.
    pub async fn users_there(&self) -> Vec<Value> {
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

pub fn free_ports<const N: usize>() -> [SocketAddr; N] {
    let listeners: [_; N] = std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap())
}

/// Waits until `check` says nothing is wrong any more, or tells what it said last.
pub async fn eventually(patience: Duration, mut check: impl AsyncFnMut() -> Result<(), String>) {
    let deadline = Instant::now() + patience;
    loop {
        match check().await {
            Ok(()) => return,
            Err(wrong) => assert!(Instant::now() < deadline, "{wrong}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
