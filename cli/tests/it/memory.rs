//! What strangers send through a tunnel takes memory by its bytes, not by how it comes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use okta_hooks_testing::process::Server;
use serde_json::json;

use crate::PROGRAM;
use crate::emulator::{Org, next};
use crate::recorder::Recorder;

const MIB: u64 = 1024 * 1024;

/// An emulator with a recording proxy, and the proxy's address.
fn proxy(receiver: SocketAddr) -> (Server, SocketAddr) {
    let url = format!("http://{receiver}");
    let arguments = ["emulator", "--console", "127.0.0.1:0", "--forward", url.as_str()];
    let server = Server::start_with(PROGRAM, &arguments, &[]);
    let tunnel = server.announced("Forwarding");
    (server, tunnel)
}

fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

fn status(stream: &mut TcpStream) -> u16 {
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    std::str::from_utf8(&answer[9..]).ok().and_then(|status| status.parse().ok()).expect("a status")
}

/// Sends a body of so many bytes, each in a segment of its own, and returns the status.
fn byte_by_byte(to: SocketAddr, path: &str, bytes: usize) -> u16 {
    let mut stream = connect(to);
    let head = format!("POST {path} HTTP/1.1\r\nhost: {to}\r\ncontent-length: {bytes}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    for _ in 0..bytes {
        // Whoever has waited long enough hangs up.
        if stream.write_all(b" ").is_err() {
            break;
        }
    }
    status(&mut stream)
}

#[test]
fn a_body_that_comes_byte_by_byte_takes_no_more_memory_than_any_other() {
    let receiver = Recorder::start();
    let (server, tunnel) = proxy(receiver.address);
    let Some(before) = server.peak_memory() else { return };
    // On a busy machine all of it may take longer than Okta waits.
    assert!([204, 503].contains(&byte_by_byte(tunnel, "/hook", 60_000)));
    assert_eq!(byte_by_byte(server.address, "/admin/replay/999", 60_000), 404);
    let grown = server.peak_memory().unwrap() - before;
    assert!(grown < 32 * MIB, "{grown} bytes for 60,000");
}

#[test]
fn a_length_over_the_limit_is_refused_before_the_body_is_there() {
    let receiver = Recorder::start();
    let (_server, tunnel) = proxy(receiver.address);
    let mut stream = connect(tunnel);
    let head = "POST /hook HTTP/1.1\r\nhost: public.example\r\ncontent-length: 99999999\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(status(&mut stream), 413);
}

#[test]
fn a_body_that_does_not_arrive_ends_with_what_okta_sends_again_after() {
    let receiver = Recorder::start();
    let (_server, tunnel) = proxy(receiver.address);
    let mut stream = connect(tunnel);
    let head = "POST /hook HTTP/1.1\r\nhost: public.example\r\ncontent-length: 10\r\n\r\n{";
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(status(&mut stream), 503);
    assert!(receiver.next(Duration::from_millis(10)).is_none(), "no part of it is passed on");
}

/// What 800 changes of a large profile write to the log is 160 MB.
#[tokio::test]
async fn the_system_log_takes_no_more_memory_than_the_events_it_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("org.sqlite");
    let arguments = ["--data", data.to_str().unwrap(), "--keep-events", "100"];
    let org = Org::start(&arguments);
    let user = org.create_user("jo@example.com").await["id"].as_str().unwrap().to_owned();
    let change = async |n: usize| {
        let biography = format!("{n} {}", "x".repeat(100_000));
        let profile = json!({ "profile": { "biography": biography } });
        Org::ok(org.post(&format!("/api/v1/users/{user}"), profile).await);
    };
    for n in 0..150 {
        change(n).await;
    }
    let first = org.get("/api/v1/logs?limit=1").await;
    let Some(before) = org.server.peak_memory() else { return };
    for n in 150..800 {
        change(n).await;
    }
    let grown = org.server.peak_memory().unwrap() - before;
    assert!(grown < 48 * MIB, "{grown} bytes");

    // Whoever polls goes on with the oldest event that is there.
    let cursor = next(&first).unwrap();
    let kept = org.get(&cursor.replace("limit=1", "limit=1000")).await;
    assert_eq!(kept.json.as_array().unwrap().len(), 100);
    let end = next(&kept).unwrap();
    let newest = kept.json[99]["uuid"].clone();
    drop(org);
    let size = std::fs::metadata(&data).unwrap().len();
    assert!(size < 64 * MIB, "{size} bytes in the file");

    let org = Org::start(&arguments);
    let again = org.get("/api/v1/logs?limit=1000").await;
    assert_eq!(again.json.as_array().unwrap().len(), 100);
    assert_eq!(again.json[99]["uuid"], newest);
    let path = &end[end.find("/api/").unwrap()..];
    assert_eq!(org.get(path).await.json, json!([]), "the cursor is good in another process, too");
}
