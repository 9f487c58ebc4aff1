//! How many deliveries a second the SQLite sync makes durable: `cargo bench -p user-sync`.
//!
//! The real program, a real file and real sockets on this machine, which the senders share. Each
//! delivery is one event of about 5 KB, answered after it is on disk. Beside the program as it is
//! stands the same with a transaction for each delivery (`GROUP_COMMIT=1`), and what the disk can
//! do at all: small writes, each followed by `fdatasync`. The disk is that of the target directory, or
//! of the directory in `DISK`.
//!
//! A disk that others use too changes its speed from second to second. So all three are measured
//! in short turns, one right after the other; a round counts if the disk was as quick after it as
//! before; and the figures are medians over the rounds, "times" of what each round found.
//!
//! Linux can hold a quick disk to a slower pace (as root, with version 1 of control groups; 254:0 is
//! the disk as `lsblk` numbers it, and a sync that appends takes about three writes):
//!
//! ```text
//! mkdir /sys/fs/cgroup/blkio/slow
//! echo '254:0 9000' > /sys/fs/cgroup/blkio/slow/blkio.throttle.write_iops_device
//! echo $$ > /sys/fs/cgroup/blkio/slow/cgroup.procs
//! cargo bench -p user-sync
//! ```

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

/// How long each way is measured in a round.
const TURN: Duration = Duration::from_millis(500);
/// What was written before may still be on its way to the disk.
const REST: Duration = Duration::from_millis(250);
/// How many rounds count.
const ROUNDS: usize = 7;

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    let disk = env::var_os("DISK").unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
    let directory = tempfile::tempdir_in(disk).expect("a directory on this disk");
    println!(
        "{:>8} {:>15} {:>17} {:>14} {:>6}",
        "senders", "disk (syncs/s)", "one by one (1/s)", "grouped (1/s)", "times"
    );
    for senders in [1, 32, 256] {
        let rounds = steady_rounds(directory.path(), senders);
        let median = |figure: fn(&Round) -> f64| {
            let mut figures: Vec<_> = rounds.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
        };
        println!(
            "{senders:>8} {:>15.0} {:>17.0} {:>14.0} {:>6.1}",
            median(|round| round.disk.1),
            median(|round| round.alone),
            median(|round| round.grouped),
            median(|round| round.grouped / round.alone),
        );
    }
    memory(directory.path());
}

/// What was found within a few seconds; each is a number a second.
struct Round {
    /// Before, between and after the others.
    disk: (f64, f64, f64),
    alone: f64,
    grouped: f64,
}

impl Round {
    fn run(directory: &Path, senders: usize) -> Self {
        let before = syncs(directory);
        let alone = rate(directory, "1", senders);
        let between = syncs(directory);
        let grouped = rate(directory, "256", senders);
        Self { disk: (before, between, syncs(directory)), alone, grouped }
    }

    /// Whether nobody else was at the disk, as far as that shows.
    fn is_steady(&self) -> bool {
        let (before, between, after) = self.disk;
        before.max(between).max(after) < 2.0 * before.min(between).min(after)
    }
}

/// As many rounds as count, unless they are too rare.
fn steady_rounds(directory: &Path, senders: usize) -> Vec<Round> {
    let mut steady = Vec::new();
    for tried in 1..=ROUNDS * 4 {
        let round = Round::run(directory, senders);
        let kept = if round.is_steady() { "" } else { ", not counted: the disk was uneven" };
        eprintln!(
            "{senders} senders, try {tried}: {:.0} one by one, {:.0} grouped{kept}",
            round.alone, round.grouped
        );
        steady.extend(Some(round).filter(Round::is_steady));
        if steady.len() == ROUNDS {
            break;
        }
    }
    steady
}

/// How often a second this disk makes a write of 4 KiB durable.
fn syncs(directory: &Path) -> f64 {
    let mut file = File::create(directory.join("syncs")).expect("a file");
    std::thread::sleep(REST);
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < TURN {
        file.write_all(&[7; 4096]).and_then(|()| file.sync_data()).expect("it is written");
        count += 1;
    }
    f64::from(count) / started.elapsed().as_secs_f64()
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
        let mut child = Command::new(env!("CARGO_BIN_EXE_user-sync"))
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
fn rate(directory: &Path, group: &str, senders: usize) -> f64 {
    let server = Server::start(directory, group);
    std::thread::sleep(REST);
    let started = Instant::now();
    let done = load(&server, senders, move |_| started.elapsed() < TURN);
    done as f64 / started.elapsed().as_secs_f64()
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
