use std::fmt;

use bytes::Bytes;
use http::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};

use crate::header_lookup::HeaderLookup;

/// The header Okta sends its challenge in. Header names are compared without regard to case.
///
/// ```
/// let mut headers = http::HeaderMap::new();
/// headers.insert(okta_hooks::CHALLENGE_HEADER, http::HeaderValue::from_static("f7LkN2s0mE"));
/// assert!(okta_hooks::Challenge::from_headers(&headers).is_ok());
/// ```
pub const CHALLENGE_HEADER: &str = "x-okta-verification-challenge";

/// What Okta sends in [`CHALLENGE_HEADER`] to verify that a URL is ours, and the answer to it.
///
/// Okta verifies a hook once after it was registered and again whenever an admin presses Verify, so
/// a receiver has to keep answering. The value is opaque; no secret is involved. `Debug` does not
/// show it.
///
/// Source: Okta, [One-time verification request](https://developer.okta.com/docs/concepts/event-hooks/#one-time-verification-request),
/// and a raw exchange in a support article.
///
/// # Examples
///
/// ```
/// use okta_hooks::Challenge;
///
/// let challenge = Challenge::new(b"f7LkN2s0mE-token")?;
/// assert_eq!(challenge.to_json(), r#"{"verification":"f7LkN2s0mE-token"}"#);
/// # Ok::<(), okta_hooks::ChallengeError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// A challenge from the value of the header.
    ///
    /// # Errors
    ///
    /// [`ChallengeError`] if it is empty or not UTF-8, which JSON cannot carry.
    pub fn new(value: &[u8]) -> Result<Self, ChallengeError> {
        match std::str::from_utf8(value) {
            Ok("") => Err(ChallengeError::NotExactlyOne),
            Ok(value) => Ok(Self(value.to_owned())),
            Err(_) => Err(ChallengeError::NotUtf8),
        }
    }

    /// The challenge of a request.
    ///
    /// # Errors
    ///
    /// [`ChallengeError`] if the header is missing, repeated, empty or not UTF-8.
    pub fn from_headers<'h>(headers: impl HeaderLookup<'h>) -> Result<Self, ChallengeError> {
        let mut values = headers.values(CHALLENGE_HEADER);
        match (values.next(), values.next()) {
            (Some(value), None) => Self::new(value),
            _ => Err(ChallengeError::NotExactlyOne),
        }
    }

    /// The value of the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The body that answers it: `{"verification":"…"}`, to be sent as `application/json` with
    /// status 200 and `Cache-Control: no-store`.
    #[must_use]
    pub fn to_json(&self) -> String {
        // The value is the sender's: only a serializer may put it into JSON.
        serde_json::json!({ "verification": self.0 }).to_string()
    }

    /// The whole answer.
    ///
    /// ```
    /// # use okta_hooks::Challenge;
    /// let response = Challenge::new(b"f7LkN2s0mE-token")?.to_response();
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(response.headers()["content-type"], "application/json");
    /// # Ok::<(), okta_hooks::ChallengeError>(())
    /// ```
    #[must_use]
    pub fn to_response(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.to_json()));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // The next challenge is another one, and a cache does not know which header has the secret.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Challenge").finish_non_exhaustive()
    }
}

/// Why a verification request has no answer.
///
/// ```
/// use okta_hooks::{Challenge, ChallengeError};
///
/// assert_eq!(Challenge::new(b"\xff"), Err(ChallengeError::NotUtf8));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChallengeError {
    /// The header is missing, empty, or there more than once.
    #[error("the header {CHALLENGE_HEADER} must be there exactly once, with a value")]
    NotExactlyOne,
    /// The value is not UTF-8.
    #[error("the header {CHALLENGE_HEADER} is not UTF-8")]
    NotUtf8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderName};

    #[test]
    fn the_answer_is_json_whatever_the_challenge() {
        let hostile = r#"","admin":true,"x":"<script>\"#;
        let answer: serde_json::Value =
            serde_json::from_str(&Challenge::new(hostile.as_bytes()).unwrap().to_json()).unwrap();
        assert_eq!(answer, serde_json::json!({ "verification": hostile }));
    }

    #[test]
    fn the_header_must_be_there_once_with_a_value_in_utf_8() {
        let from = |values: &[&[u8]]| {
            let name = HeaderName::from_static(CHALLENGE_HEADER);
            let pair = |value: &&[u8]| (name.clone(), HeaderValue::from_bytes(value).unwrap());
            let headers: HeaderMap = values.iter().map(pair).collect();
            Challenge::from_headers(&headers).map(|challenge| challenge.as_str().to_owned())
        };
        assert_eq!(from(&[b"abc"]).as_deref(), Ok("abc"));
        assert_eq!(from(&["é".as_bytes()]).as_deref(), Ok("é"));
        for values in [&[][..], &[&b""[..]], &[b"a", b"a"]] {
            assert_eq!(from(values), Err(ChallengeError::NotExactlyOne));
        }
        assert_eq!(from(&[b"\xff"]), Err(ChallengeError::NotUtf8));
    }

    #[test]
    fn debug_does_not_show_the_challenge() {
        assert!(!format!("{:?}", Challenge::new(b"token").unwrap()).contains("token"));
    }
}
