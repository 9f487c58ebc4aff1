//! How many deliveries a second the SQLite sync makes durable: `cargo bench --bench sync`.
//!
//! The real program, a real file and real sockets on this machine, which the senders share. Each
//! delivery is one event of about 5 KB, answered after it is on disk. Beside the program as it is
//! stands the same with a transaction for each delivery (`GROUP_COMMIT=1`), and what the disk can
//! do at all: small writes, each followed by `fdatasync`.

use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PRETTY: &str = include_str!("delivery.json");
/// The event's id, but for its first part, which is the lower part of a time, as in Okta's.
const UUID: &str = "5c2f7c30-6b8a-11f0-b17c-0d9e52c6a8f4";

/// How long each way is measured, how often; the median counts, since other work comes and goes.
const MEASURED: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    build();
    let directory = tempfile::tempdir_in(".").expect("a directory on this disk");
    println!("{} syncs a second by the disk alone", syncs(directory.path()));
    println!("{:>8} {:>20} {:>14} {:>7}", "senders", "one by one (1/s)", "grouped (1/s)", "times");
    for senders in [1, 32, 256] {
        let (mut alone, mut grouped) = ([0; ROUNDS], [0; ROUNDS]);
        for round in 0..ROUNDS {
            alone[round] = rate(directory.path(), "1", senders);
            grouped[round] = rate(directory.path(), "256", senders);
        }
        let median = |mut rates: [u64; ROUNDS]| {
            rates.sort_unstable();
            rates[ROUNDS / 2]
        };
        let (alone, grouped) = (median(alone), median(grouped));
        let times = grouped as f64 / alone.max(1) as f64;
        println!("{senders:>8} {alone:>20} {grouped:>14} {times:>7.1}");
    }
    memory(directory.path());
}

fn build() {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built =
        Command::new(cargo).args(["build", "--release", "--example", "sqlite_sync"]).status();
    assert!(built.is_ok_and(|status| status.success()), "the example builds");
}

/// How often a second this disk takes a write of 4 KiB to heart.
fn syncs(directory: &Path) -> u64 {
    let mut file = File::create(directory.join("syncs")).expect("a file");
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < Duration::from_secs(2) {
        file.write_all(&[7; 4096]).and_then(|()| file.sync_data()).expect("it is written");
        count += 1;
    }
    count / 2
}

/// The program, over a new database.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(directory: &Path, group: &str) -> Self {
        for file in ["users.db", "users.db-wal", "users.db-shm"] {
            let _ = fs::remove_file(directory.join(file));
        }
        let program = env::current_exe().expect("a program has a path");
        let release = program.parent().and_then(Path::parent).expect("target/release/deps");
        let mut child = Command::new(release.join("examples/sqlite_sync"))
            .current_dir(directory)
            .env("OKTA_HOOK_SECRET", "s3cret")
            .env("LISTEN", "127.0.0.1:0")
            .env("PAGES", "127.0.0.1:0")
            .env("GROUP_COMMIT", group)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let address = stdout
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Listening on http://").map(str::to_owned));
        Self { child, address: address.expect("it listens") }
    }

    /// Kilobytes in memory now; `None` where there is no `/proc`.
    fn resident(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Deliveries made durable in a second.
fn rate(directory: &Path, group: &str, senders: usize) -> u64 {
    let server = Server::start(directory, group);
    let until = Instant::now() + MEASURED;
    let done = load(&server, senders, move |_| Instant::now() < until);
    done / MEASURED.as_secs()
}

/// What the program holds while 100,000 events go through it.
fn memory(directory: &Path) {
    let server = Server::start(directory, "256");
    for thousands in [25, 50, 75, 100] {
        load(&server, 32, |sent| sent < 25_000);
        if let Some(kilobytes) = server.resident() {
            println!("{kilobytes:>8} KB in memory after {thousands},000 events");
        }
    }
}

/// Sends deliveries on so many connections while `goes_on` says so of the number sent; returns how
/// many were accepted.
fn load(
    server: &Server,
    senders: usize,
    goes_on: impl Fn(u64) -> bool + Send + Sync + 'static,
) -> u64 {
    let goes_on = Arc::new(goes_on);
    let (sent, accepted) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..senders {
            let (goes_on, sent, accepted) = (goes_on.clone(), sent.clone(), accepted.clone());
            let address = server.address.clone();
            tasks.spawn(async move {
                let mut stream = TcpStream::connect(&address).await.expect("it listens");
                let mut delivery = Delivery::new();
                while goes_on(sent.fetch_add(1, Ordering::Relaxed)) {
                    if delivery.send(&mut stream).await.expect("it answers") {
                        accepted.fetch_add(1, Ordering::Relaxed);
                    } else {
                        // A refusal has a body, which is of no interest here.
                        stream = TcpStream::connect(&address).await.expect("it listens");
                    }
                }
            });
        }
        while tasks.join_next().await.is_some() {}
    });
    accepted.load(Ordering::Relaxed)
}

/// A request whose event gets a new id each time it is sent.
struct Delivery {
    request: Vec<u8>,
    /// Where the part of the id is that changes.
    id: usize,
}

impl Delivery {
    fn new() -> Self {
        let head = format!(
            "POST /userTransfer HTTP/1.1\r\nhost: localhost\r\nauthorization: s3cret\r\ncontent-length: {}\r\n\r\n",
            PRETTY.len()
        );
        let id = head.len() + PRETTY.find(UUID).expect("the event has its id");
        Self { request: (head + PRETTY).into_bytes(), id }
    }

    /// Whether a new delivery was accepted.
    async fn send(&mut self, stream: &mut TcpStream) -> std::io::Result<bool> {
        static TIME: AtomicU64 = AtomicU64::new(0);
        let time = TIME.fetch_add(997, Ordering::Relaxed) as u32;
        self.request[self.id..self.id + 8].copy_from_slice(format!("{time:08x}").as_bytes());
        stream.write_all(&self.request).await?;
        let mut answer = Vec::with_capacity(512);
        while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(answer.starts_with(b"HTTP/1.1 204"))
    }
}
