//! Programs of this project as real processes.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A running program that has said where it listens. It is killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// What it printed before it said where it listens.
    pub welcome: Vec<String>,
    stdout: Option<BufReader<ChildStdout>>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(program: impl AsRef<OsStr>, settings: &[(&str, &str)]) -> Self {
        Self::start_in(&env::temp_dir(), program, settings)
    }

    /// Starts it with these arguments.
    pub fn start_with(
        program: impl AsRef<OsStr>,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> Self {
        Self::start_all(&env::temp_dir(), program, arguments, settings)
    }

    /// Starts it with this working directory.
    pub fn start_in(
        directory: &Path,
        program: impl AsRef<OsStr>,
        settings: &[(&str, &str)],
    ) -> Self {
        Self::start_all(directory, program, &[], settings)
    }

    /// Starts it from a shell that did this first, such as `ulimit -n 40` or `exec 2>/dev/full`.
    pub fn start_after(
        setup: &str,
        program: impl AsRef<OsStr>,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> Self {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{setup}; exec \"$0\" \"$@\"")).arg(program);
        shell.args(arguments);
        Self::spawn(&env::temp_dir(), shell, settings)
    }

    /// Starts it with this working directory and these arguments.
    pub fn start_all(
        directory: &Path,
        program: impl AsRef<OsStr>,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> Self {
        let mut command = Command::new(program);
        command.args(arguments);
        Self::spawn(directory, command, settings)
    }

    fn spawn(directory: &Path, mut command: Command, settings: &[(&str, &str)]) -> Self {
        let mut child = command
            .current_dir(directory)
            .env("LISTEN", "127.0.0.1:0")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (welcome, address) = listening(&mut stdout);
        Self { child, address, welcome, stdout: Some(stdout), lines: Arc::default() }
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

    /// Starts reading what it prints.
    pub fn read_output(&mut self) {
        let Some(stdout) = self.stdout.take() else { return };
        let lines = self.lines.clone();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                lines.lock().expect("nobody panics with it").push(line);
            }
        });
    }

    /// Closes our end of its standard output.
    pub fn close_output(&mut self) {
        self.stdout = None;
    }

    /// The most bytes it has had in memory so far; `None` where the kernel does not tell.
    pub fn peak_memory(&self) -> Option<u64> {
        self.memory("VmHWM:")
    }

    /// The bytes it has in memory now; `None` where the kernel does not tell.
    pub fn resident_memory(&self) -> Option<u64> {
        self.memory("VmRSS:")
    }

    fn memory(&self, name: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kilobytes * 1024)
    }

    /// The lines printed so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("nobody panics with it").clone()
    }

    /// How often a line was printed, once `expected` of them are there or it takes too long.
    #[track_caller]
    pub fn assert_printed(&self, line: &str, expected: usize) {
        let count = || self.lines().iter().filter(|printed| *printed == line).count();
        let deadline = Instant::now() + Duration::from_secs(10);
        while count() < expected && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(count(), expected, "{line}");
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// How it ended, once it has; `None` if it takes longer than this.
    pub fn wait(&mut self, at_most: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + at_most;
        loop {
            match self.child.try_wait().expect("a child can be waited for") {
                None if Instant::now() < deadline => thread::sleep(Duration::from_millis(10)),
                ended => return ended,
            }
        }
    }

    /// How long it has had a processor so far. Linux only.
    pub fn processor_time(&self) -> Duration {
        processor_time(self.child.id())
    }

    /// How many files and connections it has open now. Linux only.
    pub fn open_files(&self) -> usize {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        files.expect("it runs, on Linux").count()
    }

    /// Sends SIGTERM, waits for the end, and returns what was written to standard error.
    pub fn terminate(mut self) -> (ExitStatus, String) {
        self.signal("TERM");
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

/// How long a process has had a processor so far. Linux only.
#[must_use]
pub fn processor_time(id: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"));
    let stat = stat.expect("it runs, on Linux");
    // The name comes in brackets and may hold anything; user and system time are 12 further on.
    let (_, fields) = stat.rsplit_once(") ").expect("a name in brackets");
    let ticks = |n| fields.split(' ').nth(n).and_then(|ticks| ticks.parse().ok()).unwrap_or(0);
    Duration::from_millis(10 * (ticks(11) + ticks(12)))
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
