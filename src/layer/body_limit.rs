use std::error::Error;
use std::future::Future;
use std::num::IntErrorKind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Request};
use http_body::Body;
use http_body_util::LengthLimitError;

use super::BoxError;
use crate::rejection::Rejection;

pin_project_lite::pin_project! {
    /// Reads a body of at most `limit` bytes into one buffer.
    ///
    /// The frames are copied out and let go: each may be a few bytes in a read buffer of many
    /// kilobytes, so that holding them takes memory by their number.
    pub(super) struct ReadBody<B> {
        #[pin]
        body: B,
        limit: usize,
        is_claimed_longer: bool,
        buffer: Vec<u8>,
    }
}

impl<B: Body> ReadBody<B> {
    /// Reads the body of `request`, or nothing if the request says that it is over the limit.
    pub(super) fn new(request: Request<B>, limit: usize) -> Self {
        let is_claimed_longer = request.body().size_hint().lower() > limit as u64
            || is_content_length_over(limit, request.headers());
        Self { body: request.into_body(), limit, is_claimed_longer, buffer: Vec::new() }
    }
}

impl<B> Future for ReadBody<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Bytes, Rejection>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let limit = *this.limit;
        if *this.is_claimed_longer {
            return Poll::Ready(Err(Rejection::TooLarge { limit }));
        }
        while let Some(frame) = ready!(this.body.as_mut().poll_frame(cx)) {
            let frame = frame.map_err(|error| unread(limit, &*error.into()))?;
            if let Ok(data) = frame.into_data() {
                append(this.buffer, data, limit)?;
            }
        }
        // What was read may be kept for long: without the room it had to grow.
        this.buffer.shrink_to_fit();
        Poll::Ready(Ok(std::mem::take(this.buffer).into()))
    }
}

/// Appends `data`. The buffer grows with what arrived, never with what was announced, and never
/// has room for more than `limit` bytes.
fn append(buffer: &mut Vec<u8>, mut data: impl Buf, limit: usize) -> Result<(), Rejection> {
    if data.remaining() > limit - buffer.len() {
        return Err(Rejection::TooLarge { limit });
    }
    let needed = buffer.len() + data.remaining();
    if needed > buffer.capacity() {
        let doubled = buffer.capacity().saturating_mul(2).min(limit);
        buffer.reserve_exact(needed.max(doubled) - buffer.len());
    }
    while data.has_remaining() {
        let chunk = data.chunk();
        buffer.extend_from_slice(chunk);
        data.advance(chunk.len());
    }
    Ok(())
}

/// Whether `Content-Length` is more than `limit`. What is not a number is left to the server.
fn is_content_length_over(limit: usize, headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    // Only digits are a length (RFC 9110, section 8.6), while a Rust number may have a sign.
    let digits = value.filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
    digits.is_some_and(|digits| match digits.parse::<u64>() {
        Ok(length) => length > limit as u64,
        Err(error) => *error.kind() == IntErrorKind::PosOverflow,
    })
}

/// Why the body could not be read: a limit that an outer layer set, or the connection.
fn unread(limit: usize, error: &(dyn Error + 'static)) -> Rejection {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    match causes.any(<dyn Error>::is::<LengthLimitError>) {
        true => Rejection::TooLarge { limit },
        false => Rejection::Incomplete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_doubles_and_never_has_room_for_more_than_the_limit() {
        let mut buffer = Vec::new();
        let mut grown = 0;
        for _ in 0..1_000 {
            let before = buffer.capacity();
            append(&mut buffer, &b"x"[..], 1_000).unwrap();
            grown += usize::from(buffer.capacity() != before);
            assert!(buffer.capacity() <= 1_000);
        }
        assert!(grown <= 12, "{grown} times");
        assert_eq!(
            append(&mut buffer, &b"x"[..], 1_000),
            Err(Rejection::TooLarge { limit: 1_000 })
        );
    }

    #[test]
    fn a_content_length_counts_only_where_it_is_a_number() {
        let is_over = |value: &'static str| {
            let value = http::HeaderValue::from_static(value);
            is_content_length_over(10, &HeaderMap::from_iter([(CONTENT_LENGTH, value)]))
        };
        for value in
            ["11", "18446744073709551615", "18446744073709551616", "9999999999999999999999"]
        {
            assert!(is_over(value), "{value}");
        }
        for value in ["10", "0", "", "-11", "+11", "eleven", "99999999999999999999x"] {
            assert!(!is_over(value), "{value}");
        }
    }
}
