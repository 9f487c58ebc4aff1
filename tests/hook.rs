//! `HookLayer` as a tower service: it cannot be built without saying who may, and one deadline spans
//! the whole answer.

#![cfg(feature = "tower")]

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use okta_hooks::layer::{DeadLetter, DedupeLayer, HookLayer, ReplyBody};
use okta_hooks::{Delivery, HeaderAuth, MatchedSecret, Receiver, Rejection, SeenEvents};
use tokio::sync::Semaphore;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

const EVENT: &str =
    r#"{"eventId":"e1","data":{"events":[{"uuid":"u1","eventType":"user.session.start"}]}}"#;

fn receiver() -> Receiver {
    Receiver::new(HeaderAuth::new("x-secret", "s3cret").expect("a secret"))
}

fn post<B>(body: B) -> Request<B> {
    Request::post("/").header("x-secret", "s3cret").body(body).expect("a request")
}

async fn answer<S, B>(service: &S, request: Request<B>) -> Response<ReplyBody>
where
    S: Service<Request<B>, Response = Response<ReplyBody>, Error = Infallible> + Clone,
{
    service.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
}

#[tokio::test]
async fn only_an_authenticated_delivery_reaches_the_handler() {
    let handled = Arc::new(AtomicUsize::new(0));
    let counter = handled.clone();
    let hook = HookLayer::new(receiver()).layer(service_fn(move |_: Delivery| {
        counter.fetch_add(1, Ordering::Relaxed);
        async { Ok::<_, Infallible>(()) }
    }));
    let without = Request::post("/").body(EVENT.to_owned()).unwrap();
    assert_eq!(answer(&hook, without).await.status(), 401);
    let mut wrong = post(EVENT.to_owned());
    *wrong.method_mut() = http::Method::PUT;
    assert_eq!(answer(&hook, wrong).await.status(), 405);
    assert_eq!(handled.load(Ordering::Relaxed), 0);
    assert_eq!(answer(&hook, post(EVENT.to_owned())).await.status(), 204);
    assert_eq!(handled.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_verification_is_answered_with_its_challenge() {
    let hook = HookLayer::new(receiver())
        .layer(service_fn(async |_: Delivery| -> Result<(), Infallible> { panic!("handled") }));
    let request = Request::get("/")
        .header("x-secret", "s3cret")
        .header("x-okta-verification-challenge", "f7LkN2s0mE");
    let response = answer(&hook, request.body(String::new()).unwrap()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, r#"{"verification":"f7LkN2s0mE"}"#);
}

#[tokio::test]
async fn an_outer_layer_sees_which_of_the_accepted_secrets_came() {
    let auth = |value| HeaderAuth::new("x-secret", value).expect("a secret");
    let both = Receiver::new(auth("new").or(auth("s3cret")).expect("one header"));
    let hook = HookLayer::new(both).layer(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    let response = answer(&hook, post(EVENT.to_owned())).await;
    let secret: &MatchedSecret = response.extensions().get().expect("it was checked");
    assert_eq!((response.status().as_u16(), secret.index()), (204, 1));
    let wrong = Request::post("/").header("x-secret", "x").body(String::new()).unwrap();
    assert!(answer(&hook, wrong).await.extensions().get::<MatchedSecret>().is_none());
}

#[tokio::test]
async fn the_receivers_body_limit_holds() {
    let hook = HookLayer::new(receiver().with_body_limit(10))
        .layer(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    assert_eq!(answer(&hook, post(EVENT.to_owned())).await.status(), 413);
}

/// A body that never comes.
struct Stuck;

impl Body for Stuck {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

/// A timer that elapses once for each permit.
fn elapses_with(
    permits: &Arc<Semaphore>,
) -> impl Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Clone + use<> {
    let permits = permits.clone();
    move || {
        let permits = permits.clone();
        Box::pin(async move { permits.acquire().await.expect("it is open").forget() })
    }
}

fn assert_elapsed(response: &Response<ReplyBody>) {
    assert_eq!(response.status(), 503);
    assert_eq!(response.extensions().get(), Some(&Rejection::DeadlineElapsed));
}

#[tokio::test]
async fn a_body_that_does_not_arrive_within_the_deadline_is_503() {
    let layer = HookLayer::new(receiver()).with_deadline(|| std::future::ready(()));
    let hook = layer.layer(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    assert_elapsed(&answer(&hook, post(Stuck)).await);
}

#[tokio::test]
async fn one_deadline_spans_the_dead_letter_and_the_handler() {
    // The timer is asked for once, when the request arrives, and elapses while the handler is at
    // work: after the dead letter was kept, which takes its part of the time.
    let (timers, elapsed) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
    let timer = {
        let (timers, timer) = (timers.clone(), elapses_with(&elapsed));
        move || {
            timers.fetch_add(1, Ordering::Relaxed);
            timer()
        }
    };
    let keep = service_fn(async |_: DeadLetter| {
        tokio::task::yield_now().await;
        Ok::<_, Infallible>(())
    });
    let layer = HookLayer::new(receiver()).with_dead_letters(keep).with_deadline(timer);
    let hook = layer.layer(service_fn(move |_: Delivery| {
        elapsed.add_permits(1);
        std::future::pending::<Result<(), Infallible>>()
    }));
    let malformed = r#"{"data":{"events":[5,{"eventType":"a"}]}}"#;
    assert_elapsed(&answer(&hook, post(malformed.to_owned())).await);
    assert_eq!(timers.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_dead_letter_that_is_not_kept_within_the_deadline_is_503() {
    let keep =
        service_fn(async |_: DeadLetter| std::future::pending::<Result<(), Infallible>>().await);
    let layer =
        HookLayer::new(receiver()).with_dead_letters(keep).with_deadline(|| std::future::ready(()));
    let hook = layer
        .layer(service_fn(async |_: Delivery| -> Result<(), Infallible> { panic!("handled") }));
    assert_elapsed(&answer(&hook, post("oops".to_owned())).await);
}

#[tokio::test]
async fn what_is_done_in_time_is_answered_even_when_the_deadline_has_elapsed_too() {
    let layer = HookLayer::new(receiver()).with_deadline(|| std::future::ready(()));
    let hook = layer.layer(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    assert_eq!(answer(&hook, post(EVENT.to_owned())).await.status(), 204);
}

#[tokio::test]
async fn events_are_released_before_the_503_so_that_the_retry_is_handled() {
    let (calls, elapsed) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
    let handler = {
        let (calls, elapsed) = (calls.clone(), elapsed.clone());
        service_fn(move |_: Delivery| {
            let first = calls.fetch_add(1, Ordering::Relaxed) == 0;
            elapsed.add_permits(usize::from(first));
            async move {
                if first {
                    std::future::pending::<()>().await;
                }
                Ok::<_, Infallible>(())
            }
        })
    };
    let mut hook = ServiceBuilder::new()
        .layer(HookLayer::new(receiver()).with_deadline(elapses_with(&elapsed)))
        .layer(DedupeLayer::new(SeenEvents::with_capacity(100)))
        .service(handler);
    // The future of the first answer is still there: the claim must not depend on its end.
    let mut first = Box::pin(hook.call(post(EVENT.to_owned())));
    let response = first.as_mut().await.unwrap_or_else(|never| match never {});
    assert_elapsed(&response);
    assert_eq!(answer(&hook, post(EVENT.to_owned())).await.status(), 204);
    assert_eq!(answer(&hook, post(EVENT.to_owned())).await.status(), 204);
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    drop(first);
}

#[tokio::test]
async fn the_service_inside_can_be_seen_changed_and_taken_out() {
    #[derive(Clone, Debug, PartialEq)]
    struct Inside(u8);
    let mut hook = okta_hooks::layer::Hook::new(Inside(1), receiver());
    hook.get_mut().0 = 2;
    assert_eq!((hook.get_ref(), &hook.clone().into_inner()), (&Inside(2), &Inside(2)));
    let mut guard = okta_hooks::layer::Guard::new(Inside(1), receiver());
    guard.get_mut().0 = 2;
    assert_eq!((guard.get_ref(), &guard.clone().into_inner()), (&Inside(2), &Inside(2)));
    let mut decode = okta_hooks::layer::Decode::new(Inside(1), 10);
    decode.get_mut().0 = 2;
    assert_eq!((decode.get_ref(), &decode.clone().into_inner()), (&Inside(2), &Inside(2)));
    let mut dedupe = okta_hooks::layer::Dedupe::new(Inside(1), SeenEvents::with_capacity(1));
    dedupe.get_mut().0 = 2;
    assert_eq!((dedupe.get_ref(), &dedupe.clone().into_inner()), (&Inside(2), &Inside(2)));
}

#[test]
fn it_can_be_shared_between_threads() {
    fn shareable<T: Send + Sync + Clone + 'static>(_: &T) {}
    fn sent<T: Send + 'static>(_: T) {}
    let layer = HookLayer::new(receiver())
        .with_deadline(|| tokio::time::sleep(std::time::Duration::from_secs(1)));
    shareable(&layer);
    let hook = layer.layer(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    shareable(&hook);
    sent(async move { hook.oneshot(post(String::new())).await.map(drop) });
}
