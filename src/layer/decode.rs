use std::convert::Infallible;
use std::fmt;
use std::future::{Future, Pending, pending};
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::BoxError;
use super::body_limit::ReadBody;
use super::dead_letter::{DeadLetter, Discard};
use super::decode_future::DecodeFuture;
use super::response_body::ReplyBody;
use crate::delivery::Delivery;

/// Turns a `Service<Delivery>` into an HTTP service that accepts **everybody's** requests: reads
/// the body, decodes it, and answers.
///
/// [`HookLayer`](super::HookLayer) is what a hook needs: this, behind the check of the secret. This
/// layer alone is for where something else makes sure that Okta sent a request, such as a
/// [`GuardLayer`](super::GuardLayer) around a whole router. It takes the longest body it reads, in
/// bytes, and answers as `HookLayer` does; only the answers about method, secret and challenge are
/// not among them.
///
/// ```
/// use okta_hooks::{Delivery, HeaderAuth, Receiver};
/// use okta_hooks::layer::{DecodeLayer, GuardLayer};
/// use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let hook = ServiceBuilder::new()
///     .layer(GuardLayer::new(Receiver::new(HeaderAuth::bearer("s3cret")?)))
///     // What has to be between the two stands here.
///     .layer(DecodeLayer::new(Receiver::DEFAULT_BODY_LIMIT))
///     .service(service_fn(async |_: Delivery| Ok::<_, std::io::Error>(())));
///
/// let request = http::Request::post("/hook").header("authorization", "Bearer s3cret");
/// let request = request.body(r#"{"data":{"events":[]}}"#.to_owned())?;
/// assert_eq!(hook.oneshot(request).await?.status(), 204);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a layer does nothing until it is applied to a service"]
pub struct DecodeLayer<D = Discard, T = fn() -> Pending<()>> {
    body_limit: usize,
    dead_letters: D,
    deadline: T,
}

impl DecodeLayer {
    /// A layer that reads bodies of at most `body_limit` bytes, has no deadline, and keeps nothing
    /// of what it refuses.
    pub fn new(body_limit: usize) -> Self {
        Self { body_limit, dead_letters: Discard, deadline: pending }
    }
}

impl<D, T> DecodeLayer<D, T> {
    /// Hands every [`DeadLetter`] to `service`, as
    /// [`HookLayer::with_dead_letters`](super::HookLayer::with_dead_letters) says.
    pub fn with_dead_letters<N>(self, service: N) -> DecodeLayer<N, T>
    where
        N: Service<DeadLetter>,
    {
        let Self { body_limit, deadline, .. } = self;
        DecodeLayer { body_limit, dead_letters: service, deadline }
    }

    /// Answers 503 when the future that `timer` makes for each request completes first, as
    /// [`HookLayer::with_deadline`](super::HookLayer::with_deadline) says.
    pub fn with_deadline<N, F>(self, timer: N) -> DecodeLayer<D, N>
    where
        N: Fn() -> F,
        F: Future<Output = ()>,
    {
        let Self { body_limit, dead_letters, .. } = self;
        DecodeLayer { body_limit, dead_letters, deadline: timer }
    }
}

impl<S, D: Clone, T: Clone> Layer<S> for DecodeLayer<D, T> {
    type Service = Decode<S, D, T>;

    fn layer(&self, inner: S) -> Decode<S, D, T> {
        Decode { inner, layer: self.clone() }
    }
}

impl<D, T> fmt::Debug for DecodeLayer<D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeLayer").field("body_limit", &self.body_limit).finish_non_exhaustive()
    }
}

/// The service of [`DecodeLayer`].
#[derive(Clone)]
pub struct Decode<S, D = Discard, T = fn() -> Pending<()>> {
    inner: S,
    layer: DecodeLayer<D, T>,
}

impl<S> Decode<S> {
    /// What [`DecodeLayer::new`] makes of `inner`.
    #[must_use]
    pub fn new(inner: S, body_limit: usize) -> Self {
        DecodeLayer::new(body_limit).layer(inner)
    }
}

impl<S, D, T> Decode<S, D, T> {
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

impl<S: fmt::Debug, D, T> fmt::Debug for Decode<S, D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inner, layer } = self;
        f.debug_struct("Decode").field("inner", inner).field("layer", layer).finish()
    }
}

impl<S, D, T, F, B> Service<Request<B>> for Decode<S, D, T>
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
    type Future = DecodeFuture<S, D, F, B>;

    /// Always ready: the inner service is waited for when there is a delivery, so that its failure
    /// to get ready has an answer too.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let DecodeLayer { body_limit, dead_letters, deadline } = &self.layer;
        let body = ReadBody::new(request, *body_limit);
        DecodeFuture::new(self.inner.clone(), dead_letters.clone(), deadline(), body)
    }
}
