use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use http::{Response, StatusCode};
use tracing::field::Empty;
use tracing::{Span, error, error_span, warn};

use crate::auth::MatchedSecret;
use crate::delivery::Delivery;
use crate::inline;
use crate::rejection::Rejection;

/// The span of one request, from its arrival to its answer.
pub(crate) struct RequestSpan {
    span: Span,
    started: Instant,
    words: &'static Words,
}

/// What differs between the two sorts of hooks.
struct Words {
    succeeded: Outcome,
    unhandled: &'static str,
    panicked: &'static str,
}

const EVENT_HOOK: Words = Words {
    succeeded: Outcome::Accepted,
    unhandled: "a delivery was not handled",
    panicked: "the handler of a delivery panicked",
};

const INLINE_HOOK: Words = Words {
    succeeded: Outcome::Answered,
    unhandled: "an inline hook was not answered by its service",
    panicked: "the handler of an inline hook panicked",
};

impl RequestSpan {
    pub(crate) fn start() -> Self {
        // At the level of the gravest event within, so that no event is without its ids.
        let span = error_span!(
            target: "okta_hooks",
            "okta_hook",
            secret = Empty,
            event_id = Empty,
            org = Empty,
            hook_id = Empty,
            events = Empty,
            event_types = Empty,
            invalid_events = Empty,
            new = Empty,
            seen = Empty,
            outcome = Empty,
            status = Empty,
            elapsed_us = Empty,
        );
        Self { span, started: Instant::now(), words: &EVENT_HOOK }
    }

    pub(crate) fn start_inline() -> Self {
        let span = error_span!(
            target: "okta_hooks",
            "okta_inline_hook",
            secret = Empty,
            event_id = Empty,
            hook_type = Empty,
            outcome = Empty,
            status = Empty,
            elapsed_us = Empty,
        );
        Self { span, started: Instant::now(), words: &INLINE_HOOK }
    }

    fn end(&self, outcome: Outcome) {
        self.span.record("outcome", outcome.as_str());
        let elapsed = self.started.elapsed().as_micros();
        self.span.record("elapsed_us", u64::try_from(elapsed).unwrap_or(u64::MAX));
    }
}

/// How a request ended.
#[derive(Clone, Copy)]
enum Outcome {
    Accepted,
    Answered,
    Verified,
    Refused,
    Incomplete,
    DeadlineElapsed,
    Failed,
    Panicked,
    Abandoned,
}

impl Outcome {
    fn of(words: &Words, status: StatusCode, rejection: Option<&Rejection>) -> Self {
        match rejection {
            None if status == StatusCode::OK && matches!(words.succeeded, Self::Accepted) => {
                Self::Verified
            }
            None => words.succeeded,
            Some(Rejection::Unavailable) => Self::Failed,
            Some(Rejection::DeadlineElapsed) => Self::DeadlineElapsed,
            Some(Rejection::Incomplete) => Self::Incomplete,
            Some(_) => Self::Refused,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Answered => "answered",
            Self::Verified => "verified",
            Self::Refused => "refused",
            Self::Incomplete => "incomplete",
            Self::DeadlineElapsed => "deadline_elapsed",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::Abandoned => "abandoned",
        }
    }
}

pin_project_lite::pin_project! {
    /// A request's future within its span.
    pub(crate) struct Traced<F> {
        #[pin]
        future: F,
        request: RequestSpan,
        stage: Stage,
    }

    impl<F> PinnedDrop for Traced<F> {
        fn drop(this: Pin<&mut Self>) {
            match this.stage {
                Stage::Answered => {}
                Stage::Waiting => this.request.dropped(),
                Stage::Polling => this.request.panicked(),
            }
        }
    }
}

/// Where a request's future is. What catches panics around it drops it only when nothing unwinds any
/// more, so that this tells of one, and `std::thread::panicking` does not.
#[derive(Clone, Copy)]
enum Stage {
    Waiting,
    Polling,
    Answered,
}

impl<F> Traced<F> {
    pub(crate) fn new(request: RequestSpan, future: F) -> Self {
        Self { future, request, stage: Stage::Waiting }
    }
}

impl<F, B, E> Future for Traced<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.request.span.enter();
        *this.stage = Stage::Polling;
        let polled = this.future.poll(cx);
        *this.stage = if polled.is_ready() { Stage::Answered } else { Stage::Waiting };
        let answer = ready!(polled);
        if let Ok(response) = &answer {
            let secret = response.extensions().get::<MatchedSecret>();
            this.request.span.record("secret", secret.map(|secret| secret.index()));
            this.request.answered(response.status(), response.extensions().get());
        }
        Poll::Ready(answer)
    }
}

impl RequestSpan {
    /// Says how it ended. A `Rejection` says where and why, never what was sent; the handler's own
    /// error may say anything and is not among what is recorded.
    fn answered(&self, status: StatusCode, rejection: Option<&Rejection>) {
        let outcome = Outcome::of(self.words, status, rejection);
        self.span.record("status", status.as_u16());
        self.end(outcome);
        let status = status.as_u16();
        match (outcome, rejection) {
            (Outcome::Failed | Outcome::DeadlineElapsed, Some(reason)) => {
                error!(target: "okta_hooks", status, %reason, "{}", self.words.unhandled);
            }
            (_, Some(reason)) => {
                warn!(target: "okta_hooks", status, %reason, "a request was refused");
            }
            (_, None) => {}
        }
    }

    /// It was dropped before there was an answer.
    fn dropped(&self) {
        let _entered = self.span.enter();
        self.end(Outcome::Abandoned);
        warn!(target: "okta_hooks", "dropped before there was an answer: the client went away, or a timeout around the hook elapsed");
    }

    fn panicked(&self) {
        let _entered = self.span.enter();
        self.end(Outcome::Panicked);
        error!(target: "okta_hooks", "{}", self.words.panicked);
    }
}

/// Records what a body was decoded to.
pub(crate) fn decoded(delivery: &Delivery) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    span.record("event_id", delivery.event_id().filter(is_id));
    span.record("org", delivery.org().filter(is_id));
    span.record("hook_id", delivery.hook_id().filter(is_id));
    span.record("events", delivery.events().len());
    span.record("event_types", event_types(delivery).as_str());
    span.record("invalid_events", delivery.invalid_events().len());
    if let [first, ..] = delivery.invalid_events() {
        let elements = delivery.invalid_events().len();
        warn!(target: "okta_hooks", elements, %first, "a delivery has elements that are not events");
    }
}

/// Records what the body of an inline hook was decoded to.
pub(crate) fn decoded_inline(request: &inline::Request) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    let event_id = request.envelope().event_id();
    span.record("event_id", event_id.as_deref().filter(is_id));
    if !matches!(request, inline::Request::Other(_)) {
        span.record("hook_type", request.hook_type().as_str());
    }
}

/// Records how many events of a delivery are new, of `sent` that came.
pub(crate) fn claimed(new: usize, sent: usize) {
    let span = Span::current();
    span.record("new", new);
    span.record("seen", sent - new);
}

/// Whether it looks like an id. An admin can write anything into the envelope of a preview.
fn is_id(value: &&str) -> bool {
    value.len() <= 128 && value.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The types of the events that Okta's catalogue has, each once, at most ten.
fn event_types(delivery: &Delivery) -> String {
    let types = delivery.events().iter().map(crate::LogEvent::event_type);
    let known = types.filter_map(|event_type| event_type.info().map(|_| event_type));
    let distinct: BTreeSet<_> = known.collect();
    let named: Vec<_> = distinct.iter().take(10).map(crate::EventType::as_str).collect();
    named.join(",")
}
