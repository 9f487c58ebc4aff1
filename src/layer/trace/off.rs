use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::delivery::Delivery;
use crate::inline;

pub(crate) struct RequestSpan;

impl RequestSpan {
    pub(crate) fn start() -> Self {
        Self
    }

    pub(crate) fn start_inline() -> Self {
        Self
    }
}

pin_project_lite::pin_project! {
    pub(crate) struct Traced<F> {
        #[pin]
        future: F,
    }
}

impl<F> Traced<F> {
    pub(crate) fn new(_: RequestSpan, future: F) -> Self {
        Self { future }
    }
}

impl<F: Future> Future for Traced<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}

pub(crate) fn decoded(_: &Delivery) {}

pub(crate) fn decoded_inline(_: &inline::Request) {}

pub(crate) fn claimed(_new: usize, _sent: usize) {}
