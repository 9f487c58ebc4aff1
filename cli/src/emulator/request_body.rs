//! Reading a request's body: into one buffer, within a limit, within a time.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;

use super::errors::OktaError;

/// More than any call of Okta's APIs has.
const MAX_API_BODY: usize = 2 * 1024 * 1024;

/// How long the body of an API call may take to arrive.
const API_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    TooLarge,
    Late,
    /// The connection ended first.
    Incomplete,
}

/// Reads a whole body of at most `limit` bytes that arrives within `timeout`.
///
/// The frames are copied out and let go: each may be a single byte in a read buffer of many
/// kilobytes. A length over the limit is refused before anything is read, and the buffer grows with
/// what arrived, not with what was announced.
pub async fn read(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    timeout: Duration,
) -> Result<Bytes, BodyError> {
    if body.size_hint().lower() > limit as u64 || announces_more_than(limit, headers) {
        return Err(BodyError::TooLarge);
    }
    let whole = tokio::time::timeout(timeout, collect(body, limit)).await;
    whole.map_err(|_| BodyError::Late)?
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let mut buffer = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyError::Incomplete)?;
        let Ok(data) = frame.into_data() else { continue };
        let needed = buffer.len() + data.len();
        if needed > limit {
            return Err(BodyError::TooLarge);
        }
        if needed > buffer.capacity() {
            let room = needed.max(buffer.capacity().saturating_mul(2).min(limit));
            buffer.reserve_exact(room - buffer.len());
        }
        buffer.extend_from_slice(&data);
    }
    // It is kept in the record: without the room it had to grow.
    buffer.shrink_to_fit();
    Ok(buffer.into())
}

/// Whether `Content-Length` is more than `limit`. What is not a number is refused by the server.
fn announces_more_than(limit: usize, headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.and_then(|length| length.parse().ok()).is_some_and(|length: u64| length > limit as u64)
}

/// The body of an API call.
pub struct ApiBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for ApiBody {
    type Rejection = OktaError;

    async fn from_request(request: Request, _: &S) -> Result<Self, OktaError> {
        let (parts, body) = request.into_parts();
        match read(&parts.headers, body, MAX_API_BODY, API_TIMEOUT).await {
            Ok(body) => Ok(Self(body)),
            Err(error) => Err(OktaError::unread(error.status())),
        }
    }
}

impl BodyError {
    /// The status for a caller who made the mistake.
    fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::Incomplete => StatusCode::BAD_REQUEST,
        }
    }

    /// The status for Okta, through a tunnel: it never sends again after a 4xx, so only what would
    /// fail again is one.
    pub fn status_for_okta(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Late | Self::Incomplete => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    async fn read_to_5(headers: &[(&'static str, &str)], body: Body) -> Result<Bytes, BodyError> {
        let map = headers.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), value.parse().expect("a value"))
        });
        read(&map.collect(), body, 5, SECOND).await
    }

    /// A body that nobody may touch.
    fn untouchable() -> Body {
        Body::from_stream(futures_util::stream::poll_fn(
            |_| -> std::task::Poll<Option<Result<Bytes, std::io::Error>>> {
                panic!("it was read from")
            },
        ))
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_and_unread_where_it_says_so() {
        assert_eq!(read_to_5(&[], "12345".into()).await.unwrap(), "12345");
        assert_eq!(read_to_5(&[], "123456".into()).await, Err(BodyError::TooLarge));
        let announced = [("content-length", "6")];
        assert_eq!(read_to_5(&announced, untouchable()).await, Err(BodyError::TooLarge));
        let frames = ["123", "", "456"].map(|frame| Ok::<_, std::io::Error>(Bytes::from(frame)));
        let frames = Body::from_stream(futures_util::stream::iter(frames));
        assert_eq!(read_to_5(&[], frames).await, Err(BodyError::TooLarge));
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_ends() {
        let silent = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let read = read(&HeaderMap::new(), Body::from_stream(silent), 5, Duration::ZERO).await;
        assert_eq!(read, Err(BodyError::Late));
        assert_eq!(BodyError::Late.status_for_okta(), 503, "Okta sends it once more");
    }
}
