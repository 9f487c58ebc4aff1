//! How much memory a body takes while it is read: a matter of its bytes, not of its frames.

#![cfg(feature = "tower")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame, SizeHint};
use okta_hooks::layer::{DecodeLayer, HookLayer};
use okta_hooks::{Delivery, Receiver};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

/// The system's allocator, how much of it is in use, and how much was at most.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let in_use = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(in_use, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a server reads from a socket at once, whatever came.
const READ_BUFFER: usize = 8 * 1024;

/// One byte per frame, each in a read buffer of its own, as a server passes on what arrives in
/// segments of one byte.
struct ByteByByte {
    left: usize,
    claimed: u64,
}

impl Body for ByteByByte {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(left) = self.left.checked_sub(1) else { return Poll::Ready(None) };
        self.left = left;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b' '; READ_BUFFER]).slice(..1)))))
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.claimed);
        hint
    }
}

/// The most memory in use at any time while `body` is answered, more than before, and the status.
async fn peak(body: ByteByByte, limit: usize) -> (usize, u16) {
    let service = ServiceBuilder::new()
        .layer(DecodeLayer::new(limit))
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    let before = IN_USE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let response = service.oneshot(Request::new(body)).await.unwrap_or_else(|never| match never {});
    (PEAK.load(Ordering::Relaxed) - before, response.status().as_u16())
}

/// Only one test at a time may count.
static COUNTING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Sends a request whose body comes in segments of one byte each, and returns the status line.
fn send_byte_by_byte(to: SocketAddr, length: usize) -> String {
    let mut stream = TcpStream::connect(to).expect("it listens");
    stream.set_nodelay(true).expect("a TCP socket");
    let head = format!(
        "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("it reads");
    for _ in 0..length {
        stream.write_all(b" ").expect("it reads");
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    String::from_utf8(answer.to_vec()).expect("HTTP is ASCII")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_comes_over_a_socket_byte_by_byte_takes_memory_for_its_bytes() {
    const LENGTH: usize = 60_000;
    let _alone = COUNTING.lock().await;
    let receiver = Receiver::with_insecure_no_auth().with_body_limit(LENGTH);
    let hook =
        HookLayer::new(receiver).layer(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().route_service("/", hook);
    tokio::spawn(async { axum::serve(listener, app).await });
    let before = IN_USE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let sent = tokio::task::spawn_blocking(move || send_byte_by_byte(address, LENGTH));
    assert_eq!(sent.await.unwrap(), "HTTP/1.1 400");
    let bytes = PEAK.load(Ordering::Relaxed) - before;
    println!("{bytes} bytes for a body of {LENGTH} over a socket");
    assert!(bytes < 1024 * 1024, "{bytes} bytes for a body of {LENGTH}");
}

#[tokio::test]
async fn a_body_takes_memory_for_its_bytes_and_not_for_its_frames() {
    const LIMIT: usize = 60_000;
    // A buffer that grows is in memory twice while it is copied.
    const MOST: usize = 2 * LIMIT + 2 * READ_BUFFER;
    let _alone = COUNTING.lock().await;

    let (bytes, status) = peak(ByteByByte { left: LIMIT, claimed: 0 }, LIMIT).await;
    println!("{bytes} bytes for a body of {LIMIT}");
    assert_eq!(status, 400, "spaces are not a delivery");
    assert!(bytes <= MOST, "{bytes} bytes for a body of {LIMIT}");

    let (bytes, status) = peak(ByteByByte { left: usize::MAX, claimed: 0 }, LIMIT).await;
    assert_eq!(status, 413);
    assert!(bytes <= MOST, "{bytes} bytes for a body that was refused");

    let claimed = 1024 * 1024 * 1024;
    let (bytes, _) = peak(ByteByByte { left: 1, claimed }, usize::MAX).await;
    assert!(bytes <= 2 * READ_BUFFER, "{bytes} bytes for a claim and one byte");
}

/// How much is in use at most while a body is answered that is made of `element` over and over, more than
/// before, for each of its bytes.
async fn peak_per_byte(element: &str) -> usize {
    const LENGTH: usize = 1 << 20;
    let elements = vec![element; LENGTH / (element.len() + 1)].join(",");
    let body = format!(r#"{{"data":{{"events":[{elements}]}}}}"#);
    let service = ServiceBuilder::new()
        .layer(DecodeLayer::new(usize::MAX).with_dead_letters(service_fn(async |letter| {
            drop(letter);
            Ok::<_, Infallible>(())
        })))
        .service(service_fn(async |_: Delivery| Ok::<_, Infallible>(())));
    let before = IN_USE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let request = Request::new(http_body_util::Full::new(Bytes::from(body)));
    let response = service.oneshot(request).await.unwrap_or_else(|never| match never {});
    assert_eq!(response.status(), 204);
    (PEAK.load(Ordering::Relaxed) - before) / LENGTH
}

#[tokio::test]
async fn what_is_kept_of_each_element_is_bounded_by_its_bytes() {
    let _alone = COUNTING.lock().await;
    for element in ["0", "{}", r#"{"eventType":"a"}"#, r#"{"eventType":"a","uuid":"\n"}"#] {
        let times = peak_per_byte(element).await;
        println!("{times} times the bytes of a body of {element}");
        assert!(times < 30, "{times} times the bytes of a body of {element}");
    }
}
