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
    /// The future of [`Decode`](super::Decode): reads the body, decodes it, keeps the dead letter,
    /// handles the delivery, all within one deadline.
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
        KeepingDeadLetter {
            #[pin] future: Oneshot<D, DeadLetter>,
            next: Option<(S, Result<Delivery, Rejection>)>,
        },
        Handling { #[pin] future: Oneshot<S, Delivery> },
        Answered,
    }
}

/// The next stage, or why there is none.
type Next<S, D, B> = Result<Stage<S, D, B>, Rejection>;

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
        let next = match stage.as_mut().project() {
            StageProj::Reading { body } => ready!(body.poll(cx))
                .and_then(|body| decode(services.take().expect("a body is read once"), body)),
            StageProj::KeepingDeadLetter { future, next } => match ready!(future.poll(cx)) {
                Ok(_) => handle(next.take().expect("a stage ends once")),
                Err(error) => return Poll::Ready(handler_failed(error.into())),
            },
            StageProj::Handling { future } => match ready!(future.poll(cx)) {
                Ok(_) => return Poll::Ready(no_content()),
                Err(error) => return Poll::Ready(handler_failed(error.into())),
            },
            StageProj::Answered => panic!("polled after completion"),
        };
        match next {
            Ok(next) => stage.set(next),
            Err(rejection) => return Poll::Ready(refused(&rejection)),
        }
    }
}

/// What follows when the body is there.
fn decode<S, D, B>(services: Services<S, D>, body: Bytes) -> Next<S, D, B>
where
    S: Service<Delivery>,
    D: Service<DeadLetter>,
{
    let Services { handler, dead_letters } = services;
    let delivery = Delivery::from_bytes(body.clone()).map_err(Rejection::Malformed);
    delivery.iter().for_each(trace::decoded);
    match DeadLetter::of(body, &delivery) {
        Some(letter) => Ok(Stage::KeepingDeadLetter {
            future: Oneshot::new(dead_letters, letter),
            next: Some((handler, delivery)),
        }),
        None => handle((handler, delivery)),
    }
}

/// What follows when the dead letter, if there is one, is kept.
fn handle<S, D, B>((handler, delivery): (S, Result<Delivery, Rejection>)) -> Next<S, D, B>
where
    S: Service<Delivery>,
    D: Service<DeadLetter>,
{
    Ok(Stage::Handling { future: Oneshot::new(handler, delivery?) })
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
