//! How much memory many long deliveries take: no more than the sum of what each may have, and a little.

#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Barrier, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;

const SECRET: &str = "s3cret";
const DELIVERIES: usize = 200;
const LIMIT: usize = 1 << 20;
/// The program itself, and what its allocator keeps for later.
const BESIDES: usize = 64 << 20;

/// One at a time: senders that wait for each other's processor would time out, and what is measured
/// then is less, or other, than what is meant.
static ALONE: Mutex<()> = Mutex::new(());

struct Program {
    server: Server,
    path: &'static str,
    most: u64,
    _directory: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Program {
    /// `read_ahead` is how many bytes of a connection its server has read at most, before they are a
    /// part of a body.
    fn start(name: &str, path: &'static str, read_ahead: usize) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = tempfile::tempdir().unwrap();
        let settings = [("OKTA_HOOK_SECRET", SECRET), ("PAGES", "127.0.0.1:0")];
        let mut server = Server::start_in(directory.path(), binary(name), &settings);
        server.read_output();
        let most = (DELIVERIES * (LIMIT + read_ahead) + BESIDES) as u64;
        Self { server, path, most, _directory: directory, _alone: alone }
    }

    fn head(&self, framing: &str) -> String {
        format!(
            "POST {} HTTP/1.1\r\nhost: localhost\r\nauthorization: {SECRET}\r\n{framing}\r\n\r\n",
            self.path
        )
    }

    #[track_caller]
    fn assert_memory(&self) {
        let most = self.server.peak_memory().expect("it runs, on Linux");
        assert!(most < self.most, "{} MiB at most, {} MiB allowed", most >> 20, self.most >> 20);
        println!("{} MiB", most >> 20);
    }
}

fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

fn status(stream: &mut TcpStream) -> String {
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

/// A delivery of one event that is just as long as allowed.
fn longest(n: usize) -> Vec<u8> {
    let before = format!(
        r#"{{"eventId":"m{n}","data":{{"events":[{{"uuid":"m{n}","eventType":"user.lifecycle.create","target":[{{"id":"00u{n}","type":"User"}}],"debugContext":{{"debugData":{{"x":""#
    );
    let after = r#""}}}]}}"#;
    let filling = "x".repeat(LIMIT - before.len() - after.len());
    (before + &filling + after).into_bytes()
}

/// All but the last byte of each, then of all the last: every body is held at the same time.
fn at_once(program: &Program) {
    let head = program.head(&format!("content-length: {LIMIT}"));
    let address = program.server.address;
    let held = Arc::new(Barrier::new(DELIVERIES));
    let send = |n| {
        let (head, held) = (head.clone(), held.clone());
        move || {
            let body = longest(n);
            let mut stream = connect(address);
            stream.write_all(head.as_bytes()).unwrap();
            // Who is answered before has been told that it took too long.
            let _ = stream.write_all(&body[..LIMIT - 1]);
            held.wait();
            let _ = stream.write_all(&body[LIMIT - 1..]);
            status(&mut stream)
        }
    };
    let senders: Vec<_> = (0..DELIVERIES).map(|n| thread::spawn(send(n))).collect();
    for sender in senders {
        let status = sender.join().unwrap();
        assert!(["HTTP/1.1 204", "HTTP/1.1 503"].contains(&&*status), "{status}");
    }
    program.assert_memory();
}

/// As many bytes as there is time for, each in a segment of its own.
fn byte_by_byte(program: &Program, framing: &str, piece: &[u8]) {
    let head = program.head(framing);
    let mut streams: Vec<_> = (0..DELIVERIES).map(|_| connect(program.server.address)).collect();
    for stream in &mut streams {
        stream.write_all(head.as_bytes()).unwrap();
    }
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        for stream in &mut streams {
            let _ = stream.write_all(piece);
        }
    }
    program.assert_memory();
}

macro_rules! bounded {
    ($($module:ident: $program:literal, $path:literal, $read_ahead:expr;)*) => {$(
        mod $module {
            use super::*;

            #[test]
            fn two_hundred_of_the_longest_deliveries_at_once_take_what_they_may_and_little_more() {
                at_once(&Program::start($program, $path, $read_ahead));
            }

            #[test]
            fn two_hundred_deliveries_byte_by_byte_take_no_more() {
                let length = format!("content-length: {LIMIT}");
                byte_by_byte(&Program::start($program, $path, $read_ahead), &length, b" ");
            }

            #[test]
            fn two_hundred_deliveries_in_chunks_of_a_byte_take_no_more() {
                let chunked = "transfer-encoding: chunked";
                byte_by_byte(&Program::start($program, $path, $read_ahead), chunked, b"1\r\n \r\n");
            }
        }
    )*};
}

bounded! {
    // What hyper reads ahead if it is not told otherwise.
    axum: "axum-hook", "/userCreated", 408 << 10;
    user_sync: "user-sync", "/userTransfer", 64 << 10;
}
