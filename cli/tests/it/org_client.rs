//! An org, and a client of its APIs.

use std::any::Any;
use std::time::Duration;

use http::Method;
use okta_hooks_cli::emulator::{Settings, start};
use okta_hooks_testing::process::Server;
use serde_json::{Value, json};

use crate::PROGRAM;

pub struct Client {
    pub url: String,
    token: String,
    client: reqwest::Client,
    /// What ends with it: a thread or a process.
    _org: Box<dyn Any + Send + Sync>,
}

impl Client {
    pub fn new() -> Self {
        Self::of(Settings::new())
    }

    pub fn of(settings: Settings) -> Self {
        let org = start(settings.with_rate_limit(10_000_000)).unwrap();
        Self::with(org.url().to_owned(), org.token().to_owned(), Box::new(org))
    }

    /// An org with as many threads as there are cores.
    pub fn process() -> Self {
        let arguments = ["emulator", "--token", "test", "--rate-limit", "10000000"];
        let org = Server::start_with(PROGRAM, &arguments, &[]);
        Self::with(format!("http://{}", org.address), "test".to_owned(), Box::new(org))
    }

    fn with(url: String, token: String, org: Box<dyn Any + Send + Sync>) -> Self {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60));
        Self { url, token, client: client.build().unwrap(), _org: org }
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> (u16, Value) {
        let request = self.request(method, path);
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

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        request.header("authorization", format!("SSWS {}", self.token))
    }

    /// The items of a page, and the path of the next one.
    pub async fn page(&self, path: &str) -> (Vec<Value>, Option<String>) {
        let page = self.request(Method::GET, path).send().await.unwrap();
        let mut links = page.headers().get_all("link").iter().map(|link| link.to_str().unwrap());
        let next = links.next_back().filter(|link| link.ends_with("rel=\"next\""));
        let next =
            next.map(|link| link[1 + self.url.len()..].split('>').next().unwrap().to_owned());
        (serde_json::from_str(&page.text().await.unwrap()).unwrap(), next)
    }

    pub async fn json(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.send(method, path, Some(body.to_string().into_bytes())).await
    }

    pub async fn create(&self, login: &str) -> Value {
        let profile =
            json!({ "login": login, "email": login, "firstName": "Nadia", "lastName": "Osei" });
        let (status, user) =
            self.json(Method::POST, "/api/v1/users", json!({ "profile": profile })).await;
        assert_eq!(status, 200, "{user}");
        user
    }
}

/// The id of what was answered.
pub fn id(json: &Value) -> String {
    json["id"].as_str().unwrap_or_else(|| panic!("no id: {json}")).to_owned()
}
