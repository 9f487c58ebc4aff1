//! One receiver as a process.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::{Core, SECRET, pin};

/// What to start.
pub struct Program {
    pub name: &'static str,
    /// Where it takes deliveries.
    pub path: &'static str,
    pub command: PathBuf,
    pub arguments: Vec<PathBuf>,
    pub environment: &'static [(&'static str, &'static str)],
}

impl Program {
    /// One that needs nothing but its name.
    #[must_use]
    pub fn new(name: &'static str, command: PathBuf, path: &'static str) -> Self {
        Self { name, path, command, arguments: Vec::new(), environment: &[] }
    }

    /// The same program of another build, whose directory `OTHER` names: to compare a change with what
    /// was before. `None` if it is not set.
    #[must_use]
    pub fn other(binary: &str, path: &'static str) -> Option<Self> {
        let directory = PathBuf::from(env::var_os("OTHER")?);
        Some(Self::new("the other build of ours", directory.join(binary), path))
    }
}

/// A process that listens. It is killed when this is dropped.
pub struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// In this directory, on the receiver's core.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start(program: &Program, directory: &Path) -> Self {
        pin(Core::Receiver);
        let child = Command::new(&program.command)
            .args(&program.arguments)
            .current_dir(directory)
            .env("LISTEN", "127.0.0.1:0")
            .env("PAGES", "127.0.0.1:0")
            .env("OKTA_HOOK_SECRET", SECRET)
            .envs(program.environment.iter().copied())
            .stdout(Stdio::piped())
            .spawn();
        pin(Core::Senders);
        let mut child = child.unwrap_or_else(|error| panic!("{}: {error}", program.name));
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let address = stdout
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Listening on http://").map(str::to_owned));
        Self { child, address: address.unwrap_or_else(|| panic!("{}: it ended", program.name)) }
    }

    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What it has had of a core so far; nothing where there is no `/proc`.
    pub(crate) fn cpu_time(&self) -> Duration {
        const TICKS_A_SECOND: f64 = 100.0;
        let status = fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let status = status.unwrap_or_default();
        // The name before them may have spaces.
        let fields = status.rsplit(") ").next().unwrap_or_default().split(' ');
        let ticks: f64 =
            fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        Duration::from_secs_f64(ticks / TICKS_A_SECOND)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Builds programs of this workspace as they would be deployed; returns the directory they are in.
///
/// # Panics
///
/// If that fails.
#[must_use]
pub fn build(packages: &[&str]) -> PathBuf {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--quiet", "--bins"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    for package in packages {
        cargo.args(["--package", package]);
    }
    assert!(cargo.status().expect("cargo is there").success(), "they are built");
    // target/release/deps/bench-…
    let bench = env::current_exe().expect("a program has a path");
    bench.ancestors().nth(2).expect("it is in a target directory").to_owned()
}
