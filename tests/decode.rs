//! `DecodeLayer` and `DedupeLayer` as tower services, and behind a real socket with `HookLayer`.

#![cfg(feature = "tower")]

use std::convert::Infallible;
use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full, Limited};
use okta_hooks::layer::{DeadLetter, DecodeLayer, DedupeLayer, HandlerError, HookLayer, ReplyBody};
use okta_hooks::{Delivery, HeaderAuth, Receiver, Rejection, SeenEvents};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

const LIMIT: usize = Receiver::DEFAULT_BODY_LIMIT;

fn receiver() -> Receiver {
    Receiver::new(HeaderAuth::new("x-secret", "s3cret").expect("a secret"))
}

fn body(event_id: &str, uuids: &[&str]) -> String {
    let event = |uuid: &&str| serde_json::json!({"uuid": uuid, "eventType": "user.session.start"});
    let events: Vec<_> = uuids.iter().map(event).collect();
    serde_json::json!({"eventId": event_id, "data": {"events": events}}).to_string()
}

async fn answer<S, B>(service: S, body: B) -> Response<ReplyBody>
where
    S: Service<Request<B>, Response = Response<ReplyBody>, Error = Infallible>,
{
    service.oneshot(Request::new(body)).await.unwrap_or_else(|never| match never {})
}

async fn body_of(response: Response<ReplyBody>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn success_is_204_with_an_empty_body_whatever_the_handler_returns() {
    let service = DecodeLayer::new(LIMIT);
    let service =
        ServiceBuilder::new().layer(service).service(service_fn(async |delivery: Delivery| {
            assert_eq!(delivery.events().len(), 2);
            Ok::<_, Infallible>("anything")
        }));
    let response = answer(service, body("e1", &["u1", "u2"])).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert!(response.body().is_end_stream());
    assert_eq!(body_of(response).await, "");
}

#[tokio::test]
async fn an_error_of_the_handler_is_503_and_goes_to_the_extensions_but_not_to_the_sender() {
    let service =
        ServiceBuilder::new().layer(DecodeLayer::new(LIMIT)).service(service_fn(async |_| {
            Err::<(), _>(std::io::Error::other("the password is hunter2"))
        }));
    let response = answer(service, body("e1", &[])).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.extensions().get(), Some(&Rejection::Unavailable));
    let error: &HandlerError = response.extensions().get().expect("it is there for tracing");
    assert!(error.get_ref().is::<std::io::Error>());
    assert_eq!(error.to_string(), "the password is hunter2");
    assert!(!body_of(response).await.contains("hunter2"));
}

/// A service that is never ready.
#[derive(Clone)]
struct NeverReady;

impl Service<Delivery> for NeverReady {
    type Response = ();
    type Error = std::io::Error;
    type Future = std::future::Pending<Result<(), std::io::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), std::io::Error>> {
        Poll::Ready(Err(std::io::Error::other("shut down")))
    }

    fn call(&mut self, _: Delivery) -> Self::Future {
        panic!("it is never ready")
    }
}

#[tokio::test]
async fn an_inner_service_that_fails_to_get_ready_is_503_too() {
    let service = ServiceBuilder::new().layer(DecodeLayer::new(LIMIT)).service(NeverReady);
    assert_eq!(answer(service, body("e1", &[])).await.status(), 503);
}

/// A body of many pieces that says `claimed` of its length and counts what was taken.
struct Pieces {
    left: usize,
    taken: Arc<AtomicUsize>,
    fails: bool,
    claimed: u64,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if self.left == 0 {
            return Poll::Ready(
                self.fails.then(|| Err(std::io::ErrorKind::ConnectionReset.into())),
            );
        }
        self.left -= 1;
        self.taken.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 1000])))))
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.claimed);
        hint
    }
}

#[tokio::test]
async fn no_more_than_the_limit_is_read() {
    let service = ServiceBuilder::new()
        .layer(DecodeLayer::new(10_000))
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    let taken = Arc::new(AtomicUsize::new(0));
    let endless = Pieces { left: usize::MAX, taken: taken.clone(), fails: false, claimed: 0 };
    let response = answer(service, endless).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(taken.load(Ordering::Relaxed), 11);
}

#[tokio::test]
async fn nothing_is_read_of_a_body_that_says_it_is_over_the_limit() {
    let service = ServiceBuilder::new()
        .layer(DecodeLayer::new(10_000))
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    let taken = Arc::new(AtomicUsize::new(0));
    let pieces = || Pieces { left: 11, taken: taken.clone(), fails: false, claimed: 0 };
    let claims = [
        Request::builder().header("content-length", "10001").body(pieces()),
        Request::builder().header("content-length", "99999999999999999999999").body(pieces()),
        Request::builder().body(Pieces { claimed: 10_001, ..pieces() }),
    ];
    for request in claims {
        let response = service.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let why: &Rejection = response.extensions().get().unwrap();
        assert_eq!(why.to_string(), "the body is longer than 10000 bytes");
    }
    assert_eq!(taken.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_limit_set_by_an_outer_layer_is_413_too() {
    let service = ServiceBuilder::new()
        .layer(DecodeLayer::new(LIMIT))
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    let limited = Limited::new(Full::new(Bytes::from_static(&[b' '; 100])), 10);
    assert_eq!(answer(service, limited).await.status(), 413);
}

#[tokio::test]
async fn a_connection_that_fails_within_the_body_is_503() {
    let service = ServiceBuilder::new()
        .layer(DecodeLayer::new(LIMIT))
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    let broken = Pieces { left: 3, taken: Arc::default(), fails: true, claimed: 0 };
    let response = answer(service, broken).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.extensions().get(), Some(&Rejection::Incomplete));
}

#[tokio::test]
async fn dead_letters_are_kept_before_anything_is_answered() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = kept.clone();
    let keep = service_fn(move |letter: DeadLetter| {
        keep.lock().unwrap().push((letter.to_string(), letter.raw().clone()));
        async { Ok::<_, Infallible>(()) }
    });
    let handler = kept.clone();
    let service = ServiceBuilder::new()
        .layer(DecodeLayer::new(LIMIT).with_dead_letters(keep))
        .service(service_fn(move |_: Delivery| {
            let kept_before = handler.lock().unwrap().len();
            async move { if kept_before == 2 { Ok(()) } else { Err("not kept") } }
        }));
    let refused = answer(service.clone(), "{\"password\": hunter2}".to_owned()).await;
    assert_eq!(refused.status(), 400);
    let malformed = r#"{"data":{"events":[5,{"eventType":"a"},{}]}}"#;
    assert_eq!(answer(service.clone(), malformed.to_owned()).await.status(), 204);
    assert_eq!(answer(service, body("e1", &["u1"])).await.status(), 204);
    let kept = kept.lock().unwrap();
    assert_eq!(
        *kept,
        [
            (
                "not valid JSON at line 1 column 14".to_owned(),
                Bytes::from("{\"password\": hunter2}")
            ),
            (
                "data.events[0]: expected an object, data.events[2].eventType: expected a string"
                    .to_owned(),
                Bytes::from(malformed)
            ),
        ]
    );
}

#[tokio::test]
async fn a_dead_letter_of_very_many_elements_names_only_the_first() {
    let told = Arc::new(Mutex::new(String::new()));
    let keep = told.clone();
    let keep = service_fn(move |letter: DeadLetter| {
        *keep.lock().unwrap() = letter.to_string();
        async { Ok::<_, Infallible>(()) }
    });
    let service = ServiceBuilder::new()
        .layer(DecodeLayer::new(LIMIT).with_dead_letters(keep))
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    let body = format!("{{\"data\":{{\"events\":[{}5]}}}}", "5,".repeat(99_999));
    assert_eq!(answer(service, body).await.status(), 204);
    let told = told.lock().unwrap();
    assert!(told.ends_with("data.events[2]: expected an object and 99997 more"), "{told}");
}

#[tokio::test]
async fn a_dead_letter_that_cannot_be_kept_is_503_so_that_okta_sends_it_once_more() {
    let full = service_fn(async |_: DeadLetter| Err::<(), _>("the disk is full"));
    let service = ServiceBuilder::new()
        .layer(DecodeLayer::new(LIMIT).with_dead_letters(full))
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    for body in ["oops", r#"{"data":{"events":[5]}}"#] {
        let response = answer(service.clone(), body.to_owned()).await;
        assert_eq!(response.status(), 503);
        let error = response.extensions().get::<HandlerError>().expect("why");
        assert_eq!(error.to_string(), "the disk is full");
    }
}

#[tokio::test]
async fn events_are_handled_although_the_dead_letter_beside_them_is_not_kept() {
    let handled = Arc::new(Mutex::new(Vec::new()));
    let seen = handled.clone();
    let handler = service_fn(move |delivery: Delivery| {
        seen.lock().unwrap().extend(delivery.events().iter().map(|it| it.event_type().to_string()));
        async { Ok::<_, Infallible>(()) }
    });
    let keep = service_fn(async |letter: DeadLetter| match letter.raw().len() {
        0..100 => Err("the disk is full"),
        _ => std::future::pending::<Result<(), _>>().await,
    });
    let layer = HookLayer::new(receiver()).with_dead_letters(keep);
    let hook = ServiceBuilder::new()
        .layer(layer.with_deadline(|| tokio::time::sleep(Duration::from_millis(50))))
        .layer(DedupeLayer::new(SeenEvents::with_capacity(100)))
        .service(handler);
    let mixed = r#"{"eventId":"e1","data":{"events":[5,{"uuid":"u1","eventType":"a"}]}}"#;
    let slow = mixed.replace("u1", "u2").replace("\"a\"", "\"b\"") + &" ".repeat(100);
    for body in [mixed, mixed, &slow] {
        let request =
            Request::post("/").header("x-secret", "s3cret").body(body.to_owned()).unwrap();
        assert_eq!(hook.clone().oneshot(request).await.unwrap().status(), 503);
    }
    assert_eq!(*handled.lock().unwrap(), ["a", "b"]);
}

#[tokio::test]
async fn a_panic_of_one_service_does_not_keep_the_other_from_its_end() {
    let done = Arc::new(Mutex::new(Vec::new()));
    let (kept, handled) = (done.clone(), done.clone());
    let keep = service_fn(move |letter: DeadLetter| {
        let kept = kept.clone();
        async move {
            assert!(letter.raw().len() < 100, "too long");
            tokio::task::yield_now().await;
            kept.lock().unwrap().push("kept");
            Ok::<_, Infallible>(())
        }
    });
    let handler = service_fn(move |delivery: Delivery| {
        let handled = handled.clone();
        async move {
            assert!(delivery.event_id() != Some("panic"), "a mistake");
            tokio::task::yield_now().await;
            handled.lock().unwrap().push("handled");
            Ok::<_, Infallible>(())
        }
    });
    let service = DecodeLayer::new(LIMIT).with_dead_letters(keep).layer(handler);
    let body = r#"{"eventId":"panic","data":{"events":[5,{"eventType":"a"}]}}"#;
    let long = body.replace("panic", "e1") + &" ".repeat(100);
    for (body, expected) in [(body, "kept"), (&long, "handled")] {
        let answer = tokio::spawn(answer(service.clone(), body.to_owned()));
        assert!(answer.await.unwrap_err().is_panic());
        assert_eq!(std::mem::take(&mut *done.lock().unwrap()), [expected]);
    }
}

#[tokio::test]
async fn an_error_is_told_although_the_other_service_is_late() {
    let keep = service_fn(async |_: DeadLetter| Err::<(), _>("the disk is full"));
    let handler =
        service_fn(async |_: Delivery| std::future::pending::<Result<(), Infallible>>().await);
    let layer = HookLayer::new(receiver()).with_dead_letters(keep);
    let hook = layer.with_deadline(|| tokio::time::sleep(Duration::from_millis(50))).layer(handler);
    let body = r#"{"data":{"events":[5,{"eventType":"a"}]}}"#.to_owned();
    let request = Request::post("/").header("x-secret", "s3cret").body(body).unwrap();
    let response = hook.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 503);
    let error: &HandlerError = response.extensions().get().expect("why");
    assert_eq!(error.to_string(), "the disk is full");
}

/// Serves a handler behind all layers on a socket of its own.
async fn serve<S>(handler: S) -> SocketAddr
where
    S: Service<Delivery, Response = ()> + Clone + Send + Sync + 'static,
    S::Error: Into<tower::BoxError> + Send,
    S::Future: Send,
{
    let hook = ServiceBuilder::new()
        .layer(HookLayer::new(receiver()))
        .layer(DedupeLayer::new(SeenEvents::with_capacity(10_000)))
        .service(handler);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().route_service("/", hook);
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// A whole request, after which the connection closes.
fn post(body: &str) -> Vec<u8> {
    let head = "POST / HTTP/1.1\r\nhost: x\r\nx-secret: s3cret\r\nconnection: close";
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

async fn send(to: SocketAddr, body: String) -> u16 {
    let exchange = async move {
        let mut stream = tokio::net::TcpStream::connect(to).await?;
        stream.write_all(&post(&body)).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = exchange.await.unwrap();
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

/// 1,000 posts of one delivery of three events at once, to a handler that fails the first time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_duplicates_at_once_one_is_handled_and_every_2xx_comes_after_its_success() {
    let calls = Arc::new(AtomicUsize::new(0));
    let handled = Arc::new(Mutex::new(Vec::new()));
    let done = Arc::new(AtomicBool::new(false));
    let handler = {
        let (calls, handled, done) = (calls.clone(), handled.clone(), done.clone());
        service_fn(move |delivery: Delivery| {
            let first = calls.fetch_add(1, Ordering::SeqCst) == 0;
            let (handled, done) = (handled.clone(), done.clone());
            async move {
                tokio::time::sleep(Duration::from_millis(200)).await;
                if first {
                    return Err("the first try fails");
                }
                let uuids = delivery.events().iter().filter_map(|event| event.uuid());
                handled.lock().unwrap().extend(uuids.map(str::to_owned));
                done.store(true, Ordering::SeqCst);
                Ok(())
            }
        })
    };
    let address = serve(handler).await;
    let senders: Vec<_> = (0..1_000)
        .map(|_| {
            let done = done.clone();
            tokio::spawn(async move {
                let status = send(address, body("e1", &["u1", "u2", "u3"])).await;
                (status, done.load(Ordering::SeqCst))
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for sender in senders {
        let (status, after_success) = sender.await.unwrap();
        assert!(status != 204 || after_success, "acknowledged before it was handled");
        statuses.push(status);
    }
    assert_eq!(statuses.iter().filter(|&&status| status == 503).count(), 1, "the first try");
    assert_eq!(statuses.iter().filter(|&&status| status == 204).count(), 999);
    assert_eq!(*handled.lock().unwrap(), ["u1", "u2", "u3"]);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

/// Tells when the future it is in was dropped.
struct OnDrop(Arc<Semaphore>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_while_it_is_handled_releases_its_claim() {
    let (started, dropped) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let calls = Arc::new(AtomicUsize::new(0));
    let handler = {
        let (started, dropped, calls) = (started.clone(), dropped.clone(), calls.clone());
        service_fn(move |_: Delivery| {
            let first = calls.fetch_add(1, Ordering::SeqCst) == 0;
            let (started, guard) = (started.clone(), OnDrop(dropped.clone()));
            async move {
                let _guard = guard;
                started.add_permits(1);
                if first {
                    std::future::pending::<()>().await;
                }
                Ok::<_, Infallible>(())
            }
        })
    };
    let address = serve(handler).await;
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(&post(&body("e1", &["u1"]))).unwrap();
    started.acquire().await.unwrap().forget();
    client.shutdown(Shutdown::Both).unwrap();
    drop(client);
    dropped.acquire().await.unwrap().forget();

    assert_eq!(send(address, body("e1", &["u1"])).await, 204);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_handler_that_panics_or_is_too_slow_releases_its_claim() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let service = ServiceBuilder::new()
        .layer(DecodeLayer::new(LIMIT))
        .timeout(Duration::from_millis(50))
        .layer(DedupeLayer::new(SeenEvents::with_capacity(100)))
        .service(service_fn(move |_: Delivery| {
            let call = counter.fetch_add(1, Ordering::SeqCst);
            async move {
                match call {
                    0 => panic!("the handler panics"),
                    1 => std::future::pending().await,
                    _ => Ok::<_, Infallible>(()),
                }
            }
        }));
    let panicking = tokio::spawn(answer(service.clone(), body("e1", &["u1"])));
    assert!(panicking.await.is_err_and(|error| error.is_panic()));
    let slow = answer(service.clone(), body("e1", &["u1"])).await;
    assert_eq!(slow.status(), 503);
    let error: &HandlerError = slow.extensions().get().unwrap();
    assert!(error.get_ref().is::<tower::timeout::error::Elapsed>());
    assert_eq!(answer(service.clone(), body("e1", &["u1"])).await.status(), 204);
    assert_eq!(answer(service, body("e1", &["u1"])).await.status(), 204);
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}
