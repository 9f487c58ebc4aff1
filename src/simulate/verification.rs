use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, USER_AGENT};
use http::{Method, Request, StatusCode};
use serde_json::Value;

use super::request::add_configured;
use super::seed::Seed;
use crate::verification::CHALLENGE_HEADER;

/// The request that verifies a hook's URL.
pub fn verification() -> VerificationBuilder {
    VerificationBuilder { challenge: Seed::new(0).fork("challenge").alphanumeric(40) }
}

/// A verification request in the making: a GET with a challenge that has to come back.
///
/// `Debug` does not show the challenge.
///
/// Source: Okta, [One-time verification request](https://developer.okta.com/docs/concepts/event-hooks/#one-time-verification-request),
/// and a raw exchange in a support article.
///
/// # Examples
///
/// ```
/// use okta_hooks::{HeaderAuth, Inbound, Receiver, simulate};
///
/// let receiver = Receiver::new(HeaderAuth::new("authorization", "s3cret")?);
/// let verification = simulate::verification();
/// let request = verification
///     .to_request("https://hooks.example.com/okta", &[("authorization", "s3cret")])?;
///
/// let Inbound::Verification { challenge, .. } =
///     receiver.check(request.method(), request.headers())?
/// else {
///     panic!("a GET is a verification")
/// };
/// let response = challenge.to_response();
/// verification.check(response.status(), response.headers(), response.body())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct VerificationBuilder {
    challenge: String,
}

impl VerificationBuilder {
    /// Makes a challenge of its own for the seed; 40 characters, as in the exchange that is known.
    pub fn seed(mut self, seed: u64) -> Self {
        self.challenge = Seed::new(seed).fork("challenge").alphanumeric(40);
        self
    }

    /// Sets the challenge.
    pub fn challenge(mut self, challenge: impl Into<String>) -> Self {
        self.challenge = challenge.into();
        self
    }

    /// The request, with the headers configured on the hook, the secret among them: Okta sends it
    /// here too. The `Debug` of the request shows neither these nor the challenge.
    ///
    /// # Errors
    ///
    /// [`http::Error`] if the URL or a header cannot be.
    pub fn to_request(
        &self,
        url: &str,
        configured: &[(&str, &str)],
    ) -> Result<Request<Bytes>, http::Error> {
        let mut request = Request::builder().method(Method::GET).uri(url).body(Bytes::new())?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static("Okta-Integrations"));
        let id = Seed::new(0).fork(&self.challenge).alphanumeric(27);
        headers.insert("x-okta-request-id", HeaderValue::try_from(id)?);
        add_configured(headers, &[(CHALLENGE_HEADER, &self.challenge)])?;
        add_configured(headers, configured)?;
        Ok(request)
    }

    /// Whether an answer passes: status 200, and a JSON object in the body whose `verification` is
    /// the challenge. Okta documents nothing about other members or the type of content, so neither
    /// is looked at.
    ///
    /// # Errors
    ///
    /// [`VerificationFault`] says what is wrong with it, most telling first.
    pub fn check(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), VerificationFault> {
        if status.is_redirection() || headers.contains_key(LOCATION) && !status.is_success() {
            return Err(VerificationFault::Redirect(status));
        }
        if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
            return Err(VerificationFault::Refused(status));
        }
        if status != StatusCode::OK {
            return Err(VerificationFault::Status(status));
        }
        let answered = serde_json::from_slice::<Value>(body);
        match answered.as_ref().map(|json| json.get("verification")) {
            Ok(Some(Value::String(value))) if *value == self.challenge => Ok(()),
            Ok(Some(_)) => Err(VerificationFault::OtherValue),
            _ if self.is_in(headers) => Err(VerificationFault::InHeader),
            Ok(None) => Err(VerificationFault::NoMember),
            Err(_) if body == self.challenge.as_bytes() => Err(VerificationFault::BareChallenge),
            Err(_) if is_html(headers, body) => Err(VerificationFault::Html),
            Err(_) => Err(VerificationFault::NotJson),
        }
    }

    fn is_in(&self, headers: &HeaderMap) -> bool {
        headers.values().any(|value| value.as_bytes() == self.challenge.as_bytes())
    }
}

pub(super) fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let typed =
        headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    typed || body.trim_ascii_start().starts_with(b"<")
}

impl fmt::Debug for VerificationBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationBuilder").finish_non_exhaustive()
    }
}

/// Why an answer does not verify a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerificationFault {
    /// A redirect, which Okta is not known to follow.
    #[error("answered with status {} and a redirect", .0.as_u16())]
    Redirect(StatusCode),
    /// 401 or 403: the secret is not the one the receiver expects, or it never arrived.
    #[error("refused with status {}", .0.as_u16())]
    Refused(StatusCode),
    /// Any other status than 200.
    #[error("answered with status {} instead of 200", .0.as_u16())]
    Status(StatusCode),
    /// The challenge came back in a header, not in the body.
    #[error("the challenge came back in a header instead of the body")]
    InHeader,
    /// The challenge came back as it is, not in JSON.
    #[error("the body is the challenge alone, not JSON")]
    BareChallenge,
    /// A web page.
    #[error("the body is a web page, not JSON")]
    Html,
    /// The body is not JSON.
    #[error("the body is not JSON")]
    NotJson,
    /// JSON, but not an object with `verification` in it.
    #[error("the JSON in the body has no member \"verification\"")]
    NoMember,
    /// `verification` is something else than the challenge.
    #[error("\"verification\" in the body is not the challenge that was sent")]
    OtherValue,
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::HeaderName;

    #[track_caller]
    fn assert_fault(status: u16, header: Option<(&str, &str)>, body: &str, expected: &str) {
        let verification = verification().challenge("c1");
        let pair = header.map(|(name, value)| {
            (HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap())
        });
        let headers = HeaderMap::from_iter(pair);
        let status = StatusCode::from_u16(status).unwrap();
        let found = verification.check(status, &headers, body.as_bytes());
        let found = found.map_or_else(|fault| fault.to_string(), |()| "passes".to_owned());
        assert_eq!(found, expected, "{status} {body}");
    }

    #[test]
    fn only_the_challenge_in_json_with_status_200_passes() {
        let right = r#"{"verification":"c1"}"#;
        assert_fault(200, None, right, "passes");
        assert_fault(200, None, r#" {"a":[], "verification" : "\u0063\u0031"}"#, "passes");
        assert_fault(200, Some(("content-type", "text/html")), right, "passes");
        assert_fault(
            302,
            Some(("location", "/x")),
            right,
            "answered with status 302 and a redirect",
        );
        assert_fault(401, None, right, "refused with status 401");
        assert_fault(403, None, right, "refused with status 403");
        assert_fault(204, None, "", "answered with status 204 instead of 200");
        assert_fault(500, None, right, "answered with status 500 instead of 200");
        let in_header = "the challenge came back in a header instead of the body";
        assert_fault(200, Some(("x-okta-verification-challenge", "c1")), "", in_header);
        assert_fault(200, Some(("x-other", "c1")), "{}", in_header);
        assert_fault(200, None, "c1", "the body is the challenge alone, not JSON");
        assert_fault(200, None, " <html>c1", "the body is a web page, not JSON");
        let html = Some(("content-type", "text/html; charset=utf-8"));
        assert_fault(200, html, "It works", "the body is a web page, not JSON");
        assert_fault(200, None, "verification=c1", "the body is not JSON");
        let none = "the JSON in the body has no member \"verification\"";
        assert_fault(200, None, r#"{"Verification":"c1"}"#, none);
        assert_fault(200, None, r#""c1""#, none);
        let other = "\"verification\" in the body is not the challenge that was sent";
        assert_fault(200, None, r#"{"verification":"C1"}"#, other);
        assert_fault(200, None, r#"{"verification":null}"#, other);
    }

    #[test]
    fn a_seed_makes_a_challenge_that_shows_nowhere() {
        let request = |seed| verification().seed(seed).to_request("/", &[("a", "s3cret")]).unwrap();
        let challenge = |seed| request(seed).headers()[CHALLENGE_HEADER].clone();
        assert_eq!(challenge(1), challenge(1));
        assert_ne!(challenge(1), challenge(2));
        assert_eq!(challenge(1).len(), 40);
        let debug = format!("{:?} {:?}", request(1), verification().seed(1));
        assert!(!debug.contains(challenge(1).to_str().unwrap()), "{debug}");
        assert!(!debug.contains("s3cret"), "{debug}");
    }
}
