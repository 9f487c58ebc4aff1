use std::convert::Infallible;
use std::fmt;
use std::future::Future;
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
            error: Option<BoxError>,
        },
        Answered,
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
                refused(&Rejection::DeadlineElapsed)
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
            StageProj::Working { mut keeping, mut handling, rejection, error } => {
                // The dead letter comes first, so that it is under way even if the handler panics.
                poll_once(keeping.as_mut(), error, cx);
                poll_once(handling.as_mut(), error, cx);
                if keeping.is_some() || handling.is_some() {
                    return Poll::Pending;
                }
                return Poll::Ready(match (error.take(), rejection) {
                    (Some(error), _) => handler_failed(error),
                    (None, Some(rejection)) => refused(rejection),
                    (None, None) => no_content(),
                });
            }
            StageProj::Answered => panic!("polled after completion"),
        }
    }
}

/// Is `None` once it is done. Of two errors the first counts.
fn poll_once<S, R>(
    mut future: Pin<&mut Option<Oneshot<S, R>>>,
    error: &mut Option<BoxError>,
    cx: &mut Context<'_>,
) where
    S: Service<R>,
    S::Error: Into<BoxError>,
{
    let Some(running) = future.as_mut().as_pin_mut() else { return };
    if let Poll::Ready(outcome) = running.poll(cx) {
        future.set(None);
        if let Err(failure) = outcome {
            error.get_or_insert(failure.into());
        }
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
    Stage::Working { keeping, handling, rejection, error: None }
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
