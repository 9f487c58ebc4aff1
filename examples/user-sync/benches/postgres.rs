//! How many deliveries a second replicas over PostgreSQL make durable, and what that costs:
//! `cargo bench -p user-sync --features postgres --bench postgres`.
//!
//! The real program, a real server with its files in the target directory (or in the directory
//! `DISK`), and real sockets on this machine, which the senders share. Each delivery is one event of
//! about 5 KB that changes one of 1,000 users, answered after the server has it on disk
//! (`synchronous_commit` on, as is the default). Beside the program as it is stands the same with a
//! transaction for each delivery (`GROUP_COMMIT=1`); the senders share two replicas as a load
//! balancer would have them.
//!
//! Both ways are measured in short turns, one right after the other, each over a new database; the
//! figures are medians over the rounds, "times" of what each round found. The CPU time is that of all
//! replicas, and of all processes of the server, for each delivery.

mod load;
#[allow(dead_code)] // Tests need more of it.
#[path = "../tests/it/support/postgres.rs"]
mod server;

use std::env;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use load::program::processor_time;
use load::{Delivery, Program, syncs};
use server::Postgres;

const TURN: Duration = Duration::from_secs(2);
/// Connections, statements that are prepared, users that are new, and what was written before.
const WARM_UP: Duration = Duration::from_millis(500);
const ROUNDS: usize = 5;
const USERS: u64 = 1_000;

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    let disk = env::var_os("DISK").unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
    tempfile::env::override_temp_dir(Path::new(&disk)).expect("nobody has asked for it yet");
    let Some(server) = Postgres::start() else { return };
    let before = syncs(server.path(), WARM_UP, WARM_UP);
    let heads = ["senders", "replicas", "way", "1/s", "p50 ms", "p99 ms", "ours µs", "server µs"];
    println!("{} {:>6}", heads.map(|head| format!("{head:>10}")).join(" "), "times");
    for senders in [1, 32, 128] {
        for replicas in [1, 2] {
            compare(&server, senders, replicas);
        }
    }
    memory(&server);
    let after = syncs(server.path(), WARM_UP, WARM_UP);
    println!(
        "The disk made {before:.0} writes of 4 KiB a second durable before, {after:.0} after."
    );
}

fn compare(server: &Postgres, senders: usize, replicas: usize) {
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|_| ["1", "256"].map(|group| Turn::run(server, group, senders, replicas)))
        .collect();
    for (way, name) in ["one by one", "grouped"].into_iter().enumerate() {
        let of = |figure: fn(&Turn) -> f64| median(rounds.iter().map(|round| figure(&round[way])));
        print!("{senders:>10} {replicas:>10} {name:>10} {:>10.0}", of(|turn| turn.rate));
        print!(" {:>10.1} {:>10.1}", of(|turn| turn.p50), of(|turn| turn.p99));
        print!(" {:>10.0} {:>10.0}", of(|turn| turn.ours), of(|turn| turn.engine));
        let times = median(rounds.iter().map(|[one, grouped]| grouped.rate / one.rate));
        println!(" {}", if way == 1 { format!("{times:>6.1}") } else { String::new() });
    }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// What was found within two seconds.
struct Turn {
    rate: f64,
    /// In milliseconds.
    p50: f64,
    p99: f64,
    /// CPU time of a delivery, in microseconds.
    ours: f64,
    engine: f64,
}

impl Turn {
    fn run(server: &Postgres, group: &str, senders: usize, replicas: usize) -> Self {
        let stage = Stage::new(server, group, replicas);
        stage.load(senders, until(WARM_UP));
        let before = stage.processor_times();
        let started = Instant::now();
        let took = stage.load(senders, until(TURN));
        let seconds = started.elapsed().as_secs_f64();
        let after = stage.processor_times();
        let each = |time: Duration| time.as_micros() as f64 / took.len() as f64;
        let [p50, p99] = percentiles(took.clone(), [50, 99]);
        Self {
            rate: took.len() as f64 / seconds,
            p50,
            p99,
            ours: each(after.0 - before.0),
            engine: each(after.1 - before.1),
        }
    }
}

/// In milliseconds.
fn percentiles<const N: usize>(mut took: Vec<Duration>, wanted: [usize; N]) -> [f64; N] {
    took.sort_unstable();
    wanted.map(|percent| took[took.len() * percent / 100].as_secs_f64() * 1000.0)
}

fn until(turn: Duration) -> impl Fn(u64) -> bool + Send + Sync + 'static {
    let started = Instant::now();
    move |_| started.elapsed() < turn
}

/// What the program holds while 100,000 events go through it.
fn memory(server: &Postgres) {
    let stage = Stage::new(server, "256", 1);
    for thousands in [25, 50, 75, 100] {
        stage.load(32, |sent| sent < 25_000);
        if let Some(kilobytes) = stage.replicas[0].resident() {
            println!("{kilobytes:>10} KB in memory after {thousands},000 events");
        }
    }
}

/// Replicas over a new database.
struct Stage<'a> {
    server: &'a Postgres,
    replicas: Vec<Program>,
}

impl<'a> Stage<'a> {
    fn new(server: &'a Postgres, group: &str, replicas: usize) -> Self {
        server.sql("DROP DATABASE IF EXISTS sync WITH (FORCE)");
        server.sql("CREATE DATABASE sync");
        // Not while something is measured.
        server.sql("CHECKPOINT");
        let url = server.url_in("sync");
        let settings = [("DATABASE", &*url), ("GROUP_COMMIT", group)];
        let start = |_| Program::start(server.path(), &settings);
        Self { server, replicas: (0..replicas).map(start).collect() }
    }

    fn load(
        &self,
        senders: usize,
        goes_on: impl Fn(u64) -> bool + Send + Sync + 'static,
    ) -> Vec<Duration> {
        let addresses: Vec<_> = self.replicas.iter().map(|replica| &*replica.address).collect();
        load::run(&addresses, senders, &Delivery::about(USERS), goes_on)
    }

    /// Of the replicas, and of the server.
    fn processor_times(&self) -> (Duration, Duration) {
        let ours = self.replicas.iter().map(|replica| processor_time(replica.id())).sum();
        let pid = fs::read_to_string(self.server.path().join("data/postmaster.pid"));
        let pid = pid.ok().and_then(|lines| lines.lines().next()?.parse().ok());
        let pid: u32 = pid.expect("the server runs");
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        let children = children.unwrap_or_default();
        let children = children.split(' ').filter_map(|child| child.parse().ok());
        (ours, children.chain([pid]).map(processor_time).sum())
    }
}
