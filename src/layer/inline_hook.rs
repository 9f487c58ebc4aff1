use std::convert::Infallible;
use std::fmt;
use std::future::{Future, Pending, pending};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::BoxError;
use super::body_limit::ReadBody;
use super::guard::GuardFuture;
use super::inline_answer_future::InlineAnswerFuture;
use super::response_body::ReplyBody;
use super::trace::{RequestSpan, Traced};
use crate::inline::{self, Answer, Fallback, HookType};
use crate::receiver::Receiver;

/// Turns a `Service<inline::Request>` into the HTTP service that Okta calls for inline hooks: checks
/// the secret, reads the body, decodes it, and answers in time, whatever the service does.
///
/// | What happened | Answer |
/// |---|---|
/// | the inner service returned an [`Answer`] | that |
/// | it returned an error, also from `poll_ready` | the [`Fallback`] for the type of the hook; the error is in the response's extensions as a [`HandlerError`](super::HandlerError) |
/// | it returned an answer for another type of hook | the same |
/// | the [deadline](Self::with_deadline) elapsed in the inner service | the fallback |
/// | the deadline elapsed before the body was there | 503 |
/// | the secret is missing or wrong | 401 |
/// | not POST | 405 |
/// | the body is not the request of an inline hook | 400 that says where |
/// | the body is longer than the receiver's limit | 413 |
/// | the connection failed within the body | 503 |
///
/// With [`with_hook_type`](Self::with_hook_type) the 400, the 413 and both 503s are the fallback too.
///
/// Whatever is not the inner service's own answer has a [`Rejection`](crate::Rejection) in its
/// extensions, the fallback too, which is 200 or 204; everything that was authenticated has the
/// [`MatchedSecret`](crate::MatchedSecret). The error type is [`Infallible`]. The inner service is
/// cloned for each request and waited for until it is ready, while the answer is pending.
///
/// ```
/// use okta_hooks::inline::{Answer, AnswerError, Fallback, Request};
/// use okta_hooks::layer::InlineHookLayer;
/// use okta_hooks::{HeaderAuth, Receiver};
/// use std::time::Duration;
/// use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// /// Adds a claim to access tokens.
/// async fn handle(request: Request) -> Result<Answer, BoxError> {
///     let Request::Token(request) = request else { return Err("not a token hook".into()) };
///     let tenant = okta_hooks::inline::token::Patch::new().add("tenant", "acme");
///     Ok(request.answer().patch_access(tenant).build()?)
/// }
///
/// let receiver = Receiver::new(HeaderAuth::bearer("s3cret")?);
/// let layer = InlineHookLayer::new(receiver, Fallback::new())
///     .with_deadline(|| tokio::time::sleep(Duration::from_millis(2_500)));
/// let hook = ServiceBuilder::new().layer(layer).service(service_fn(handle));
///
/// let post = |body: &'static str| {
///     let request = http::Request::post("/token").header("authorization", "Bearer s3cret");
///     hook.clone().oneshot(request.body(body.to_owned()).expect("a valid request"))
/// };
/// let token = r#"{"eventType":"com.okta.oauth2.tokens.transform","data":{"access":{"claims":{}}}}"#;
/// assert_eq!(post(token).await?.status(), 200);
/// // No access token: the answer cannot be built, and the fallback leaves the tokens as they are.
/// let none = r#"{"eventType":"com.okta.oauth2.tokens.transform","data":{}}"#;
/// assert_eq!(post(none).await?.status(), 204);
/// assert_eq!(post("{").await?.status(), 400);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a layer does nothing until it is applied to a service"]
pub struct InlineHookLayer<T = fn() -> Pending<()>> {
    receiver: Receiver,
    fallback: Fallback,
    hook_type: Option<HookType>,
    deadline: T,
}

impl InlineHookLayer {
    /// A layer that goes by the rules of `receiver`, answers with `fallback` where the service does
    /// not, and has no deadline.
    pub fn new(receiver: Receiver, fallback: Fallback) -> Self {
        Self { receiver, fallback, hook_type: None, deadline: pending }
    }
}

impl<T> InlineHookLayer<T> {
    /// Says which type of hook is at this path, so that its fallback is the answer as well where the
    /// body does not say it: it is malformed, too long or not there in time.
    ///
    /// Without this those are a 400, a 413 and a 503, and Okta does what it does without an answer:
    /// it mints a token unchanged, whatever [`Fallback::with_token_error`] says. A body that names another
    /// type is handled as one of that type, and a type that this release does not know has no fallback.
    ///
    /// ```
    /// # use okta_hooks::inline::{Answer, Fallback, HookType, Request};
    /// # use okta_hooks::layer::InlineHookLayer;
    /// # use okta_hooks::{HeaderAuth, Receiver, Rejection};
    /// # use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), BoxError> {
    /// # let receiver = Receiver::new(HeaderAuth::bearer("s3cret")?);
    /// # let service = service_fn(async |_: Request| Err::<Answer, _>("not called"));
    /// let fallback = Fallback::new().with_token_error("Claims are not available at the moment.");
    /// let layer = InlineHookLayer::new(receiver, fallback).with_hook_type(HookType::TOKEN);
    /// let hook = ServiceBuilder::new().layer(layer).service(service);
    /// let request = http::Request::post("/token").header("authorization", "Bearer s3cret");
    /// let response = hook.oneshot(request.body("{".to_owned())?).await?;
    /// assert_eq!(response.status(), 200); // Okta fails the token request.
    /// assert!(matches!(response.extensions().get(), Some(Rejection::Malformed(_))));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_hook_type(self, hook_type: HookType) -> Self {
        Self { hook_type: Some(hook_type), ..self }
    }

    /// Answers with the fallback when the future that `timer` makes for each request completes before
    /// the answer is there. It spans the reading of the body too; before the body is there the answer is
    /// a 503, unless the layer knows the [type of the hook](Self::with_hook_type).
    ///
    /// Okta waits three seconds for an answer; 2.5 s leave time for the way back. What the service is
    /// doing then is dropped.
    pub fn with_deadline<N, F>(self, timer: N) -> InlineHookLayer<N>
    where
        N: Fn() -> F,
        F: Future<Output = ()>,
    {
        let Self { receiver, fallback, hook_type, .. } = self;
        InlineHookLayer { receiver, fallback, hook_type, deadline: timer }
    }
}

impl<S, T: Clone> Layer<S> for InlineHookLayer<T> {
    type Service = InlineHook<S, T>;

    fn layer(&self, inner: S) -> InlineHook<S, T> {
        InlineHook { inner, layer: self.clone() }
    }
}

impl<T> fmt::Debug for InlineHookLayer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InlineHookLayer")
            .field("receiver", &self.receiver)
            .field("fallback", &self.fallback)
            .field("hook_type", &self.hook_type)
            .finish_non_exhaustive()
    }
}

/// The service of [`InlineHookLayer`].
#[derive(Clone)]
pub struct InlineHook<S, T = fn() -> Pending<()>> {
    inner: S,
    layer: InlineHookLayer<T>,
}

impl<S> InlineHook<S> {
    /// What [`InlineHookLayer::new`] makes of `inner`.
    #[must_use]
    pub fn new(inner: S, receiver: Receiver, fallback: Fallback) -> Self {
        InlineHookLayer::new(receiver, fallback).layer(inner)
    }
}

impl<S, T> InlineHook<S, T> {
    /// The inner service.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service, to be changed.
    #[must_use]
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service alone.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: fmt::Debug, T> fmt::Debug for InlineHook<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inner, layer } = self;
        f.debug_struct("InlineHook").field("inner", inner).field("layer", layer).finish()
    }
}

impl<S, T, F, B> Service<Request<B>> for InlineHook<S, T>
where
    S: Service<inline::Request, Response = Answer> + Clone,
    S::Error: Into<BoxError>,
    T: Fn() -> F,
    F: Future<Output = ()>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Response = Response<ReplyBody>;
    type Error = Infallible;
    type Future = InlineHookFuture<S, F, B>;

    /// Always ready: the inner service is waited for when there is a request for it.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let span = RequestSpan::start_inline();
        let InlineHookLayer { receiver, fallback, hook_type, deadline } = &self.layer;
        let future = match receiver.check_inline(request.method(), request.headers()) {
            Ok(secret) => {
                let body = ReadBody::new(request, receiver.body_limit());
                let (inner, fallback) = (self.inner.clone(), fallback.clone());
                let (hook_type, deadline) = (hook_type.clone(), deadline());
                let future = InlineAnswerFuture::new(inner, fallback, hook_type, deadline, body);
                GuardFuture::inner(future, secret)
            }
            Err(rejection) => GuardFuture::refused(&rejection),
        };
        InlineHookFuture { future: Traced::new(span, future) }
    }
}

pin_project_lite::pin_project! {
    /// The future of [`InlineHook`].
    pub struct InlineHookFuture<S: Service<inline::Request>, F, B> {
        #[pin]
        future: Traced<GuardFuture<InlineAnswerFuture<S, F, B>>>,
    }
}

impl<S, F, B> Future for InlineHookFuture<S, F, B>
where
    S: Service<inline::Request, Response = Answer>,
    S::Error: Into<BoxError>,
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

impl<S: Service<inline::Request>, F, B> fmt::Debug for InlineHookFuture<S, F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InlineHookFuture").finish_non_exhaustive()
    }
}
