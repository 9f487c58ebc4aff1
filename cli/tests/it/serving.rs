//! How the emulator keeps and closes connections, and how it ends.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use okta_hooks_testing::http::Request;
use okta_hooks_testing::process::Server;

use crate::PROGRAM;

/// How long an end may take: longer than the program says, since the machine may be busy.
const END: Duration = Duration::from_secs(30);

/// A connection that sends no more than the beginning of a request.
fn half_sent(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(b"GET /admin/info HTTP/1.1\r\nhost: localhost\r\n").expect("it listens");
    stream
}

fn get(path: &'static str) -> Request {
    Request::new("GET", path)
}

#[track_caller]
fn assert_answers(address: SocketAddr) {
    let answer = get("/admin/info").host(&address.to_string()).send(address).expect("an answer");
    assert_eq!(answer.status, 200);
}

#[test]
fn the_emulator_ends_in_time_and_closes_its_file_though_requests_are_open() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("org.db");
    let arguments = ["emulator", "--data", file.to_str().unwrap()];
    let mut server = Server::start_with(PROGRAM, &arguments, &[]);
    let address = server.address;
    let _half = half_sent(address);
    let mut live = TcpStream::connect(address).unwrap();
    write!(live, "GET /admin/live HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    assert_answers(address);
    server.signal("TERM");
    let status = server.wait(END).expect("it ends in time");
    assert!(status.success(), "{status}");
    assert!(file.exists());
    assert!(!file.with_extension("db-wal").exists(), "a closed file has no write-ahead log");
}

#[test]
fn the_emulator_ends_at_once_at_a_second_signal() {
    let mut server = Server::start_with(PROGRAM, &["emulator"], &[]);
    let _half = half_sent(server.address);
    assert_answers(server.address);
    server.signal("TERM");
    assert_eq!(server.wait(Duration::from_millis(300)), None, "it waits for the request");
    server.signal("INT");
    let status = server.wait(Duration::from_secs(3)).expect("it ends at once");
    assert_eq!(status.code(), Some(1));
}

#[test]
fn the_emulator_answers_while_silent_connections_would_take_every_file() {
    let receiver = Server::start_with(PROGRAM, &["emulator"], &[]);
    let target = format!("http://{}", receiver.address);
    let arguments = ["emulator", "--console", "127.0.0.1:0", "--forward", &target];
    let server = Server::start_after("ulimit -n 64", PROGRAM, &arguments, &[]);
    let tunnel = server.announced("Forwarding");
    let connections = |to| (0..60).map(|_| half_sent(to)).collect::<Vec<_>>();
    let _silent = [connections(server.address), connections(tunnel)];
    assert_answers(server.address);
    let passed_on = get("/admin/info").send(tunnel).expect("an answer");
    assert_eq!(passed_on.status, 200, "{}", passed_on.text());
}
