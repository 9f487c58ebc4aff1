use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};

use crate::auth::AuthError;
use crate::parse_error::ParseError;
use crate::verification::ChallengeError;

/// Why a request was refused, and the one place that maps it to a status.
///
/// Okta never retries after a 4xx and retries once after a 5xx. So what the sender got wrong is a
/// 4xx, and what we could not do now is a 503: a wrong status loses events for good. An event that
/// is merely not understood is no reason to refuse anything.
///
/// | Variant | Status |
/// |---|---|
/// | [`MethodNotAllowed`](Self::MethodNotAllowed), [`NotPost`](Self::NotPost) | 405 with `Allow` |
/// | [`Unauthorized`](Self::Unauthorized) | 401, with `WWW-Authenticate` where the check has a scheme: Basic, Bearer, or one of its own |
/// | [`Challenge`](Self::Challenge) | 400 |
/// | [`Malformed`](Self::Malformed) | 400 |
/// | [`TooLarge`](Self::TooLarge) | 413 |
/// | [`Incomplete`](Self::Incomplete) | 503 |
/// | [`Unavailable`](Self::Unavailable) | 503 |
/// | [`DeadlineElapsed`](Self::DeadlineElapsed) | 503 |
///
/// Messages say where something is wrong, never what was sent.
///
/// Source for the retry rule: Okta, [Event hooks](https://developer.okta.com/docs/concepts/event-hooks/).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// Neither GET (verification) nor POST (delivery).
    #[error("only GET and POST are allowed")]
    MethodNotAllowed,
    /// Not POST, which is all that inline hooks get.
    #[error("only POST is allowed")]
    NotPost,
    /// The secret header is missing, repeated or wrong, or the receiver's own check refused it.
    #[error("{error}")]
    #[non_exhaustive]
    Unauthorized {
        /// What was wrong with it.
        error: AuthError,
        /// The value for `WWW-Authenticate`, where a scheme is known.
        www_authenticate: Option<HeaderValue>,
    },
    /// A GET without a usable challenge.
    #[error(transparent)]
    Challenge(ChallengeError),
    /// The body is not a delivery, or not the request of an inline hook.
    #[error(transparent)]
    Malformed(ParseError),
    /// The body is longer than the limit.
    #[error("the body is longer than {limit} bytes")]
    #[non_exhaustive]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The connection failed before the body was complete.
    #[error("the body could not be read to its end")]
    Incomplete,
    /// The request could not be handled now. Okta sends a delivery once more.
    #[error("the request could not be handled now")]
    Unavailable,
    /// The deadline elapsed before the request was read and handled. Okta sends a delivery once more.
    #[error("the request could not be handled now: the deadline elapsed")]
    DeadlineElapsed,
}

impl Rejection {
    /// The status to answer with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MethodNotAllowed | Self::NotPost => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unauthorized { .. } => StatusCode::UNAUTHORIZED,
            Self::Challenge(_) | Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Incomplete | Self::Unavailable | Self::DeadlineElapsed => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// The header that the status asks for, if any: `Allow` for 405, `WWW-Authenticate` for 401.
    #[must_use]
    pub fn header(&self) -> Option<(http::HeaderName, HeaderValue)> {
        match self {
            Self::MethodNotAllowed => Some((ALLOW, HeaderValue::from_static("GET, POST"))),
            Self::NotPost => Some((ALLOW, HeaderValue::from_static("POST"))),
            Self::Unauthorized { www_authenticate, .. } => {
                www_authenticate.clone().map(|value| (WWW_AUTHENTICATE, value))
            }
            _ => None,
        }
    }

    /// The whole answer: the status, the header it asks for, and the message as plain text. The
    /// rejection itself is in the extensions, where an outer layer can log it.
    ///
    /// ```
    /// use okta_hooks::Rejection;
    ///
    /// let response = Rejection::MethodNotAllowed.to_response();
    /// assert_eq!(response.status(), 405);
    /// assert_eq!(response.headers()["allow"], "GET, POST");
    /// assert_eq!(response.extensions().get(), Some(&Rejection::MethodNotAllowed));
    /// ```
    #[must_use]
    pub fn to_response(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(format!("{self}\n")));
        *response.status_mut() = self.status();
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().extend(self.header());
        response.headers_mut().insert(CONTENT_TYPE, text);
        response.extensions_mut().insert(self.clone());
        response
    }
}
