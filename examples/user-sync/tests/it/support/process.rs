//! The examples as real processes.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

/// The service.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_user-sync");

/// A running example that has said where it listens. It is killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// What it printed before it said where it listens.
    pub welcome: Vec<String>,
    /// Open as long as it runs: what it prints has somewhere to go.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts it with this working directory.
    pub fn start_in(directory: &Path, settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(PROGRAM)
            .current_dir(directory)
            .env("LISTEN", "127.0.0.1:0")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("an example starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (welcome, address) = listening(&mut stdout);
        Self { child, address, welcome, _stdout: stdout }
    }

    /// The most memory it has held so far, in MiB; `None` where there is no `/proc`.
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
    }

    /// The address in the line that announces it.
    #[track_caller]
    pub fn announced(&self, name: &str) -> SocketAddr {
        let line =
            self.welcome.iter().find(|line| line.starts_with(name)).expect("it is announced");
        let (_, url) = line.split_once("http://").expect("a URL");
        url.split('/').next().and_then(|address| address.parse().ok()).expect("an address")
    }

    /// Ends it as a crash would: with SIGKILL.
    pub fn crash(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("a child can be waited for");
    }

    /// Sends SIGTERM, waits for the end, and returns what was written to standard error.
    pub fn terminate(mut self) -> (ExitStatus, String) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs");
        assert!(killed.success());
        let status = self.child.wait().expect("a child can be waited for");
        let mut errors = String::new();
        let stderr = self.child.stderr.take().expect("stderr is piped");
        BufReader::new(stderr).read_to_string(&mut errors).expect("logs are UTF-8");
        (status, errors)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listening(stdout: &mut impl BufRead) -> (Vec<String>, SocketAddr) {
    let mut welcome = Vec::new();
    for line in stdout.lines() {
        let line = line.expect("output is UTF-8");
        if let Some(address) = line.strip_prefix("Listening on http://") {
            return (welcome, address.parse().expect("an address"));
        }
        welcome.push(line);
    }
    panic!("it ended before it listened: {welcome:?}");
}
