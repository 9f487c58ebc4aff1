use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

use crate::inline::HookType;

/// An answer that Okta accepts, as it goes over the wire.
///
/// [`token::Answer`](crate::inline::token::Answer) and its like build one for the request at hand.
/// An answer that says nothing is 204 without a body, which leaves everything as it is; any other is
/// 200 with JSON. `Debug` shows no value.
///
/// Source: Okta, [Inline hooks](https://developer.okta.com/docs/concepts/inline-hooks/).
///
/// # Examples
///
/// ```
/// use okta_hooks::inline::token;
///
/// let request = token::Request::from_slice(
///     br#"{"eventType":"com.okta.oauth2.tokens.transform","data":{"access":{"claims":{}}}}"#,
/// )?;
/// let answer = request.answer().patch_access(token::Patch::new().add("tenant", "acme")).build()?;
/// assert_eq!(answer.status(), 200);
/// assert_eq!(
///     &answer.body()[..],
///     br#"{"commands":[{"type":"com.okta.access.patch","value":[{"op":"add","path":"/claims/tenant","value":"acme"}]}]}"#,
/// );
/// assert_eq!(request.answer().build()?.status(), 204);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    hook_type: HookType,
    body: Bytes,
}

impl Answer {
    /// The longest body of an answer, in bytes. Okta says "below 256 KB", and not which kilobytes.
    pub const MAX_LEN: usize = 255_999;

    pub(in crate::inline) fn new(hook_type: HookType, body: Bytes) -> Self {
        Self { hook_type, body }
    }

    /// The type of hook it answers.
    #[must_use]
    pub fn hook_type(&self) -> &HookType {
        &self.hook_type
    }

    /// 204 if there is no body, else 200.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.body.is_empty() {
            true => StatusCode::NO_CONTENT,
            false => StatusCode::OK,
        }
    }

    /// The body: JSON, or nothing.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The whole HTTP response.
    #[must_use]
    pub fn to_response(&self) -> Response<Bytes> {
        let mut response = Response::new(self.body.clone());
        *response.status_mut() = self.status();
        if !self.body.is_empty() {
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
        }
        response
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("hook_type", &self.hook_type)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
