//! What a delivery costs that is on disk before it is answered: `cargo bench -p peers --bench durable`.
//!
//! The disk is that of the target directory, or of the directory in `DISK`. `SENDERS` says how many
//! there are, `1,32,128` if not set.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use peers::{Program, Table, build, describe, express, rounds};

const ROUNDS: usize = 5;

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let machine = describe();
    let target = build(&["peers", "user-sync"]);
    let disk = std::env::var_os("DISK").map_or_else(|| target.clone(), PathBuf::from);
    let mut programs = vec![
        Program::new(
            "one commit per request (axum, rusqlite)",
            target.join("axum-commit"),
            "/hook",
        ),
        Program::new("`examples/user-sync`", target.join("user-sync"), "/userTransfer"),
    ];
    programs.extend(Program::other("user-sync", "/userTransfer"));
    programs.extend(express("Express and SQLite", "sqlite.js", &target));
    println!("medians of {ROUNDS} rounds, receiver and senders on a core each: {machine}");
    println!("the disk makes {:.0} writes of 4 KiB durable in a second", syncs(&disk));
    let mut table = Table::new(&["senders", "", "deliveries/s", "times", "CPU µs", "p99 ms"]);
    let senders = std::env::var("SENDERS").unwrap_or_else(|_| "1,32,128".to_owned());
    for senders in senders.split(',').filter_map(|senders| senders.parse().ok()) {
        let found = rounds(&programs, senders, ROUNDS, &disk);
        for it in &found {
            let cells = [
                it.name.to_owned(),
                format!("{:.0}", it.rate),
                format!("{:.1}", it.rate_beside_first),
                format!("{:.0}", it.cpu),
                format!("{:.2}", it.p99),
            ];
            table.row(&senders.to_string(), cells);
        }
    }
    table.print();
}

/// How often a second this disk makes a write of 4 KiB durable.
fn syncs(disk: &Path) -> f64 {
    let directory = tempfile::tempdir_in(disk).expect("a directory on this disk");
    let mut file = File::create(directory.path().join("syncs")).expect("a file");
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < Duration::from_secs(1) {
        file.write_all(&[7; 4096]).and_then(|()| file.sync_data()).expect("it is written");
        count += 1;
    }
    f64::from(count) / started.elapsed().as_secs_f64()
}
