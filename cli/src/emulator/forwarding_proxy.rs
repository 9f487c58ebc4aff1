//! `--forward`: a reverse proxy that records. What a real Okta org sends through a real tunnel is
//! passed on to the receiver, and is inspected and replayed like the calls of this org.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use okta_hooks::inline::{self, Answer};
use okta_hooks::simulate::Attempt;
use percent_encoding::percent_decode;
use reqwest::Url;

use super::recorded_calls::{Ending, Recorded, Start};
use super::request_body::{self, BodyError};
use super::state::App;
use crate::http_client::{self, Fault};
use crate::loopback;

/// More than Okta sends by far.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// As notes on the call.
const TOO_LONG: &str = "the answer is longer than Okta takes one: the sender got 502";
const STATUS_ALONE: &str =
    "the answer is longer than the proxy keeps one: the sender got its status, without a body";

/// What deliveries have as their `eventType`; in the requests of inline hooks it is the hook's type.
const OF_DELIVERIES: &str = "com.okta.event_hook";

/// How often anything on the way may decode a path.
const MAX_DECODING: usize = 4;

/// Headers about one connection, and those that the next request gets anew.
const NOT_PASSED_ON: [&str; 10] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers that are no secret. Which of the others has the hook's secret, only its owner knows.
const NO_SECRET: [&str; 16] = [
    "accept",
    "accept-encoding",
    "cdn-loop",
    "cf-ray",
    "content-type",
    "date",
    "forwarded",
    "server",
    "traceparent",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-okta-request-id",
    "x-okta-verification-challenge",
];

/// The receiver behind the proxy: a URL to add paths to.
#[derive(Clone)]
pub struct Target(String);

impl Target {
    /// Where a request for `path` (with its query) goes; `None` if that is not below this URL.
    ///
    /// The HTTP client resolves `..`, encoded or not, and takes `\\` for `/`; a receiver may decode
    /// once more. So a path that has one, however it is written, is refused.
    fn url(&self, path_and_query: &str) -> Option<String> {
        let path = path_and_query.split('?').next().unwrap_or_default();
        if !path.starts_with('/') || climbs(path) {
            return None;
        }
        // As it is sent: some characters are encoded.
        Some(Url::parse(&format!("{}{path_and_query}", self.0)).ok()?.into())
    }
}

/// Whether a segment of the path is `..`, with parameters behind it or without.
fn climbs(path: &str) -> bool {
    let mut path = path.as_bytes().to_vec();
    for _ in 0..MAX_DECODING {
        path = percent_decode(&path).collect();
    }
    let mut segments = path.split(|byte| matches!(byte, b'/' | b'\\'));
    segments.any(|segment| segment.split(|byte| *byte == b';').next() == Some(b".."))
}

impl std::str::FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        if !matches!(url.scheme(), "http" | "https") || url.query().or(url.fragment()).is_some() {
            return Err("must be http://… or https://…, without a query".to_owned());
        }
        if !loopback::is_private(&url) {
            return Err("must be https://…, or on this machine: secrets are passed on".to_owned());
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything that comes goes on to `target`. Nothing of the org is here: a tunnel makes it public.
pub fn router(app: Arc<App>, target: Target) -> Router {
    Router::new().fallback(pass_on).with_state((app, target))
}

async fn pass_on(
    State((app, target)): State<(Arc<App>, Target)>,
    request: Request,
) -> Result<Response, StatusCode> {
    // One deadline for all of it: Okta does not begin to count anew once its body is read.
    let deadline = Instant::now() + Attempt::TIMEOUT;
    let (parts, body) = request.into_parts();
    let body = request_body::read(&parts.headers, body, MAX_BODY, Attempt::TIMEOUT).await;
    let body = body.map_err(BodyError::status_for_okta)?;
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let request = Recorded {
        method: parts.method,
        url: target.url(path).ok_or(StatusCode::BAD_REQUEST)?,
        headers: passed_on(parts.headers),
        body,
    };
    // A task of its own: should the caller hang up, the call is recorded all the same.
    let call = tokio::spawn(async move { exchange(&app, request, deadline).await });
    call.await.unwrap_or_else(|_| Err(StatusCode::INTERNAL_SERVER_ERROR))
}

/// Waits as long as Okta would, until `deadline`, and not longer. An answer is passed on whole, or nothing
/// of its body if it is longer than Okta takes one: a part of it would look like an answer of the
/// receiver's. The status of such an answer is what Okta goes by after a delivery; it would not take it
/// from an inline hook.
async fn exchange(app: &App, request: Recorded, deadline: Instant) -> Result<Response, StatusCode> {
    let sent = request.to_request().map_err(|_| StatusCode::BAD_REQUEST)?;
    let asked = request.body.clone();
    let call = app.calls.open(Start {
        kind: "forwarded",
        hook: String::new(),
        hook_name: String::new(),
        first_attempt: None,
        replay_of: None,
        source: source(&request.headers),
        request,
    });
    let left = deadline.saturating_duration_since(Instant::now());
    let exchange = app.client.exchange_up_to(Answer::MAX_LEN + 1, sent, left).await;
    let too_long = |answer: &http_client::Answer| answer.body.len() > Answer::MAX_LEN;
    let result = exchange.result.clone();
    let note = result
        .as_ref()
        .is_ok_and(too_long)
        .then(|| if is_inline(asked) { TOO_LONG } else { STATUS_ALONE });
    let status = match &result {
        Ok(_) if note == Some(TOO_LONG) => StatusCode::BAD_GATEWAY,
        Ok(answer) => answer.status,
        Err(Fault::Timeout) => StatusCode::GATEWAY_TIMEOUT,
        Err(Fault::NoConnection(_)) => StatusCode::BAD_GATEWAY,
    };
    let next = next(status, call.attempt());
    call.close(Ending { exchange, next, note, answered: Some(status.as_u16()) });
    match result {
        Ok(answer) if note.is_none() => Ok(answer_of(status, answer.headers, answer.body)),
        _ => Err(status),
    }
}

/// Whether this is the body of a request to an inline hook, also of a type that is not known.
fn is_inline(body: Bytes) -> bool {
    inline::Request::from_bytes(body)
        .is_ok_and(|request| request.hook_type().as_str() != OF_DELIVERIES)
}

/// What follows if the sender is Okta: it sends once more what was answered with a 5xx.
fn next(status: StatusCode, attempt: usize) -> &'static str {
    match status.as_u16() {
        200..=299 => "accepted",
        500..=599 if attempt == 1 => "retry",
        _ => "lost",
    }
}

/// The address that the tunnel's own end saw: the last of what is there, for everything before it
/// may have been made up.
fn source(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all("x-forwarded-for").iter();
    let last = values.filter_map(|value| value.to_str().ok()).next_back()?;
    let address = last.rsplit(',').next()?.trim();
    Some(address.chars().take(100).collect()).filter(|text: &String| !text.is_empty())
}

fn answer_of(status: StatusCode, headers: HeaderMap, body: Bytes) -> Response {
    let mut response = (status, Body::from(body)).into_response();
    *response.headers_mut() = passed_on(headers);
    response
}

fn passed_on(mut headers: HeaderMap) -> HeaderMap {
    // What `Connection` names is about the connection too.
    let named: Vec<HeaderName> = headers
        .get_all("connection")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in NOT_PASSED_ON {
        headers.remove(name);
    }
    for (name, value) in &mut headers {
        value.set_sensitive(!NO_SECRET.contains(&name.as_str()));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_the_connection_stay_behind_and_unknown_ones_are_secrets() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("content-length", "5"),
            ("host", "public.example"),
            ("x-api-key", "s3cret"),
            ("content-type", "application/json"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let passed = passed_on(headers);
        assert_eq!(passed.len(), 2);
        assert!(passed["x-api-key"].is_sensitive() && !passed["content-type"].is_sensitive());
    }

    #[test]
    fn a_target_is_a_place_to_add_paths_to() {
        assert_eq!("http://127.0.0.1:8082/".parse::<Target>().unwrap().0, "http://127.0.0.1:8082");
        for odd in [
            "",
            "127.0.0.1:8082",
            "ftp://a/",
            "https://a/?b",
            "https://a/#b",
            "http://127.evil.example/hook",
        ] {
            assert!(odd.parse::<Target>().is_err(), "{odd}");
        }
    }

    #[test]
    fn no_path_leaves_the_target() {
        let target: Target = "http://127.0.0.1:8082/hooks/".parse().unwrap();
        for (path, url) in [
            ("/", "http://127.0.0.1:8082/hooks/"),
            ("/a/b?c=../d", "http://127.0.0.1:8082/hooks/a/b?c=../d"),
            ("/a..b/...", "http://127.0.0.1:8082/hooks/a..b/..."),
            ("//evil.example/", "http://127.0.0.1:8082/hooks//evil.example/"),
            ("/100%25", "http://127.0.0.1:8082/hooks/100%25"),
        ] {
            assert_eq!(target.url(path).as_deref(), Some(url), "{path}");
        }
        for path in [
            "",
            "*",
            "@evil.example/",
            "/../admin",
            "/a/..",
            "/%2e%2e/admin",
            "/.%2E/admin",
            "/%252e%252e/admin",
            "/%25252e./admin",
            "/..%2fadmin",
            "/..%5cadmin",
            "/..\\admin",
            "/a\\..\\admin",
            "/..;a=b/admin",
        ] {
            assert_eq!(target.url(path), None, "{path}");
        }
    }
}
