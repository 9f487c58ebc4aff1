//! How the service keeps and closes connections, and how it ends.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::routing::get;
use tokio::sync::oneshot;
use user_sync::server::{self, Limits};

use crate::support::http::Request;
use crate::support::process::PROGRAM;
use crate::support::sync::{SECRET, Sync, database, delivery, event};

/// How long an end may take: longer than the program says, since the machine may be busy.
const END: Duration = Duration::from_secs(30);

/// How long Okta waits for an answer.
const OKTA_WAITS: Duration = Duration::from_secs(3);

fn silent(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).expect("it listens")
}

/// A connection that sends no more than the beginning of a request.
fn half_sent(address: SocketAddr) -> TcpStream {
    let mut stream = silent(address);
    stream.write_all(b"POST /userTransfer HTTP/1.1\r\nhost: localhost\r\n").expect("it listens");
    stream
}

fn created(uuid: &str) -> serde_json::Value {
    event(uuid, "user.lifecycle.create", "00u1", "2026-01-01T00:00:00.000Z")
}

#[test]
fn it_ends_in_time_and_closes_the_database_though_requests_are_half_sent() {
    let directory = tempfile::tempdir().unwrap();
    let mut sync = Sync::start(directory.path(), &[]);
    let _streams = [half_sent(sync.hook), half_sent(sync.pages), silent(sync.hook)];
    assert_eq!(sync.deliver(&[created("u1")]), 204);
    sync.signal("TERM");
    let status = sync.wait(END).expect("it ends in time");
    assert!(status.success(), "{status}: {}", sync.output());
    let log = database(directory.path()).with_extension("db-wal");
    assert!(!log.exists(), "a database that is closed has no write-ahead log");
}

#[test]
fn it_serves_though_nobody_reads_what_it_prints() {
    let directory = tempfile::tempdir().unwrap();
    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().expect("it is there");
    let nobody = reader.stdin.take().expect("it is piped");
    reader.wait().expect("it ends");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = free.expect("a free port");
    let mut sync = Command::new(PROGRAM)
        .current_dir(directory.path())
        .env("LISTEN", address.to_string())
        .env("PAGES", "127.0.0.1:0")
        .env("OKTA_HOOK_SECRET", SECRET)
        .stdout(nobody)
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let answer = (0..600).find_map(|_| {
        thread::sleep(Duration::from_millis(100));
        delivery(&[created("u1")]).send(address).ok()
    });
    let was_running = sync.try_wait().expect("it can be waited for").is_none();
    let _ = sync.kill().and_then(|()| sync.wait());
    assert!(was_running);
    assert_eq!(answer.expect("it answers").status, 204);
}

#[test]
fn it_ends_at_once_at_a_second_signal() {
    let directory = tempfile::tempdir().unwrap();
    let mut sync = Sync::start(directory.path(), &[]);
    let _stream = half_sent(sync.hook);
    assert_eq!(sync.deliver(&[created("u1")]), 204);
    sync.signal("TERM");
    assert_eq!(sync.wait(Duration::from_secs(1)), None, "it waits for the request");
    sync.signal("INT");
    let status = sync.wait(Duration::from_secs(3)).expect("it ends at once");
    assert_eq!(status.code(), Some(1));
    // What was acknowledged is there, closed or not.
    let sync = Sync::start(directory.path(), &[]);
    assert_eq!(sync.events().len(), 1);
}

#[test]
fn okta_is_served_while_silent_and_half_sent_connections_would_take_every_file() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start_after("ulimit -n 64", directory.path(), &[]);
    let _silent: Vec<_> = (0..60).map(|_| silent(sync.hook)).collect();
    let _half: Vec<_> = (0..60).map(|_| half_sent(sync.hook)).collect();
    let _pages: Vec<_> = (0..60).map(|_| half_sent(sync.pages)).collect();
    for n in 0..5 {
        assert_eq!(sync.deliver(&[created(&format!("u{n}"))]), 204, "{}", sync.output());
    }
    assert_eq!(sync.events().len(), 5);
}

#[test]
fn no_answer_of_the_pages_is_kept_guessed_at_or_embedded_elsewhere() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[]);
    for path in
        ["/", "/page.js", "/getUsers", "/events", "/dead-letters", "/status", "/metrics", "/no"]
    {
        let answer = sync.get(path);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{path}");
        let kept = answer.header("cache-control");
        assert!(matches!(kept, Some("no-store" | "no-cache")), "{path}: {kept:?}");
        let personal = ["/getUsers", "/events", "/dead-letters"].contains(&path);
        assert!(!personal || kept == Some("no-store"), "{path}");
    }
}

#[test]
fn what_another_site_asks_for_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[]);
    let from = |path, site| {
        let request = Request::new("GET", path).header("sec-fetch-site", site);
        request.send(sync.pages).expect("an answer").status
    };
    for path in ["/", "/page.js", "/getUsers", "/status", "/metrics"] {
        assert_eq!(from(path, "cross-site"), 403, "{path}");
        assert_eq!(from(path, "same-origin"), 200, "{path}");
        assert_eq!(from(path, "none"), 200, "{path}");
    }
}

/// A server in this process that answers `/` at once and `/slow` a second after the body is there.
fn serve(limits: Limits) -> (SocketAddr, oneshot::Sender<()>) {
    let slow = get(|| async { tokio::time::sleep(Duration::from_secs(1)).await });
    let slow = slow.post(|_: Bytes| async { tokio::time::sleep(Duration::from_secs(1)).await });
    let router = Router::new().route("/", get(|| async {})).route("/slow", slow);
    let (address, started) = std::sync::mpsc::channel();
    let (stop, stopped) = oneshot::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            address.send(listener.local_addr().unwrap()).unwrap();
            let stopped = async { drop(stopped.await) };
            server::serve(listener, router, limits, stopped).await;
        });
    });
    (started.recv().unwrap(), stop)
}

fn ask(stream: &mut TcpStream, path: &str) -> String {
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    answer(stream)
}

/// What is sent before it is silent, or closed.
fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 1024];
    let length = stream.read(&mut bytes).unwrap_or(0);
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

#[track_caller]
fn assert_closed(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(END)).unwrap();
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
}

#[test]
fn idle_and_half_sent_connections_are_closed_in_time() {
    let limits = Limits { header_timeout: Duration::from_millis(300), ..Limits::new(100) };
    let (address, _stop) = serve(limits);
    let mut idle = silent(address);
    assert!(ask(&mut idle, "/").starts_with("HTTP/1.1 200"));
    for mut stream in [silent(address), half_sent(address), idle] {
        assert_closed(&mut stream);
    }
}

#[test]
fn the_connection_that_waited_longest_without_a_request_makes_room_for_one_more() {
    let (address, _stop) = serve(Limits::new(3));
    let mut handled = silent(address);
    write!(handled, "GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    thread::sleep(Duration::from_millis(100));
    let (mut first, mut second) = (silent(address), silent(address));
    thread::sleep(Duration::from_millis(100));
    assert!(ask(&mut first, "/").starts_with("HTTP/1.1 200"));
    let mut third = silent(address);
    assert!(ask(&mut third, "/").starts_with("HTTP/1.1 200"));
    assert_closed(&mut second);
    assert!(answer(&mut handled).starts_with("HTTP/1.1 200"), "what is handled gets its answer");
    assert!(ask(&mut first, "/").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_new_connection_is_answered_in_time_behind_many_that_say_nothing() {
    let (address, _stop) = serve(Limits::new(20));
    let _silent: Vec<_> = (0..200).map(|_| silent(address)).collect();
    let mut last = silent(address);
    last.set_read_timeout(Some(OKTA_WAITS)).unwrap();
    assert!(ask(&mut last, "/").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_new_connection_is_answered_in_time_behind_many_whose_bodies_never_end() {
    let (address, _stop) = serve(Limits::new(20));
    let post = |body: &[u8]| {
        let mut stream = silent(address);
        let head = b"POST /slow HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n";
        stream.write_all(&[head, body].concat()).expect("it listens");
        stream
    };
    let mut whole = post(b"123456789");
    let _slow: Vec<_> = (0..60).map(|_| post(b"1")).collect();
    let mut last = silent(address);
    last.set_read_timeout(Some(OKTA_WAITS)).unwrap();
    assert!(ask(&mut last, "/").starts_with("HTTP/1.1 200"));
    assert!(answer(&mut whole).starts_with("HTTP/1.1 200"), "what is handled gets its answer");
}

#[test]
fn who_is_being_answered_when_it_is_to_stop_gets_the_answer() {
    let (address, stop) = serve(Limits::new(100));
    let mut handled = silent(address);
    write!(handled, "GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    thread::sleep(Duration::from_millis(100));
    stop.send(()).unwrap();
    assert!(answer(&mut handled).starts_with("HTTP/1.1 200"));
    let started = Instant::now();
    while TcpStream::connect(address).is_ok() && started.elapsed() < END {
        thread::sleep(Duration::from_millis(10));
    }
    assert!(TcpStream::connect(address).is_err(), "nothing new is accepted");
}
