//! Requests over HTTP: with timeouts, a limit to what is read, and errors that quote nothing.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use reqwest::{Method, redirect};

use super::error::{ClientError, ConfigError, Endpoint, ErrorKind};
use super::limits::{self, Decision, Limits};
use super::org::Org;

/// The longest answer that is read: a page of 1,000 events has some 5 MiB.
pub const MAX_ANSWER: usize = 32 << 20;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-okta-request-id");
const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("okta-hooks-user-sync/", env!("CARGO_PKG_VERSION")));

/// How long to wait for Okta.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the answer is complete, the connection included. Okta itself gives up a System Log
    /// query after 30 seconds.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(30) }
    }
}

/// The HTTP client.
#[derive(Debug)]
pub struct HttpClient(reqwest::Client);

impl HttpClient {
    pub fn new(org: &Org, timeouts: Timeouts) -> Result<Self, ConfigError> {
        // It fails if the process has a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.total)
            // A redirect would take the token to wherever it points.
            .redirect(redirect::Policy::none())
            .default_headers(HeaderMap::from_iter([(USER_AGENT, AGENT), (ACCEPT, JSON)]));
        let builder = match org.is_plain_http() {
            // To this machine only: no roots are needed, and no proxy may read the token.
            true => builder.tls_certs_only([]).no_proxy(),
            // With the platform's own root certificates, which are read here, without network.
            false => builder.https_only(true),
        };
        builder.build().map(Self).map_err(|error| ConfigError::Tls(innermost(&error)))
    }

    /// Gets a URL, with `headers` instead of the usual ones where they have the same name.
    pub async fn get(
        &self,
        endpoint: Endpoint,
        url: &str,
        headers: HeaderMap,
        authorization: &HeaderValue,
        attempt: u32,
    ) -> Result<Answer, ClientError> {
        let request = self.0.request(Method::GET, url).headers(headers);
        let request = request.header(AUTHORIZATION, authorization);
        receive(request).await.map_err(|kind| no_answer(endpoint, kind, attempt))
    }

    pub async fn post_form(
        &self,
        endpoint: Endpoint,
        url: &str,
        form: String,
        attempt: u32,
    ) -> Result<Answer, ClientError> {
        let request = self.0.request(Method::POST, url).header(CONTENT_TYPE, FORM).body(form);
        receive(request).await.map_err(|kind| no_answer(endpoint, kind, attempt))
    }
}

/// A complete answer, whatever its status.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// An error unless the status is one of success.
    pub fn check(&self, endpoint: Endpoint, attempt: u32) -> Result<(), ClientError> {
        let limits = Limits::from_headers(&self.headers);
        let retry_after = match limits::decide(Some(self.status), &limits, attempt, jitter()) {
            Decision::Go => return Ok(()),
            Decision::RetryAfter(wait) => Some(wait),
            Decision::GiveUp => None,
        };
        let kind = ErrorKind::Status { status: self.status, code: self.code() };
        Err(ClientError { retry_after, ..self.error(endpoint, kind) })
    }

    /// A final error about this answer.
    pub fn error(&self, endpoint: Endpoint, kind: ErrorKind) -> ClientError {
        let id = self.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        let id = id.filter(|id| is_plain(id)).map(str::to_owned);
        ClientError { request_id: id, ..ClientError::new(endpoint, kind) }
    }

    /// The error's code, in the form of the APIs or of the token endpoint. The strings beside it may
    /// quote what was sent.
    pub fn code(&self) -> Option<String> {
        let body: serde_json::Value = serde_json::from_slice(&self.body).ok()?;
        let code = body["errorCode"].as_str().or(body["error"].as_str())?;
        is_plain(code).then(|| code.to_owned())
    }

    /// How long to wait before the next call of this kind.
    pub fn pause(&self) -> Duration {
        limits::pause(&Limits::from_headers(&self.headers), jitter())
    }
}

/// Whether a string can be an id or a code, and nothing that is better not repeated.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

fn jitter() -> f64 {
    fastrand::f64()
}

async fn receive(request: reqwest::RequestBuilder) -> Result<Answer, ErrorKind> {
    let mut response = request.send().await.map_err(|error| broken(&error))?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(ErrorKind::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status: response.status().as_u16(),
        headers: std::mem::take(response.headers_mut()),
        body,
    })
}

fn no_answer(endpoint: Endpoint, kind: ErrorKind, attempt: u32) -> ClientError {
    let retry_after = match limits::decide(None, &Limits::default(), attempt, jitter()) {
        Decision::RetryAfter(wait) if kind != ErrorKind::TooLong => Some(wait),
        _ => None,
    };
    ClientError { retry_after, ..ClientError::new(endpoint, kind) }
}

/// reqwest's own message has the URL, and so whom it is about.
fn broken(error: &reqwest::Error) -> ErrorKind {
    match () {
        () if error.is_timeout() => ErrorKind::TimedOut,
        () if error.is_connect() => ErrorKind::NoConnection(innermost(error)),
        () => ErrorKind::Interrupted,
    }
}

/// The message at the bottom of an error: the system's, or that of TLS.
fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
