//! What the disk can do at all.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often a second this disk makes a write of 4 KiB durable, measured for `turn` after a `rest`.
pub fn syncs(directory: &Path, rest: Duration, turn: Duration) -> f64 {
    let mut file = File::create(directory.join("syncs")).expect("a file");
    std::thread::sleep(rest);
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < turn {
        file.write_all(&[7; 4096]).and_then(|()| file.sync_data()).expect("it is written");
        count += 1;
    }
    f64::from(count) / started.elapsed().as_secs_f64()
}
