use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::BoxError;
use super::body::ReplyBody;
use super::body_limit::ReadBody;
use super::dead_letter::{DeadLetter, Discard};
use super::oneshot::Oneshot;
use crate::delivery::Delivery;
use crate::receiver::Receiver;
use crate::rejection::Rejection;

/// Turns the inside into a `Service<Delivery>`: reads the body, decodes it, and answers.
///
/// | What happened | Answer |
/// |---|---|
/// | the inner service returned `Ok` | 204, whatever was in the `Ok` |
/// | it returned an error, also from `poll_ready` | 503, so that Okta sends the delivery once more; the error is in the response's extensions as a [`HandlerError`] |
/// | the body is longer than the receiver's limit | 413: nothing is read of one that says so, of others no more than the limit |
/// | the body is no delivery | 400 that says where, after the [dead letters](Self::dead_letters) have it |
/// | the connection failed within the body | 503 |
///
/// Its error type is [`Infallible`]: an error out of a service would drop the connection instead of
/// answering. It does not look at method and headers: put [`GuardLayer`](super::GuardLayer) around
/// it. Elements that are not events are in [`Delivery::invalid_events`], beside the events.
///
/// The inner service is cloned for each request and waited for until it is ready, while the answer
/// is pending.
///
/// ```
/// use okta_hooks::{Delivery, HeaderAuth, Receiver};
/// use okta_hooks::layer::{DecodeLayer, GuardLayer};
/// use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let receiver = Receiver::new(HeaderAuth::bearer("s3cret")?);
/// let hook = ServiceBuilder::new()
///     .layer(GuardLayer::new(receiver.clone()))
///     .layer(DecodeLayer::new(receiver))
///     .service(service_fn(|delivery: Delivery| async move {
///         match delivery.events().len() {
///             0 => Err("no events"),
///             _ => Ok(()),
///         }
///     }));
///
/// let post = |body: &'static str| {
///     let request = http::Request::post("/hook").header("authorization", "Bearer s3cret");
///     hook.clone().oneshot(request.body(body.to_owned()).expect("a valid request"))
/// };
/// assert_eq!(post(r#"{"data":{"events":[{"eventType":"user.session.start"}]}}"#).await?.status(), 204);
/// assert_eq!(post(r#"{"data":{"events":[]}}"#).await?.status(), 503);
/// assert_eq!(post("{").await?.status(), 400);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is applied to a service"]
pub struct DecodeLayer<D = Discard> {
    receiver: Receiver,
    dead_letters: D,
}

impl DecodeLayer {
    /// A layer that decodes by the rules of `receiver` and keeps nothing of what it refuses.
    pub fn new(receiver: Receiver) -> Self {
        Self { receiver, dead_letters: Discard }
    }
}

impl<D> DecodeLayer<D> {
    /// Hands every [`DeadLetter`] to `service` before anything is answered: a body that is no
    /// delivery before the 400, elements that are no events before the others are handled.
    ///
    /// An error of `service` makes the answer a 503, so that Okta sends the delivery once more.
    ///
    /// ```
    /// # use okta_hooks::{Delivery, HeaderAuth, Receiver};
    /// # use okta_hooks::layer::{DeadLetter, DecodeLayer};
    /// # use tower::service_fn;
    /// # let receiver = Receiver::new(HeaderAuth::bearer("s3cret")?);
    /// let layer = DecodeLayer::new(receiver).dead_letters(service_fn(|letter: DeadLetter| async move {
    ///     let bytes = letter.raw().len();
    ///     eprintln!("{bytes} bytes set aside: {letter}");
    ///     Ok::<_, std::io::Error>(())
    /// }));
    /// # Ok::<(), okta_hooks::ConfigError>(())
    /// ```
    pub fn dead_letters<N>(self, service: N) -> DecodeLayer<N>
    where
        N: Service<DeadLetter>,
    {
        DecodeLayer { receiver: self.receiver, dead_letters: service }
    }
}

impl<S, D: Clone> Layer<S> for DecodeLayer<D> {
    type Service = Decode<S, D>;

    fn layer(&self, inner: S) -> Decode<S, D> {
        let Self { receiver, dead_letters } = self.clone();
        Decode { inner, receiver, dead_letters }
    }
}

/// The service of [`DecodeLayer`].
#[derive(Clone, Debug)]
pub struct Decode<S, D = Discard> {
    inner: S,
    receiver: Receiver,
    dead_letters: D,
}

impl<S, D, B> Service<Request<B>> for Decode<S, D>
where
    S: Service<Delivery> + Clone,
    S::Error: Into<BoxError>,
    D: Service<DeadLetter> + Clone,
    D::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Response = Response<ReplyBody>;
    type Error = Infallible;
    type Future = DecodeFuture<S, D, B>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let body = ReadBody::new(request, self.receiver.body_limit());
        DecodeFuture { service: self.clone(), stage: Stage::Reading { body } }
    }
}

pin_project_lite::pin_project! {
    /// The future of [`Decode`].
    pub struct DecodeFuture<S: Service<Delivery>, D: Service<DeadLetter>, B> {
        service: Decode<S, D>,
        #[pin]
        stage: Stage<S, D, B>,
    }
}

pin_project_lite::pin_project! {
    #[project = StageProj]
    enum Stage<S: Service<Delivery>, D: Service<DeadLetter>, B> {
        Reading { #[pin] body: ReadBody<B> },
        SettingAside { #[pin] future: Oneshot<D, DeadLetter>, next: Option<Result<Delivery, Rejection>> },
        Handling { #[pin] future: Oneshot<S, Delivery> },
    }
}

impl<S, D, B> Future for DecodeFuture<S, D, B>
where
    S: Service<Delivery> + Clone,
    S::Error: Into<BoxError>,
    D: Service<DeadLetter> + Clone,
    D::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ReplyBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.stage.as_mut().project() {
                StageProj::Reading { body } => match ready!(body.poll(cx)) {
                    Ok(body) => decoded(this.service, body),
                    Err(rejection) => return reply(&rejection),
                },
                StageProj::SettingAside { future, next } => match ready!(future.poll(cx)) {
                    Ok(_) => handled(this.service, next.take().expect("a stage ends once")),
                    Err(error) => return unavailable(error.into()),
                },
                StageProj::Handling { future } => match ready!(future.poll(cx)) {
                    Ok(_) => return no_content(),
                    Err(error) => return unavailable(error.into()),
                },
            };
            match next {
                Ok(stage) => this.stage.set(stage),
                Err(rejection) => return reply(&rejection),
            }
        }
    }
}

/// What follows when the body is there.
fn decoded<S, D, B>(service: &Decode<S, D>, body: Bytes) -> Result<Stage<S, D, B>, Rejection>
where
    S: Service<Delivery> + Clone,
    D: Service<DeadLetter> + Clone,
{
    let delivery = service.receiver.decode(body.clone());
    match DeadLetter::of(body, &delivery) {
        Some(letter) => Ok(Stage::SettingAside {
            future: Oneshot::new(service.dead_letters.clone(), letter),
            next: Some(delivery),
        }),
        None => handled(service, delivery),
    }
}

/// What follows when everything that had to be set aside is.
fn handled<S, D, B>(
    service: &Decode<S, D>,
    delivery: Result<Delivery, Rejection>,
) -> Result<Stage<S, D, B>, Rejection>
where
    S: Service<Delivery> + Clone,
    D: Service<DeadLetter>,
{
    Ok(Stage::Handling { future: Oneshot::new(service.inner.clone(), delivery?) })
}

type Outcome = Poll<Result<Response<ReplyBody>, Infallible>>;

fn reply(rejection: &Rejection) -> Outcome {
    Poll::Ready(Ok(rejection.to_response().map(ReplyBody::from)))
}

fn no_content() -> Outcome {
    let mut response = Response::new(ReplyBody::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Poll::Ready(Ok(response))
}

fn unavailable(error: BoxError) -> Outcome {
    let mut response = Rejection::Unavailable.to_response().map(ReplyBody::from);
    response.extensions_mut().insert(HandlerError(error.into()));
    Poll::Ready(Ok(response))
}

impl<S: Service<Delivery>, D: Service<DeadLetter>, B> fmt::Debug for DecodeFuture<S, D, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeFuture").finish_non_exhaustive()
    }
}

/// The error that made an answer a 503, in the response's extensions.
///
/// It is never sent to anybody. `Display` and [`source`](Error::source) are those of the service's own error.
#[derive(Clone, Debug)]
pub struct HandlerError(Arc<dyn Error + Send + Sync>);

impl HandlerError {
    /// The service's own error, to be downcast.
    #[must_use]
    pub fn get_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for HandlerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
