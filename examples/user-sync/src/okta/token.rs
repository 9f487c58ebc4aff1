//! The OAuth access token of a service app: asked for when needed, kept, and renewed in time.
//!
//! Source: Okta, [OAuth for Okta with a service app](https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/).

use std::time::{Duration, Instant, SystemTime};

use jsonwebtoken::Header;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::credentials::{ServiceApp, secret_header};
use super::error::{ClientError, Endpoint, ErrorKind};
use super::org::percent_encode;
use super::transport::HttpClient;

/// How long an assertion is good for. Okta allows an hour; the clocks may differ by the rest.
const ASSERTION_LIFE: Duration = Duration::from_secs(300);
/// How long before its end a token is replaced; half its life, if that is less.
const EARLY: Duration = Duration::from_secs(300);
/// How long an early renewal that failed is not tried again.
const EARLY_RETRY: Duration = Duration::from_secs(30);

/// The tokens of one app. Callers who need a new one at the same time share one request.
#[derive(Debug)]
pub struct Tokens {
    app: ServiceApp,
    url: String,
    /// Locked while a token is asked for, so that the others wait for it.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Token>,
    failed: Option<(Instant, ClientError)>,
}

#[derive(Clone, Debug)]
struct Token {
    authorization: HeaderValue,
    renew_at: Instant,
    expires_at: Instant,
}

impl Tokens {
    pub fn new(app: ServiceApp, url: String) -> Self {
        Self { app, url, state: Mutex::default() }
    }

    /// The value for `Authorization`, other than the one that Okta has `rejected`.
    pub async fn authorization(
        &self,
        http: &HttpClient,
        rejected: Option<&HeaderValue>,
        attempt: u32,
    ) -> Result<HeaderValue, ClientError> {
        let called = Instant::now();
        let mut state = self.state.lock().await;
        // Both values are our own: how long the comparison takes tells nobody anything.
        state.token.take_if(|token| rejected == Some(&token.authorization));
        if let Some(token) = state.token.as_ref().filter(|token| Instant::now() < token.renew_at) {
            return Ok(token.authorization.clone());
        }
        if let Some((_, error)) = state.failed.as_ref().filter(|(when, _)| *when >= called) {
            return Err(error.clone());
        }
        match self.request(http, attempt).await {
            Ok(token) => Ok(state.token.insert(token).authorization.clone()),
            Err(error) => state.after_failure(Instant::now(), error),
        }
    }

    async fn request(&self, http: &HttpClient, attempt: u32) -> Result<Token, ClientError> {
        let asked = Instant::now();
        let form = self.form().ok_or(ClientError::new(Endpoint::Token, ErrorKind::Unsigned))?;
        let answer = http.post_form(Endpoint::Token, &self.url, form, attempt).await?;
        answer.check(Endpoint::Token, attempt)?;
        read(&answer.body, asked, self.app.renewal)
            .map_err(|kind| answer.error(Endpoint::Token, kind))
    }

    fn form(&self) -> Option<String> {
        let assertion = assertion(&self.app, &self.url, SystemTime::now())?;
        let pairs = [
            ("grant_type", "client_credentials"),
            ("scope", &self.app.scopes),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        Some(pairs.map(|(name, value)| format!("{name}={}", percent_encode(value))).join("&"))
    }
}

impl State {
    /// A token that has some time left is still good if its successor is not to be had.
    fn after_failure(
        &mut self,
        now: Instant,
        error: ClientError,
    ) -> Result<HeaderValue, ClientError> {
        if let Some(token) = self.token.as_mut().filter(|token| now < token.expires_at) {
            token.renew_at = token.expires_at.min(now + EARLY_RETRY);
            return Ok(token.authorization.clone());
        }
        self.token = None;
        self.failed = Some((now, error.clone()));
        Err(error)
    }
}

/// The JWT that proves that we have the private key, good for one token request.
fn assertion(app: &ServiceApp, audience: &str, now: SystemTime) -> Option<String> {
    let expires = now.duration_since(SystemTime::UNIX_EPOCH).ok()? + ASSERTION_LIFE;
    let mut id = [0; 16];
    getrandom::fill(&mut id).ok()?;
    // No `iat`, which is optional: one from a clock that is ahead of Okta's would be refused.
    let claims = json!({
        "iss": app.client_id,
        "sub": app.client_id,
        "aud": audience,
        "exp": expires.as_secs(),
        "jti": format!("{:032x}", u128::from_ne_bytes(id)),
    });
    let header = Header { kid: app.key_id.clone(), ..Header::new(app.algorithm) };
    jsonwebtoken::encode(&header, &claims, &app.key).ok()
}

fn read(body: &[u8], asked: Instant, renewal: Option<Duration>) -> Result<Token, ErrorKind> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| ErrorKind::Unreadable)?;
    let kind = answer["token_type"].as_str().unwrap_or("Bearer");
    if kind.eq_ignore_ascii_case("DPoP") {
        return Err(ErrorKind::Dpop);
    }
    let token = answer["access_token"].as_str().filter(|token| !token.is_empty());
    let token = token.ok_or(ErrorKind::Unreadable)?;
    let authorization = secret_header(&format!("Bearer {token}")).ok_or(ErrorKind::Unreadable)?;
    // A day is more than any of Okta's tokens lives, and keeps the sum in range.
    let life = answer["expires_in"].as_u64().ok_or(ErrorKind::Unreadable)?.min(86_400);
    let life = Duration::from_secs(life);
    let early = renewal.unwrap_or(EARLY.min(life / 2)).min(life);
    Ok(Token { authorization, renew_at: asked + (life - early), expires_at: asked + life })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_five_minutes_early_or_after_half_its_life() {
        let asked = Instant::now();
        for (life, renewed_after) in [(3600, 3300), (600, 300), (100, 50), (0, 0)] {
            let body = json!({"token_type": "Bearer", "expires_in": life, "access_token": "abc"});
            let token = read(body.to_string().as_bytes(), asked, None).unwrap();
            assert_eq!(token.authorization, "Bearer abc");
            assert_eq!(token.renew_at - asked, Duration::from_secs(renewed_after), "{life}");
            assert_eq!(token.expires_at - asked, Duration::from_secs(life), "{life}");
        }
        let endless = br#"{"expires_in":18446744073709551615,"access_token":"a"}"#;
        assert!(read(endless, asked, None).is_ok());
        let hour = Duration::from_secs(3600);
        let token = read(br#"{"expires_in":60,"access_token":"a"}"#, asked, Some(hour)).unwrap();
        assert_eq!(token.renew_at, asked);
    }

    #[test]
    fn what_is_no_bearer_token_is_refused() {
        let kind = |body: &str| read(body.as_bytes(), Instant::now(), None).unwrap_err();
        for body in [
            "",
            "[]",
            "{}",
            r#"{"access_token":"a"}"#,
            r#"{"expires_in":3600,"access_token":""}"#,
            r#"{"expires_in":3600,"access_token":5}"#,
            r#"{"expires_in":3600,"access_token":"a\nb"}"#,
        ] {
            assert_eq!(kind(body), ErrorKind::Unreadable, "{body}");
        }
        let dpop = r#"{"token_type":"DPoP","expires_in":3600,"access_token":"a"}"#;
        assert_eq!(kind(dpop), ErrorKind::Dpop);
    }

    #[test]
    fn a_token_outlives_a_failed_renewal_until_it_ends() {
        let now = Instant::now();
        let seconds = Duration::from_secs;
        let error = ClientError::new(Endpoint::Token, ErrorKind::TimedOut);
        for (left, next_try) in [(seconds(200), seconds(30)), (seconds(1), seconds(1))] {
            let token = Token {
                authorization: HeaderValue::from_static("Bearer abc"),
                renew_at: now,
                expires_at: now + left,
            };
            let mut state = State { token: Some(token), failed: None };
            assert_eq!(state.after_failure(now, error.clone()).unwrap(), "Bearer abc");
            assert_eq!(state.token.as_ref().unwrap().renew_at, now + next_try);
            assert_eq!(state.after_failure(now + left, error.clone()), Err(error.clone()));
            assert!(state.token.is_none());
        }
    }
}
