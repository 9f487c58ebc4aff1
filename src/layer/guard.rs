use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::response_body::GuardBody;
use crate::auth::MatchedSecret;
use crate::receiver::{Inbound, Receiver};
use crate::rejection::Rejection;

/// Answers verifications, and hands on only authenticated deliveries.
///
/// HTTP in, HTTP out. A GET with a challenge is answered here; a wrong or missing secret is 401,
/// another method than GET and POST 405. Everything else reaches the inner service with its body
/// untouched, and with the [`MatchedSecret`] in its extensions. The response has it in its
/// extensions too, or, of what is refused, the [`Rejection`](crate::Rejection).
///
/// The inner service's error type is kept, and its response body may be of any type.
///
/// ```
/// use okta_hooks::{HeaderAuth, Receiver, layer::GuardLayer};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let receiver = Receiver::new(HeaderAuth::bearer("s3cret")?);
/// let service = ServiceBuilder::new().layer(GuardLayer::new(receiver)).service(service_fn(
///     |_: http::Request<String>| async { Ok::<_, std::io::Error>(http::Response::new(String::new())) },
/// ));
/// let request = http::Request::post("/hook").body("{}".to_owned())?;
/// assert_eq!(service.oneshot(request).await?.status(), 401);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is applied to a service"]
pub struct GuardLayer {
    receiver: Receiver,
}

impl GuardLayer {
    /// A layer that goes by the rules of `receiver`.
    pub fn new(receiver: Receiver) -> Self {
        Self { receiver }
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard::new(inner, self.receiver.clone())
    }
}

/// The service of [`GuardLayer`].
#[derive(Clone, Debug)]
pub struct Guard<S> {
    inner: S,
    receiver: Receiver,
}

impl<S> Guard<S> {
    /// What [`GuardLayer::new`] makes of `inner`.
    #[must_use]
    pub fn new(inner: S, receiver: Receiver) -> Self {
        Self { inner, receiver }
    }

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

    /// Hands `request` to `deliver` if it is a delivery, with the secret that came with it.
    pub(super) fn check<B, F>(
        &mut self,
        request: Request<B>,
        deliver: impl FnOnce(&mut S, Request<B>, Option<MatchedSecret>) -> F,
    ) -> GuardFuture<F> {
        match self.receiver.check(request.method(), request.headers()) {
            Ok(Inbound::Delivery { secret }) => {
                let future = deliver(&mut self.inner, request, secret);
                GuardFuture::inner(future, secret)
            }
            Ok(Inbound::Verification { challenge, secret }) => {
                GuardFuture { kind: Kind::reply(challenge.to_response()), secret }
            }
            Err(rejection) => GuardFuture::refused(&rejection),
        }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Guard<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Response = Response<GuardBody<ResBody>>;
    type Error = S::Error;
    type Future = GuardFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        self.check(request, |inner, mut request, secret| {
            secret.map(|secret| request.extensions_mut().insert(secret));
            inner.call(request)
        })
    }
}

pin_project_lite::pin_project! {
    /// The future of [`Guard`]. `Debug` does not show the answer it may hold.
    pub struct GuardFuture<F> {
        #[pin]
        kind: Kind<F>,
        secret: Option<MatchedSecret>,
    }
}

pin_project_lite::pin_project! {
    #[project = KindProj]
    enum Kind<F> {
        Inner { #[pin] future: F },
        Reply { response: Option<Response<Bytes>> },
    }
}

impl<F> GuardFuture<F> {
    /// The answer is that of `future`.
    pub(super) fn inner(future: F, secret: Option<MatchedSecret>) -> Self {
        Self { kind: Kind::Inner { future }, secret }
    }

    pub(super) fn refused(rejection: &Rejection) -> Self {
        Self { kind: Kind::reply(rejection.to_response()), secret: None }
    }
}

impl<F> Kind<F> {
    fn reply(response: Response<Bytes>) -> Self {
        Self::Reply { response: Some(response) }
    }
}

impl<F, B, E> Future for GuardFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<GuardBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = match this.kind.project() {
            KindProj::Inner { future } => ready!(future.poll(cx))?.map(GuardBody::inner),
            KindProj::Reply { response } => {
                response.take().expect("polled after completion").map(GuardBody::reply)
            }
        };
        this.secret.map(|secret| response.extensions_mut().insert(secret));
        Poll::Ready(Ok(response))
    }
}

impl<F> fmt::Debug for GuardFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardFuture").finish_non_exhaustive()
    }
}
