use std::convert::Infallible;
use std::fmt;
use std::future::{Future, Pending};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::BoxError;
use super::dead_letter::{DeadLetter, Discard};
use super::decode::{Decode, DecodeLayer};
use super::decode_future::DecodeFuture;
use super::guard::{Guard, GuardFuture};
use super::response_body::ReplyBody;
use super::trace::{RequestSpan, Traced};
use crate::delivery::Delivery;
use crate::receiver::Receiver;

/// Turns a `Service<Delivery>` into the HTTP service that Okta calls: checks the secret, answers
/// verifications, reads the body, decodes it, and answers.
///
/// | What happened | Answer |
/// |---|---|
/// | the inner service returned `Ok` | 204, whatever was in the `Ok` |
/// | it returned an error, also from `poll_ready` | 503, so that Okta sends the delivery once more; the error is in the response's extensions as a [`HandlerError`](super::HandlerError) |
/// | a GET with a challenge | 200 with the [challenge](crate::Challenge) in it |
/// | the secret is missing or wrong | 401 |
/// | neither GET nor POST | 405 |
/// | a GET without a challenge | 400 |
/// | the body is not a delivery | 400 that says where, after the [dead letters](Self::with_dead_letters) have it |
/// | the body is longer than the receiver's limit | 413: nothing is read of one that says so, of others no more than the limit |
/// | the connection failed within the body | 503 |
/// | the [deadline](Self::with_deadline) elapsed | 503 |
///
/// What is refused has its [`Rejection`](crate::Rejection) in the response's extensions, everything
/// else the [`MatchedSecret`](crate::MatchedSecret) that came, for a change of secrets. The error
/// type is [`Infallible`]: an error out of a service would drop the connection instead of answering.
///
/// Elements that are not events are in [`Delivery::invalid_events`], beside the events. The inner service
/// is cloned for each request and waited for until it is ready, while the answer is pending.
///
/// ```
/// use okta_hooks::{Delivery, HeaderAuth, Receiver, layer::HookLayer};
/// use std::time::Duration;
/// use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let receiver = Receiver::new(HeaderAuth::bearer("s3cret")?);
/// let layer = HookLayer::new(receiver)
///     .with_deadline(|| tokio::time::sleep(Duration::from_millis(2_500)));
/// let hook = ServiceBuilder::new().layer(layer).service(service_fn(async |delivery: Delivery| {
///     match delivery.events().len() {
///         0 => Err("no events"),
///         _ => Ok(()),
///     }
/// }));
///
/// let post = |secret: &str, body: &'static str| {
///     let request = http::Request::post("/hook").header("authorization", secret);
///     hook.clone().oneshot(request.body(body.to_owned()).expect("a valid request"))
/// };
/// let event = r#"{"data":{"events":[{"eventType":"user.session.start"}]}}"#;
/// assert_eq!(post("Bearer s3cret", event).await?.status(), 204);
/// assert_eq!(post("Bearer guessed", event).await?.status(), 401);
/// assert_eq!(post("Bearer s3cret", r#"{"data":{"events":[]}}"#).await?.status(), 503);
/// assert_eq!(post("Bearer s3cret", "{").await?.status(), 400);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a layer does nothing until it is applied to a service"]
pub struct HookLayer<D = Discard, T = fn() -> Pending<()>> {
    receiver: Receiver,
    decode: DecodeLayer<D, T>,
}

impl HookLayer {
    /// A layer that goes by the rules of `receiver`, has no deadline, and keeps nothing of what it
    /// refuses.
    pub fn new(receiver: Receiver) -> Self {
        let decode = DecodeLayer::new(receiver.body_limit());
        Self { receiver, decode }
    }
}

impl<D, T> HookLayer<D, T> {
    /// Hands every [`DeadLetter`] to `service` before anything is answered: a body that is not a
    /// delivery before the 400, elements that are not events while the others are handled.
    ///
    /// An error of `service` makes the answer a 503, so that Okta sends the delivery once more. It does
    /// not keep the events beside a dead letter from being handled, and neither does a panic: with a
    /// [`DedupeLayer`](super::DedupeLayer) within, that try is about the dead letter alone; without one, the
    /// events are handled again. Where both services fail, the response has the handler's error.
    ///
    /// ```
    /// # use okta_hooks::{HeaderAuth, Receiver};
    /// # use okta_hooks::layer::{DeadLetter, HookLayer};
    /// # use tower::service_fn;
    /// # let receiver = Receiver::new(HeaderAuth::bearer("s3cret")?);
    /// let layer = HookLayer::new(receiver).with_dead_letters(service_fn(async |letter: DeadLetter| {
    ///     let bytes = letter.raw().len();
    ///     eprintln!("dead letter of {bytes} bytes: {letter}");
    ///     Ok::<_, std::io::Error>(())
    /// }));
    /// # Ok::<(), okta_hooks::ConfigError>(())
    /// ```
    pub fn with_dead_letters<N>(self, service: N) -> HookLayer<N, T>
    where
        N: Service<DeadLetter>,
    {
        HookLayer { receiver: self.receiver, decode: self.decode.with_dead_letters(service) }
    }

    /// Answers 503 when the future that `timer` makes for each request completes first.
    ///
    /// One deadline spans the whole answer: reading the body, keeping the dead letter, waiting for
    /// a delivery of the same events, the inner service. Whatever of these is at work then is
    /// dropped, so that a [`DedupeLayer`](super::DedupeLayer) within releases its events for Okta's
    /// next try.
    ///
    /// Okta waits three seconds for an answer; 2.5 s leave time for the way back. This crate has no
    /// clock of its own: `timer` is called once per request, when it arrives, and `tokio::time::sleep`
    /// is what a service on tokio gives.
    ///
    /// ```
    /// # use okta_hooks::{Delivery, HeaderAuth, Receiver, layer::HookLayer};
    /// # use std::time::Duration;
    /// # use tower::{ServiceBuilder, ServiceExt, service_fn};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), tower::BoxError> {
    /// # let receiver = Receiver::with_insecure_no_auth();
    /// let layer = HookLayer::new(receiver)
    ///     .with_deadline(|| tokio::time::sleep(Duration::from_millis(20)));
    /// let stuck = ServiceBuilder::new().layer(layer).service(service_fn(async |_: Delivery| {
    ///     std::future::pending::<Result<(), std::io::Error>>().await
    /// }));
    /// let request = http::Request::post("/").body(r#"{"data":{"events":[]}}"#.to_owned())?;
    /// assert_eq!(stuck.oneshot(request).await?.status(), 503);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_deadline<N, F>(self, timer: N) -> HookLayer<D, N>
    where
        N: Fn() -> F,
        F: Future<Output = ()>,
    {
        HookLayer { receiver: self.receiver, decode: self.decode.with_deadline(timer) }
    }
}

impl<S, D: Clone, T: Clone> Layer<S> for HookLayer<D, T> {
    type Service = Hook<S, D, T>;

    fn layer(&self, inner: S) -> Hook<S, D, T> {
        Hook { guard: Guard::new(self.decode.layer(inner), self.receiver.clone()) }
    }
}

impl<D, T> fmt::Debug for HookLayer<D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookLayer").field("receiver", &self.receiver).finish_non_exhaustive()
    }
}

/// The service of [`HookLayer`].
#[derive(Clone)]
pub struct Hook<S, D = Discard, T = fn() -> Pending<()>> {
    guard: Guard<Decode<S, D, T>>,
}

impl<S> Hook<S> {
    /// What [`HookLayer::new`] makes of `inner`.
    #[must_use]
    pub fn new(inner: S, receiver: Receiver) -> Self {
        HookLayer::new(receiver).layer(inner)
    }
}

impl<S, D, T> Hook<S, D, T> {
    /// The inner service.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        self.guard.get_ref().get_ref()
    }

    /// The inner service, to be changed.
    #[must_use]
    pub fn get_mut(&mut self) -> &mut S {
        self.guard.get_mut().get_mut()
    }

    /// The inner service alone.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.guard.into_inner().into_inner()
    }
}

impl<S: fmt::Debug, D, T> fmt::Debug for Hook<S, D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").field("inner", self.get_ref()).finish_non_exhaustive()
    }
}

impl<S, D, T, F, B> Service<Request<B>> for Hook<S, D, T>
where
    S: Service<Delivery> + Clone,
    S::Error: Into<BoxError>,
    D: Service<DeadLetter> + Clone,
    D::Error: Into<BoxError>,
    T: Fn() -> F,
    F: Future<Output = ()>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Response = Response<ReplyBody>;
    type Error = Infallible;
    type Future = HookFuture<S, D, F, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<B>>::poll_ready(&mut self.guard, cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let span = RequestSpan::start();
        let future = self.guard.check(request, |decode, request, _| decode.call(request));
        HookFuture { future: Traced::new(span, future) }
    }
}

pin_project_lite::pin_project! {
    /// The future of [`Hook`].
    pub struct HookFuture<S: Service<Delivery>, D: Service<DeadLetter>, F, B> {
        #[pin]
        future: Traced<GuardFuture<DecodeFuture<S, D, F, B>>>,
    }
}

impl<S, D, F, B> Future for HookFuture<S, D, F, B>
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
        let response = ready!(self.project().future.poll(cx))?;
        Poll::Ready(Ok(response.map(ReplyBody::from)))
    }
}

impl<S: Service<Delivery>, D: Service<DeadLetter>, F, B> fmt::Debug for HookFuture<S, D, F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookFuture").finish_non_exhaustive()
    }
}
