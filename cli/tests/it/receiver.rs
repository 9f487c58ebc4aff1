//! A receiver of hooks that does everything right, but for one fault it is told to have.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

pub const SECRET: &str = "Basic aHVudGVyMjpodW50ZXIy";
const CHALLENGE: &str = "x-okta-verification-challenge";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    AcceptsAnySecret,
    IgnoresCase,
    EchoesInHeader,
    WrongJson,
    LoginPage,
    RemembersTheChallenge,
    Busy400,
    FirstEventOnly,
    IndexesFirst,
    DiesOnNullTarget,
    NoBodyLimit,
    FourSeconds,
    Redirects,
    MarksSeenFirst,
    RefusesUnknownTypes,
    RefusesDuplicates,
    CountsTwice,
    AllOrNothing,
    ExactContentType,
    KeepsNothing,
    /// The users are at the end of a page of 200 KB.
    ShowsALongPage,
    /// They are never on it, for it does not end.
    ShowsAnEndlessPage,
    /// It begins, and nothing more comes.
    ShowsHalfAPage,
}

#[derive(Clone)]
struct App {
    fault: Fault,
    memory: Arc<Mutex<Memory>>,
    busy: Arc<AtomicUsize>,
}

#[derive(Default)]
struct Memory {
    seen: HashSet<String>,
    tries: HashMap<String, usize>,
    users: Vec<String>,
    challenge: Option<String>,
}

/// Starts one; its hook is at `/hook`, and `/users` shows the logins it has.
pub async fn start(fault: Fault) -> SocketAddr {
    let app = App { fault, memory: Arc::default(), busy: Arc::default() };
    let router =
        Router::new().route("/hook", any(hook)).route("/users", get(users)).with_state(app);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it listens");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn users(State(app): State<App>) -> Body {
    let spaces = |count| Ok::<_, Infallible>(Bytes::from(vec![b' '; count]));
    match app.fault {
        Fault::ShowsAnEndlessPage => {
            return Body::from_stream(stream::iter(std::iter::repeat(spaces(1024 * 1024))));
        }
        Fault::ShowsHalfAPage => {
            return Body::from_stream(stream::iter([spaces(1)]).chain(stream::pending()));
        }
        _ => {}
    }
    let before = if app.fault == Fault::ShowsALongPage { 200_000 } else { 0 };
    Body::from(" ".repeat(before) + &app.memory.lock().unwrap().users.join("\n"))
}

async fn hook(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !authorized(app.fault, &parts.headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match parts.method {
        Method::GET => verification(&app, &parts.headers),
        Method::POST => delivery(&app, &parts.headers, body).await,
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn authorized(fault: Fault, headers: &HeaderMap) -> bool {
    let sent: Vec<_> = headers.get_all("authorization").iter().collect();
    match fault {
        Fault::AcceptsAnySecret => true,
        Fault::IgnoresCase => {
            sent.len() == 1 && sent[0].as_bytes().eq_ignore_ascii_case(SECRET.as_bytes())
        }
        _ => sent.len() == 1 && sent[0] == SECRET,
    }
}

fn verification(app: &App, headers: &HeaderMap) -> Response {
    let Some(challenge) = headers.get(CHALLENGE) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let text = String::from_utf8_lossy(challenge.as_bytes()).into_owned();
    let json = |text: &str| json!({ "verification": text }).to_string().into_response();
    match app.fault {
        Fault::EchoesInHeader => ([(CHALLENGE, challenge.clone())], "").into_response(),
        Fault::WrongJson => json!({ "challenge": text }).to_string().into_response(),
        Fault::LoginPage => axum::response::Html("<html>Sign in</html>").into_response(),
        Fault::RemembersTheChallenge => {
            json(app.memory.lock().unwrap().challenge.get_or_insert(text))
        }
        _ => json(&text),
    }
}

async fn delivery(app: &App, headers: &HeaderMap, body: Body) -> Response {
    match app.fault {
        Fault::FourSeconds => tokio::time::sleep(Duration::from_secs(4)).await,
        Fault::Redirects => return axum::response::Redirect::temporary("/hook/").into_response(),
        Fault::ExactContentType if headers["content-type"] != "application/json" => {
            return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
        }
        Fault::Busy400 => {
            let others = app.busy.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            app.busy.fetch_sub(1, Ordering::SeqCst);
            if others > 3 {
                return StatusCode::BAD_REQUEST.into_response();
            }
        }
        _ => {}
    }
    let limit = if app.fault == Fault::NoBodyLimit { usize::MAX } else { 1024 * 1024 };
    let Ok(body) = to_bytes(body, limit).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Ok(json) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(events) = json["data"]["events"].as_array() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    keep(app, json["eventId"].as_str().unwrap_or_default(), events).into_response()
}

/// What becomes of the events, and so what is answered.
fn keep(app: &App, delivery: &str, events: &[Value]) -> StatusCode {
    let fault = app.fault;
    let mut memory = app.memory.lock().unwrap();
    let tries = memory.tries.entry(delivery.to_owned()).or_default();
    *tries += 1;
    let first_try = *tries == 1;
    if fault == Fault::RefusesDuplicates && !first_try {
        return StatusCode::CONFLICT;
    }
    if fault == Fault::IndexesFirst && events.is_empty() {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    let odd = |event: &Value| !event["eventType"].is_string();
    if fault == Fault::AllOrNothing && events.iter().any(odd) {
        return StatusCode::BAD_REQUEST;
    }
    let count = if fault == Fault::FirstEventOnly { 1 } else { events.len() };
    for event in events.iter().take(count) {
        let kind = event["eventType"].as_str().unwrap_or_default();
        if fault == Fault::RefusesUnknownTypes && !odd(event) && kind != "user.lifecycle.create" {
            return StatusCode::BAD_REQUEST;
        }
        if fault == Fault::DiesOnNullTarget && !odd(event) && event["target"].get(0).is_none() {
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
        let uuid = event["uuid"].as_str().unwrap_or_default().to_owned();
        let login = event["target"][0]["alternateId"].as_str();
        if odd(event) || fault == Fault::KeepsNothing {
            continue;
        }
        if !memory.seen.insert(uuid) && fault != Fault::CountsTwice {
            continue;
        }
        if fault == Fault::MarksSeenFirst && first_try {
            // The store is down the first time.
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        memory.users.extend(login.map(str::to_owned));
    }
    StatusCode::NO_CONTENT
}
