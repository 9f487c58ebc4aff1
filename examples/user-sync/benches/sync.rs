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

mod load;

use std::env;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use load::{Delivery, Program, syncs};

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
        let syncs = || syncs(directory, REST, TURN);
        let before = syncs();
        let alone = rate(directory, "1", senders);
        let between = syncs();
        let grouped = rate(directory, "256", senders);
        Self { disk: (before, between, syncs()), alone, grouped }
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

/// The program, over a new database.
fn start(directory: &Path, group: &str) -> Program {
    for file in ["users.db", "users.db-wal", "users.db-shm"] {
        let _ = fs::remove_file(directory.join(file));
    }
    Program::start(directory, &[("GROUP_COMMIT", group)])
}

/// Deliveries made durable in a second.
fn rate(directory: &Path, group: &str, senders: usize) -> f64 {
    let server = start(directory, group);
    std::thread::sleep(REST);
    let started = Instant::now();
    let going = move |_| started.elapsed() < TURN;
    let done = load::run(&[&server.address], senders, &Delivery::new(), going).len();
    done as f64 / started.elapsed().as_secs_f64()
}

/// What the program holds while 100,000 events go through it.
fn memory(directory: &Path) {
    let server = start(directory, "256");
    for thousands in [25, 50, 75, 100] {
        load::run(&[&server.address], 32, &Delivery::new(), |sent| sent < 25_000);
        if let Some(kilobytes) = server.resident() {
            println!("{kilobytes:>8} KB in memory after {thousands},000 events");
        }
    }
}
