use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use http_body::Body;
use tower_service::Service;

use super::BoxError;
use super::body_limit::ReadBody;
use super::handler_error::HandlerError;
use super::oneshot::Oneshot;
use super::response_body::ReplyBody;
use super::trace;
use crate::inline::{Answer, Fallback, HookType, Request};
use crate::rejection::Rejection;

pin_project_lite::pin_project! {
    /// Reads the body of an authenticated request to an inline hook, decodes it and has it answered,
    /// all within one deadline.
    pub(super) struct InlineAnswerFuture<S: Service<Request>, F, B> {
        service: Option<S>,
        fallback: Fallback,
        hook_type: Option<HookType>,
        #[pin]
        stage: Stage<S, B>,
        #[pin]
        deadline: F,
    }
}

pin_project_lite::pin_project! {
    #[project = StageProj]
    enum Stage<S: Service<Request>, B> {
        Reading { #[pin] body: ReadBody<B> },
        Answering { #[pin] future: Oneshot<S, Request>, request: Request },
        Answered,
    }
}

impl<S: Service<Request>, F, B> InlineAnswerFuture<S, F, B> {
    pub(super) fn new(
        service: S,
        fallback: Fallback,
        hook_type: Option<HookType>,
        deadline: F,
        body: ReadBody<B>,
    ) -> Self {
        let (service, stage) = (Some(service), Stage::Reading { body });
        Self { service, fallback, hook_type, stage, deadline }
    }
}

impl<S, F, B> Future for InlineAnswerFuture<S, F, B>
where
    S: Service<Request, Response = Answer>,
    S::Error: Into<BoxError>,
    F: Future<Output = ()>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ReplyBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let answer = match poll_stages(this.stage.as_mut(), this.service, this.fallback, cx) {
            Poll::Ready(answer) => answer,
            Poll::Pending => {
                ready!(this.deadline.poll(cx));
                let elapsed = Rejection::DeadlineElapsed;
                match this.stage.as_mut().project() {
                    StageProj::Answering { request, .. } => {
                        Ok(fall_back(this.fallback, request, elapsed, None))
                    }
                    _ => Err(elapsed),
                }
            }
        };
        let response = answer.unwrap_or_else(|rejection| {
            without_body(this.fallback, this.hook_type.as_ref(), rejection)
        });
        // A service that is still at work ends here.
        this.stage.set(Stage::Answered);
        Poll::Ready(Ok(response.map(ReplyBody::from)))
    }
}

/// An error is about the body: there was no request to answer.
fn poll_stages<S, B>(
    mut stage: Pin<&mut Stage<S, B>>,
    service: &mut Option<S>,
    fallback: &Fallback,
    cx: &mut Context<'_>,
) -> Poll<Result<Response<Bytes>, Rejection>>
where
    S: Service<Request, Response = Answer>,
    S::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    loop {
        let request = match stage.as_mut().project() {
            StageProj::Reading { body } => ready!(body.poll(cx))
                .and_then(|body| Request::from_bytes(body).map_err(Rejection::Malformed)),
            StageProj::Answering { future, request } => {
                let answer = ready!(future.poll(cx)).map_err(Into::into);
                let answer = answer.and_then(|answer| checked(answer, request));
                return Poll::Ready(Ok(answer.map_or_else(
                    |error| fall_back(fallback, request, Rejection::Unavailable, Some(error)),
                    |answer| answer.to_response(),
                )));
            }
            StageProj::Answered => panic!("polled after completion"),
        };
        match request {
            Ok(request) => {
                trace::decoded_inline(&request);
                let service = service.take().expect("a body is read once");
                let future = Oneshot::new(service, request.clone());
                stage.set(Stage::Answering { future, request });
            }
            Err(rejection) => return Poll::Ready(Err(rejection)),
        }
    }
}

/// An answer to a request of another type says what Okta does not expect here.
fn checked(answer: Answer, request: &Request) -> Result<Answer, BoxError> {
    match *answer.hook_type() == request.hook_type() {
        true => Ok(answer),
        false => Err("the answer is for another type of inline hook".into()),
    }
}

/// The answer where the body says nothing: not even which type of hook it is for.
fn without_body(
    fallback: &Fallback,
    hook_type: Option<&HookType>,
    rejection: Rejection,
) -> Response<Bytes> {
    match hook_type.and_then(Request::of_type) {
        Some(request) => {
            trace::decoded_inline(&request);
            fall_back(fallback, &request, rejection, None)
        }
        None => rejection.to_response(),
    }
}

/// The fallback, with the reason for whoever logs it.
fn fall_back(
    fallback: &Fallback,
    request: &Request,
    rejection: Rejection,
    error: Option<BoxError>,
) -> Response<Bytes> {
    let mut response = match fallback.answer(request) {
        Some(answer) => answer.to_response(),
        None => rejection.to_response(),
    };
    response.extensions_mut().insert(rejection);
    error.map(|error| response.extensions_mut().insert(HandlerError::new(error)));
    response
}
