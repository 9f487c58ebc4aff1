//! The sync as a real process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running sync. It is killed when dropped.
pub struct Program {
    child: Child,
    pub address: String,
}

impl Program {
    pub fn start(directory: &Path, settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_user-sync"))
            .current_dir(directory)
            .env("OKTA_HOOK_SECRET", "s3cret")
            .env("LISTEN", "127.0.0.1:0")
            .env("PAGES", "127.0.0.1:0")
            .envs(settings.iter().copied())
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

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kilobytes in memory now; `None` where there is no `/proc`.
    pub fn resident(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok())
    }
}

/// How long a process, and those of its children that have ended, had a processor so far. Linux only.
pub fn processor_time(id: u32) -> Duration {
    let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else { return Duration::ZERO };
    // The name comes in brackets and may hold anything.
    let (_, fields) = stat.rsplit_once(") ").expect("a name in brackets");
    let ticks: u64 = fields.split(' ').skip(11).take(4).filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks)
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
