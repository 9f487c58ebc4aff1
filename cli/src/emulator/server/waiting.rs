//! Since when a connection waits for its client.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

/// From when on a connection waits for its client; in the future while its request is handled.
#[derive(Clone)]
pub(super) struct Since(Arc<Mutex<Instant>>);

impl Since {
    pub(super) fn now() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    pub(super) fn set(&self, since: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    pub(super) fn get(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request's body. Until all of it is there the connection still waits for its client.
pub(super) struct Arriving {
    body: Incoming,
    since: Since,
    request_timeout: Duration,
}

impl Arriving {
    pub(super) fn new(body: Incoming, since: Since, request_timeout: Duration) -> Self {
        since.set(Instant::now());
        let arriving = Self { body, since, request_timeout };
        if arriving.body.is_end_stream() {
            arriving.is_whole();
        }
        arriving
    }

    fn is_whole(&self) {
        self.since.set(Instant::now() + self.request_timeout);
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        // Who knows the length does not ask for more than that.
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.is_whole();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
