//! The sync's page in a real browser, over two replicas that share a PostgreSQL database, and behind a
//! load balancer that has them answer in turn.

#[allow(dead_code)] // The sync's own tests need more of it.
#[path = "../../../examples/user-sync/tests/it/support/postgres.rs"]
mod postgres;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use okta_hooks_testing::axe;
use okta_hooks_testing::devtools::Page;
use okta_hooks_testing::http::Request;
use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;
use postgres::Postgres;
use serde_json::json;

fn replica(server: &Postgres, name: &str) -> Server {
    let settings = [
        ("OKTA_HOOK_SECRET", "s3cret"),
        ("PAGES", "127.0.0.1:0"),
        ("RUST_LOG", "off"),
        ("REPLICA", name),
        ("DATABASE", &*server.url()),
    ];
    Server::start_in(server.path(), binary("user-sync"), &settings)
}

fn send(to: &Server, uuid: &str, kind: &str, second: u32, id: &str, name: &str) {
    let target = json!([{"id": id, "type": "User", "alternateId": id, "displayName": name}]);
    let published = format!("2026-01-01T00:00:{second:02}.000Z");
    let event = json!({"uuid": uuid, "published": published, "eventType": kind, "target": target});
    let body = json!({"eventId": "e1", "data": {"events": [event]}}).to_string();
    let request = Request::new("POST", "/userTransfer").header("authorization", "s3cret");
    assert_eq!(request.body(body).send(to.address).unwrap().status, 204);
}

/// Has each request answered by the next of these servers.
fn balance(servers: [SocketAddr; 2]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let turn = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let turn = turn.clone();
            thread::spawn(move || forward(stream, &turn, servers));
        }
    });
    address
}

/// One request, which has no body.
fn forward(mut browser: TcpStream, turn: &AtomicUsize, servers: [SocketAddr; 2]) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        browser.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head).replace("keep-alive", "close");
    let turn = turn.fetch_add(1, Ordering::Relaxed);
    let connected = TcpStream::connect(servers[turn % 2]);
    let mut server = connected.or_else(|_| TcpStream::connect(servers[1 - turn % 2]))?;
    server.write_all(head.as_bytes())?;
    io::copy(&mut server, &mut browser).map(drop)
}

/// How often the page has asked for something so far.
fn requests(path: &str) -> String {
    format!(
        "performance.getEntriesByType('resource').filter(({{ name }}) => name.includes('/{path}')).length"
    )
}

fn wait_for_fact(page: &mut Page, label: &str, value: &str) {
    page.wait_until(&format!(
        "[...document.querySelectorAll('#status > div')].some((fact) => \
         fact.querySelector('dt').textContent === '{label}' && \
         fact.querySelector('dd').textContent === '{value}')"
    ));
}

#[test]
fn a_page_that_both_replicas_answer_in_turn_shows_the_whole_and_reads_what_has_changed_only() {
    let Some(server) = Postgres::start() else { return };
    let (one, two) = (replica(&server, "one"), replica(&server, "two"));
    send(&one, "a", "user.lifecycle.activate", 1, "00u1", "John Doe");
    let balanced = balance([one.announced("Pages"), two.announced("Pages")]);
    let Some(mut page) = Page::open(&format!("http://{balanced}/"), 1280, 800) else { return };
    page.wait_for("#users", "John Doe");
    page.wait_for("#replicas summary", "2 replicas");
    page.wait_for("#health", "Well.");
    let (read, asked) = (requests("getUsers"), requests("status"));
    let (before, status) = (page.eval(&read), page.eval(&asked));
    for name in ["one", "two", "one"] {
        page.wait_for("#replicas summary", &format!("{name} answered last"));
    }
    page.wait_until(&format!("{asked} >= {status} + 4"));
    assert_eq!(page.eval(&read), before, "nothing has changed");

    // Whichever of them takes the change, and whichever is asked.
    send(&two, "b", "user.lifecycle.suspend", 2, "00u1", "John Doe");
    page.wait_for("#users", "SUSPENDED");
    send(&one, "c", "user.lifecycle.unsuspend", 3, "00u1", "John Doe");
    page.wait_for("#users", "ACTIVE");
    send(&one, "c", "user.lifecycle.unsuspend", 3, "00u1", "John Doe");
    for (label, value) in [("Events", "3"), ("Deliveries", "4"), ("Duplicates", "1")] {
        wait_for_fact(&mut page, label, value);
    }
    page.click("#replicas summary");
    page.wait_until("document.querySelectorAll('#replicas tbody tr .good').length === 2");
    if let Some(axe) = axe::script() {
        for (width, scheme) in [(1280, "light"), (390, "dark")] {
            page.resize(width, 844);
            page.prefer(scheme);
            let faults = page.accessibility_faults(&axe);
            assert!(faults.is_empty(), "{scheme}, {width}: {faults}");
            assert_eq!(page.eval("document.documentElement.scrollWidth > innerWidth"), false);
        }
    }
    two.crash();
    page.wait_for("#health", "No sign of life from two");
    page.wait_for("#replicas summary", "1 replica");
}

#[test]
fn a_page_of_one_replica_follows_what_comes_to_the_other() {
    let Some(server) = Postgres::start() else { return };
    let (one, two) = (replica(&server, "one"), replica(&server, "two"));
    let url = format!("http://{}/", one.announced("Pages"));
    let Some(mut page) = Page::open(&url, 1280, 800) else { return };
    page.wait_for("#users", "Test User");
    send(&two, "a", "user.lifecycle.activate", 1, "00u1", "John Doe");
    page.wait_for("#users", "John Doe");
    page.wait_for("#replicas summary", "one answered last");
    assert!(two.terminate().0.success());
    page.wait_for("#replicas summary", "1 replica");
    page.wait_for("#health", "Well.");
}
