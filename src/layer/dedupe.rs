use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use tower_layer::Layer;
use tower_service::Service;

use super::oneshot::Oneshot;
use super::trace;
use crate::dedupe::{Claim, SeenEvents};
use crate::delivery::Delivery;

/// Hands each event to the inner service once, as far as [`SeenEvents`] remembers.
///
/// The inner service gets the delivery without the events that were handled before. When it returns
/// `Ok` they count as handled; when it fails, or its future is dropped (a timeout, a disconnect, a
/// panic), they do not, and the next delivery of them is handled. A delivery whose events are being
/// handled at this moment waits for the outcome; the deadline of a
/// [`HookLayer`](super::HookLayer) around it bounds that.
///
/// The response is `None` if there was nothing new and the inner service was not called.
///
/// What the inner service spawns and does not wait for is beyond this layer: it counts as handled
/// when the service returns.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use std::sync::Arc;
/// use okta_hooks::{Delivery, SeenEvents, layer::DedupeLayer};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let handled = Arc::new(AtomicUsize::new(0));
/// let counter = handled.clone();
/// let service = ServiceBuilder::new()
///     .layer(DedupeLayer::new(SeenEvents::with_capacity(100_000)))
///     .service(service_fn(move |delivery: Delivery| {
///         counter.fetch_add(delivery.events().len(), Ordering::Relaxed);
///         async { Ok::<_, std::io::Error>(()) }
///     }));
///
/// let delivery = Delivery::from_slice(
///     br#"{"eventId":"e1","data":{"events":[{"uuid":"u1","eventType":"user.session.start"}]}}"#,
/// )?;
/// assert_eq!(service.clone().oneshot(delivery.clone()).await?, Some(()));
/// assert_eq!(service.oneshot(delivery).await?, None);
/// assert_eq!(handled.load(Ordering::Relaxed), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is applied to a service"]
pub struct DedupeLayer {
    seen: SeenEvents,
    clock: fn() -> Instant,
}

impl DedupeLayer {
    /// A layer that goes by what `seen` remembers.
    pub fn new(seen: SeenEvents) -> Self {
        Self { seen, clock: Instant::now }
    }

    /// Sets the clock; the default is [`Instant::now`].
    pub fn with_clock(mut self, clock: fn() -> Instant) -> Self {
        self.clock = clock;
        self
    }
}

impl<S> Layer<S> for DedupeLayer {
    type Service = Dedupe<S>;

    fn layer(&self, inner: S) -> Dedupe<S> {
        Dedupe { inner, layer: self.clone() }
    }
}

/// The service of [`DedupeLayer`].
#[derive(Clone, Debug)]
pub struct Dedupe<S> {
    inner: S,
    layer: DedupeLayer,
}

impl<S> Dedupe<S> {
    /// What [`DedupeLayer::new`] makes of `inner`.
    #[must_use]
    pub fn new(inner: S, seen: SeenEvents) -> Self {
        DedupeLayer::new(seen).layer(inner)
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
}

impl<S: Service<Delivery> + Clone> Service<Delivery> for Dedupe<S> {
    type Response = Option<S::Response>;
    type Error = S::Error;
    type Future = DedupeFuture<S>;

    /// Always ready: the inner service is needed only when there is something new.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, delivery: Delivery) -> Self::Future {
        let stage = Stage::Claiming { delivery: Some(delivery) };
        DedupeFuture { service: self.clone(), stage }
    }
}

pin_project_lite::pin_project! {
    /// The future of [`Dedupe`].
    pub struct DedupeFuture<S: Service<Delivery>> {
        service: Dedupe<S>,
        #[pin]
        stage: Stage<S>,
    }
}

pin_project_lite::pin_project! {
    #[project = StageProj]
    enum Stage<S: Service<Delivery>> {
        Claiming { delivery: Option<Delivery> },
        // The handler comes first, and so is dropped before its claim is released.
        Handling { #[pin] future: Oneshot<S, Delivery>, claim: Option<Claim> },
    }
}

impl<S: Service<Delivery> + Clone> Future for DedupeFuture<S> {
    type Output = Result<Option<S::Response>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let DedupeLayer { seen, clock } = &this.service.layer;
        loop {
            let (delivery, claim) = match this.stage.as_mut().project() {
                StageProj::Claiming { delivery } => {
                    let waiting = delivery.as_mut().expect("polled after completion");
                    let sent = waiting.events().len();
                    let claim = ready!(seen.poll_claim(waiting, clock(), cx.waker()));
                    let new = if claim.is_some() { waiting.events().len() } else { 0 };
                    trace::claimed(new, sent);
                    match (delivery.take(), claim) {
                        (Some(delivery), Some(claim)) => (delivery, claim),
                        _ => return Poll::Ready(Ok(None)),
                    }
                }
                StageProj::Handling { future, claim } => {
                    let response = ready!(future.poll(cx));
                    let claim = claim.take().expect("polled after completion");
                    return Poll::Ready(response.map(|response| {
                        claim.commit(clock());
                        Some(response)
                    }));
                }
            };
            let future = Oneshot::new(this.service.inner.clone(), delivery);
            this.stage.set(Stage::Handling { future, claim: Some(claim) });
        }
    }
}

impl<S: Service<Delivery>> fmt::Debug for DedupeFuture<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DedupeFuture").finish_non_exhaustive()
    }
}
