use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::Body;
use tower_service::Service;

use super::BoxError;
use super::body_limit::ReadBody;
use super::dead_letter::DeadLetter;
use super::handler_error::handler_failed;
use super::oneshot::Oneshot;
use super::response_body::ReplyBody;
use super::trace;
use crate::delivery::Delivery;
use crate::rejection::Rejection;

pin_project_lite::pin_project! {
    /// The future of [`Decode`](super::Decode): reads the body, decodes it, keeps the dead letter
    /// and handles the delivery, all within one deadline.
    pub struct DecodeFuture<S: Service<Delivery>, D: Service<DeadLetter>, F, B> {
        services: Option<Services<S, D>>,
        #[pin]
        stage: Stage<S, D, B>,
        #[pin]
        deadline: F,
    }
}

/// Where what was decoded goes.
struct Services<S, D> {
    handler: S,
    dead_letters: D,
}

pin_project_lite::pin_project! {
    #[project = StageProj]
    enum Stage<S: Service<Delivery>, D: Service<DeadLetter>, B> {
        Reading { #[pin] body: ReadBody<B> },
        Working {
            #[pin] keeping: Option<Oneshot<D, DeadLetter>>,
            #[pin] handling: Option<Oneshot<S, Delivery>>,
            rejection: Option<Rejection>,
            failure: Option<Failure>,
        },
        Answered,
    }
}

/// How the handler or the service for dead letters failed.
enum Failure {
    Error(BoxError),
    Panic(Box<dyn Any + Send>),
}

impl Failure {
    /// A panic goes on to whoever called.
    fn answer(self) -> Response<ReplyBody> {
        match self {
            Self::Error(error) => handler_failed(error),
            Self::Panic(panic) => resume_unwind(panic),
        }
    }
}

impl<S: Service<Delivery>, D: Service<DeadLetter>, F, B> DecodeFuture<S, D, F, B> {
    pub(super) fn new(handler: S, dead_letters: D, deadline: F, body: ReadBody<B>) -> Self {
        let services = Some(Services { handler, dead_letters });
        Self { services, stage: Stage::Reading { body }, deadline }
    }
}

impl<S, D, F, B> Future for DecodeFuture<S, D, F, B>
where
    S: Service<Delivery>,
    S::Error: Into<BoxError>,
    D: Service<DeadLetter>,
    D::Error: Into<BoxError>,
    F: Future<Output = ()>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ReplyBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let answer = match poll_stages(this.stage.as_mut(), this.services, cx) {
            Poll::Ready(answer) => answer,
            Poll::Pending => {
                ready!(this.deadline.poll(cx));
                // One may have failed before the other was late.
                let failure = match this.stage.as_mut().project() {
                    StageProj::Working { failure, .. } => failure.take(),
                    _ => None,
                };
                failure.map_or_else(|| refused(&Rejection::DeadlineElapsed), Failure::answer)
            }
        };
        // A handler that is still at work ends here, so that what it claimed is free before Okta's
        // next try.
        this.stage.set(Stage::Answered);
        Poll::Ready(Ok(answer))
    }
}

fn poll_stages<S, D, B>(
    mut stage: Pin<&mut Stage<S, D, B>>,
    services: &mut Option<Services<S, D>>,
    cx: &mut Context<'_>,
) -> Poll<Response<ReplyBody>>
where
    S: Service<Delivery>,
    S::Error: Into<BoxError>,
    D: Service<DeadLetter>,
    D::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    loop {
        match stage.as_mut().project() {
            StageProj::Reading { body } => match ready!(body.poll(cx)) {
                Ok(body) => {
                    let services = services.take().expect("a body is read once");
                    stage.set(decode(services, body));
                }
                Err(rejection) => return Poll::Ready(refused(&rejection)),
            },
            StageProj::Working { mut keeping, mut handling, rejection, failure } => {
                poll_once(keeping.as_mut(), failure, cx);
                poll_once(handling.as_mut(), failure, cx);
                if keeping.is_some() || handling.is_some() {
                    return Poll::Pending;
                }
                return Poll::Ready(match (failure.take(), rejection) {
                    (Some(failure), _) => failure.answer(),
                    (None, Some(rejection)) => refused(rejection),
                    (None, None) => no_content(),
                });
            }
            StageProj::Answered => panic!("polled after completion"),
        }
    }
}

/// Is `None` once it is done. One that panics is done, too, so that the other goes on.
fn poll_once<S, R>(
    mut future: Pin<&mut Option<Oneshot<S, R>>>,
    failure: &mut Option<Failure>,
    cx: &mut Context<'_>,
) where
    S: Service<R>,
    S::Error: Into<BoxError>,
{
    let Some(running) = future.as_mut().as_pin_mut() else { return };
    // What has panicked is dropped and not looked at again.
    let failed = match catch_unwind(AssertUnwindSafe(|| running.poll(cx))) {
        Ok(Poll::Pending) => return,
        Ok(Poll::Ready(outcome)) => outcome.err().map(|error| Failure::Error(error.into())),
        Err(panic) => Some(Failure::Panic(panic)),
    };
    future.set(None);
    // A panic stays. Of two errors the later one does: in one poll that is the handler's.
    match (&failure, &failed) {
        (Some(Failure::Panic(_)), _) | (_, None) => {}
        (_, Some(_)) => *failure = failed,
    }
}

/// What there is to do when the body is there. A dead letter that cannot be kept, or not in time, must
/// not keep the events beside it from being handled: so neither waits for the other.
fn decode<S, D, B>(services: Services<S, D>, body: Bytes) -> Stage<S, D, B>
where
    S: Service<Delivery>,
    D: Service<DeadLetter>,
{
    let Services { handler, dead_letters } = services;
    let delivery = Delivery::from_bytes(body.clone()).map_err(Rejection::Malformed);
    delivery.iter().for_each(trace::decoded);
    let letter = DeadLetter::of(body, &delivery);
    let keeping = letter.map(|letter| Oneshot::new(dead_letters, letter));
    let (handling, rejection) = match delivery {
        Ok(delivery) => (Some(Oneshot::new(handler, delivery)), None),
        Err(rejection) => (None, Some(rejection)),
    };
    Stage::Working { keeping, handling, rejection, failure: None }
}

fn refused(rejection: &Rejection) -> Response<ReplyBody> {
    rejection.to_response().map(ReplyBody::from)
}

fn no_content() -> Response<ReplyBody> {
    let mut response = Response::new(ReplyBody::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

impl<S: Service<Delivery>, D: Service<DeadLetter>, F, B> fmt::Debug for DecodeFuture<S, D, F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeFuture").finish_non_exhaustive()
    }
}
