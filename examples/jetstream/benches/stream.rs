//! How many deliveries a second the stream takes, and what that costs: `cargo bench -p jetstream-hook`.
//!
//! The real program, a real nats-server with its files in the target directory (or in the directory
//! `DISK`), and real sockets on this machine, which the senders share. Each delivery is one event of
//! about 4.5 KB, answered after the stream acknowledged it. The CPU time is that of `receive` and of
//! nats-server, for each delivery.
//!
//! `OTHER` names the directory of another build of the program, such as that of the commit before a
//! change: the two take turns.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const PRETTY: &str = include_str!("delivery.json");
/// The event's id, but for its first part, which is the lower part of a time, as in Okta's.
const UUID: &str = "5c2f7c30-6b8a-11f0-b17c-0d9e52c6a8f4";

const PROGRAM: &str = env!("CARGO_BIN_EXE_jetstream-hook");
const ROUNDS: usize = 3;
const TURN: Duration = Duration::from_secs(3);

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    if Command::new("nats-server").arg("--version").output().is_err() {
        eprintln!("SKIPPED: nats-server is not installed (Debian: apt install nats-server)");
        return;
    }
    let disk = env::var_os("DISK").unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
    let other = env::var_os("OTHER").map(|it| Path::new(&it).join("jetstream-hook"));
    let programs: Vec<_> = [Some(PathBuf::from(PROGRAM)), other].into_iter().flatten().collect();
    let heads = ["senders", "1/s", "p50 (ms)", "p99 (ms)", "receive (µs)", "nats-server (µs)"];
    println!("{}", heads.map(|head| format!("{head:>16}")).join(" "));
    for senders in [1, 32, 128] {
        let mut found: Vec<Vec<Round>> = programs.iter().map(|_| Vec::new()).collect();
        for _ in 0..ROUNDS {
            for (program, rounds) in programs.iter().zip(&mut found) {
                rounds.push(Round::run(program, Path::new(&disk), senders));
            }
        }
        for (program, rounds) in programs.iter().zip(found) {
            let note = if program == Path::new(PROGRAM) { "" } else { " the other build" };
            println!("{senders:>16} {}{note}", median(rounds));
        }
    }
}

fn median(mut rounds: Vec<Round>) -> String {
    rounds.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    let Round { rate, p50, p99, ours, engine } = &rounds[rounds.len() / 2];
    format!("{rate:>16.0} {p50:>16.1} {p99:>16.1} {ours:>16.0} {engine:>16.0}")
}

/// Three seconds with so many senders.
struct Round {
    rate: f64,
    /// In milliseconds.
    p50: f64,
    p99: f64,
    /// CPU time of a delivery, in microseconds.
    ours: f64,
    engine: f64,
}

impl Round {
    fn run(program: &Path, disk: &Path, senders: usize) -> Self {
        let directory = tempfile::tempdir_in(disk).expect("a directory on this disk");
        let (nats, url) = nats(directory.path());
        let (receiver, address) = receiver(program, &url);
        // Connections, the stream, and what is only slow the first time.
        load(&address, senders, Duration::from_millis(500));
        let before = (processor_time(&receiver.0), processor_time(&nats.0));
        let started = Instant::now();
        let mut took = load(&address, senders, TURN);
        let seconds = started.elapsed().as_secs_f64();
        assert!(!took.is_empty(), "no delivery was accepted");
        let count = took.len() as f64;
        let each = |now: Duration, then: Duration| (now - then).as_micros() as f64 / count;
        took.sort_unstable();
        let percentile = |n: usize| took[took.len() * n / 100].as_secs_f64() * 1000.0;
        Self {
            rate: count / seconds,
            p50: percentile(50),
            p99: percentile(99),
            ours: each(processor_time(&receiver.0), before.0),
            engine: each(processor_time(&nats.0), before.1),
        }
    }
}

/// It is killed when dropped.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn nats(directory: &Path) -> (Program, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it listens").port();
    drop(listener);
    let child = Command::new("nats-server")
        .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
        .arg(directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nats-server is installed");
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        thread::sleep(Duration::from_millis(10));
    }
    (Program(child), format!("nats://127.0.0.1:{port}"))
}

fn receiver(program: &Path, url: &str) -> (Program, String) {
    let mut child = Command::new(program)
        .arg("receive")
        .env("OKTA_HOOK_SECRET", "s3cret")
        .env("LISTEN", "127.0.0.1:0")
        .env("NATS_URL", url)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    let line = lines.next().expect("a line").expect("UTF-8");
    let address = line.strip_prefix("Listening on http://").expect("an address").to_owned();
    (Program(child), address)
}

/// How long a process has had a processor so far.
fn processor_time(child: &Child) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).expect("on Linux");
    let (_, fields) = stat.rsplit_once(") ").expect("a name in brackets");
    let ticks = |n| fields.split(' ').nth(n).and_then(|ticks| ticks.parse().ok()).unwrap_or(0);
    Duration::from_millis(10 * (ticks(11) + ticks(12)))
}

/// How long each delivery took that was accepted.
fn load(address: &str, senders: usize, turn: Duration) -> Vec<Duration> {
    let until = Instant::now() + turn;
    let sender = |_| {
        let address = address.to_owned();
        thread::spawn(move || send(&address, until))
    };
    let threads: Vec<_> = (0..senders).map(sender).collect();
    threads.into_iter().flat_map(|thread| thread.join().expect("it sends")).collect()
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_nodelay(true).expect("a socket");
    stream
}

fn send(address: &str, until: Instant) -> Vec<Duration> {
    static TIME: AtomicU64 = AtomicU64::new(0);
    let mut stream = connect(address);
    let length = PRETTY.len();
    let head = format!(
        "POST /userCreated HTTP/1.1\r\nhost: localhost\r\nauthorization: s3cret\r\ncontent-length: {length}\r\n\r\n"
    );
    let id = head.len() + PRETTY.find(UUID).expect("the event has its id");
    let delivery = PRETTY.find("\"eventId\": \"").expect("the delivery has its id");
    let delivery = head.len() + delivery + "\"eventId\": \"".len();
    let mut request = (head + PRETTY).into_bytes();
    let mut took = Vec::new();
    let mut answer = [0; 1024];
    while Instant::now() < until {
        let unique = format!("{:08x}", TIME.fetch_add(997, Ordering::Relaxed) as u32);
        request[id..id + 8].copy_from_slice(unique.as_bytes());
        request[delivery..delivery + 8].copy_from_slice(unique.as_bytes());
        let started = Instant::now();
        stream.write_all(&request).expect("it takes a request");
        let read = stream.read(&mut answer).expect("it answers");
        if answer[..read].starts_with(b"HTTP/1.1 204") {
            took.push(started.elapsed());
        } else {
            // A refusal has a body, which is of no interest here.
            stream = connect(address);
        }
    }
    took
}
