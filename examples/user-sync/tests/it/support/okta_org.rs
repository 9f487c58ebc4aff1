//! A stand-in for an Okta org: a real HTTP server with the Users API, the System Log and the token
//! endpoint, as strict as Okta is about who may call, and told what to get wrong.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::window::Window;

pub const RSA_KEY: &str = include_str!("../keys/test_only_rsa_pkcs8.pem");
pub const RSA_PUBLIC: &str = include_str!("../keys/test_only_rsa_public.pem");
pub const EC_KEY: &str = include_str!("../keys/test_only_ec_pkcs8.pem");
pub const EC_PUBLIC: &str = include_str!("../keys/test_only_ec_public.pem");

pub const API_TOKEN: &str = "00secret-api-token";
pub const CLIENT_ID: &str = "0oa7kq3f7TzWmXb2a5d7";

pub const LOGS: &str = "/api/v1/logs";
pub const TOKENS: &str = "/oauth2/v1/token";
pub const USERS: &str = "/api/v1/users/";

/// A running org; it ends when dropped.
pub struct OktaOrg {
    pub url: String,
    org: Arc<Mutex<Org>>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// What the org has, expects and has seen. Tests change it while it runs.
pub struct Org {
    url: String,
    pub api_token: Option<String>,
    pub app: Option<App>,
    pub users: HashMap<String, Value>,
    /// The System Log, oldest first.
    pub log: Vec<Value>,
    /// Answers to give instead of the right one, each once, to requests whose path starts so.
    pub instead: VecDeque<(&'static str, Reply)>,
    /// Where the links in the System Log lead, if not here.
    pub link_base: Option<String>,
    /// What `X-Rate-Limit-Limit` and `-Remaining` say.
    pub limits: (u64, u64),
    /// How often the Users API may really be called; without it nobody counts.
    pub window: Option<Window>,
    /// Requests whose path has this in it wait for their answer, which is made before, until this
    /// is something else.
    pub hold: Option<&'static str>,
    pub requests: Vec<Recorded>,
    tokens: HashMap<String, Instant>,
    assertions: HashSet<String>,
}

/// A service app that is registered.
pub struct App {
    pub client_id: &'static str,
    pub algorithm: Algorithm,
    pub public_key: DecodingKey,
    pub key_id: Option<&'static str>,
    /// Seconds; 3600 at Okta.
    pub token_life: u64,
    /// How long the token endpoint takes.
    pub delay: Duration,
}

/// A request that came in.
#[derive(Clone)]
pub struct Recorded {
    /// In seconds since 1970.
    pub at: u64,
    pub method: String,
    /// Path and query, as sent.
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Recorded {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The value of a field of a form.
    pub fn field(&self, name: &str) -> Option<String> {
        value(&self.body, name)
    }

    /// The value of a parameter in the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.path.split_once('?').and_then(|(_, query)| value(query, name))
    }
}

/// An answer.
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    delay: Duration,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), delay: Duration::ZERO }
    }

    /// One of Okta's error bodies, with a summary that names somebody.
    pub fn error(status: u16, code: &str) -> Self {
        let summary = "Not for logs: jane.secret@example.com";
        Self::new(status, json!({"errorCode": code, "errorSummary": summary}).to_string())
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl OktaOrg {
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        listener.set_nonblocking(true).expect("a socket can be told not to block");
        let address: SocketAddr = listener.local_addr().expect("it is bound");
        let url = format!("http://{address}");
        let org = Arc::new(Mutex::new(Org::new(&url)));
        let router = Router::new().fallback(handle).with_state(org.clone());
        let (end, ended) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime starts").block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                tokio::select! {
                    served = async { axum::serve(listener, router).await } => served.expect("it serves"),
                    _ = ended => {}
                }
            });
        });
        Self { url, org, end: Some(end), thread: Some(thread) }
    }

    /// The org, to look into and to change. Not across an `await`: it stands still meanwhile.
    pub fn lock(&self) -> MutexGuard<'_, Org> {
        self.org.lock().expect("nobody panics with it")
    }

    /// The requests so far whose path starts so.
    pub fn requests(&self, path: &str) -> Vec<Recorded> {
        let starts = |request: &&Recorded| request.path.starts_with(path);
        self.lock().requests.iter().filter(starts).cloned().collect()
    }

    pub fn instead(&self, path: &'static str, reply: Reply) {
        self.lock().instead.push_back((path, reply));
    }

    /// No token issued so far is good any more.
    pub fn revoke_tokens(&self) {
        self.lock().tokens.clear();
    }
}

impl Drop for OktaOrg {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn handle(State(org): State<Arc<Mutex<Org>>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a request is complete");
    let request = Recorded {
        at: seconds(),
        method: head.method.to_string(),
        path: head.uri.to_string(),
        headers: head.headers,
        body: String::from_utf8(body.into()).expect("a request is text"),
    };
    let (reply, number, (limit, remaining)) = {
        let mut org = org.lock().expect("nobody panics with it");
        org.requests.push(request.clone());
        let reply = org.answer(&request);
        (reply, org.requests.len(), org.limits)
    };
    tokio::time::sleep(reply.delay).await;
    let is_held = || {
        let hold = org.lock().expect("nobody panics with it").hold;
        hold.is_some_and(|part| request.path.contains(part))
    };
    while is_held() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let usual = [
        ("content-type", "application/json".to_owned()),
        ("x-okta-request-id", format!("request-{number}")),
        ("x-rate-limit-limit", limit.to_string()),
        ("x-rate-limit-remaining", remaining.to_string()),
        ("x-rate-limit-reset", (seconds() + 30).to_string()),
    ];
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    for (name, value) in usual {
        if !reply.headers.iter().any(|(given, _)| *given == name) {
            response = response.header(name, value);
        }
    }
    response.body(reply.body.into()).expect("a well-formed answer")
}

impl Org {
    fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            api_token: None,
            app: None,
            users: HashMap::new(),
            log: Vec::new(),
            instead: VecDeque::new(),
            link_base: None,
            limits: (600, 599),
            window: None,
            hold: None,
            requests: Vec::new(),
            tokens: HashMap::new(),
            assertions: HashSet::new(),
        }
    }

    fn answer(&mut self, request: &Recorded) -> Reply {
        let scripted = self.instead.iter().position(|(path, _)| request.path.starts_with(path));
        if let Some((_, reply)) = scripted.and_then(|nth| self.instead.remove(nth)) {
            return reply;
        }
        if let Some(window) = self.window.as_mut().filter(|_| request.path.starts_with(USERS)) {
            let (is_over, reset) = (window.is_over(request.at), window.reset(request.at));
            self.limits = (window.limit, window.remaining());
            let reply = match is_over {
                true => Reply::error(429, "E0000047"),
                false => self.found(request),
            };
            return reply.header("x-rate-limit-reset", reset.to_string());
        }
        self.found(request)
    }

    fn found(&mut self, request: &Recorded) -> Reply {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        match (request.method.as_str(), path) {
            ("POST", TOKENS) => self.token(request),
            ("GET", _) if !self.lets_in(request) => Reply::error(401, "E0000011"),
            ("GET", LOGS) => self.page(query),
            ("GET", _) => match path.strip_prefix(USERS) {
                Some(id) => self.user(&decoded(id)),
                None => Reply::error(404, "E0000008"),
            },
            _ => Reply::error(405, "E0000022"),
        }
    }

    fn lets_in(&self, request: &Recorded) -> bool {
        let sent = request.header("authorization").and_then(|value| value.split_once(' '));
        match sent {
            Some(("SSWS", token)) => self.api_token.as_deref() == Some(token),
            Some(("Bearer", token)) => {
                self.tokens.get(token).is_some_and(|end| Instant::now() < *end)
            }
            _ => false,
        }
    }

    fn user(&self, id: &str) -> Reply {
        match self.users.get(id) {
            Some(user) => Reply::new(200, user.to_string()),
            None => Reply::error(404, "E0000007"),
        }
    }

    /// A page of a polling request, as Okta's: `next` is always there.
    fn page(&self, query: &str) -> Reply {
        let value = |name: &str| value(query, name);
        let (after, since) = (value("after"), value("since").unwrap_or_default());
        let ascending = value("sortOrder").is_none_or(|order| order == "ASCENDING");
        if value("until").is_some() || !ascending || (after.is_some() && !since.is_empty()) {
            return Reply::error(400, "E0000053");
        }
        let early = |event: &Value| event["published"].as_str().unwrap_or_default() < &*since;
        let first = match after.map(|after| after.parse::<usize>()) {
            Some(Ok(after)) => after.min(self.log.len()),
            Some(Err(_)) => return Reply::error(400, "E0000053"),
            None => self.log.iter().position(|event| !early(event)).unwrap_or(self.log.len()),
        };
        let limit = value("limit").and_then(|limit| limit.parse().ok()).unwrap_or(100);
        let end = self.log.len().min(first + limit);
        let logs = format!("{}{LOGS}", self.link_base.as_deref().unwrap_or(&self.url));
        Reply::new(200, json!(self.log[first..end]).to_string())
            .header("link", format!("<{}{LOGS}>; rel=\"self\"", self.url))
            .header("link", format!("<{logs}?after={end}&limit={limit}>; rel=\"next\""))
    }

    fn token(&mut self, request: &Recorded) -> Reply {
        let refused = |status: u16, error: &str| {
            let text = "Not for logs: the assertion of jane.secret@example.com";
            Reply::new(status, json!({"error": error, "error_description": text}).to_string())
        };
        let Some(app) = &self.app else { return refused(401, "invalid_client") };
        let field = |name: &str| request.field(name).unwrap_or_default();
        if request.header("content-type") != Some("application/x-www-form-urlencoded")
            || field("grant_type") != "client_credentials"
            || field("client_assertion_type")
                != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        {
            return refused(400, "invalid_request");
        }
        if field("scope") != "okta.users.read okta.logs.read" {
            return refused(400, "invalid_scope");
        }
        let audience = format!("{}{TOKENS}", self.url);
        let Some(id) = app.verified(&field("client_assertion"), &audience) else {
            return refused(401, "invalid_client");
        };
        if !self.assertions.insert(id) {
            return refused(401, "invalid_client");
        }
        let token = format!("granted-{}", self.assertions.len());
        let (life, delay) = (app.token_life, app.delay);
        self.tokens.insert(token.clone(), Instant::now() + Duration::from_secs(life));
        let scope = field("scope");
        let body = json!({"token_type": "Bearer", "expires_in": life, "access_token": token, "scope": scope});
        Reply::new(200, body.to_string()).after(delay)
    }
}

impl App {
    /// The app [`CLIENT_ID`], with the key of this algorithm: [`RSA_KEY`] or [`EC_KEY`].
    pub fn new(algorithm: Algorithm) -> Self {
        user_sync::okta::jwt::install();
        let public_key = match algorithm {
            Algorithm::RS256 => DecodingKey::from_rsa_pem(RSA_PUBLIC.as_bytes()),
            _ => DecodingKey::from_ec_pem(EC_PUBLIC.as_bytes()),
        };
        Self {
            client_id: CLIENT_ID,
            algorithm,
            public_key: public_key.expect("a key"),
            key_id: None,
            token_life: 3600,
            delay: Duration::ZERO,
        }
    }

    /// The `jti` of an assertion that is right in every point.
    fn verified(&self, assertion: &str, audience: &str) -> Option<String> {
        let mut rules = Validation::new(self.algorithm);
        rules.leeway = 0;
        rules.set_audience(&[audience]);
        rules.set_issuer(&[self.client_id]);
        rules.sub = Some(self.client_id.to_owned());
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        let token = jsonwebtoken::decode::<Value>(assertion, &self.public_key, &rules).ok()?;
        let within_an_hour = token.claims["exp"].as_u64()? <= seconds() + 3600;
        let id = token.claims["jti"].as_str()?;
        let is_right = within_an_hour && token.header.kid.as_deref() == self.key_id;
        is_right.then(|| id.to_owned())
    }
}

pub fn seconds() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.expect("the clock is past 1970").as_secs()
}

/// The value of that name in a form or a query.
fn value(pairs: &str, name: &str) -> Option<String> {
    let mut pairs = pairs.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| decoded(value))
}

/// A value without its percent-encoding.
fn decoded(value: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(value).decode_utf8();
    decoded.expect("what was encoded is UTF-8").into_owned()
}
