//! nats-server as a real process, on a free port and in a directory of its own.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// It is killed when dropped.
pub struct Nats {
    directory: TempDir,
    port: u16,
    arguments: Vec<String>,
    child: Child,
}

impl Nats {
    /// `None`, and a line that says so, where there is no nats-server.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// With more arguments.
    pub fn start_with(arguments: &[&str]) -> Option<Self> {
        if Command::new("nats-server").arg("--version").output().is_err() {
            // Past the test harness, which shows nothing of a test that passes.
            let _ = writeln!(std::io::stderr(), "SKIPPED: there is no nats-server");
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory");
        let port = free_port();
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let child = spawn(&directory, port, &arguments);
        Some(Self { directory, port, arguments, child })
    }

    pub fn url(&self) -> String {
        format!("nats://{}", self.address())
    }

    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// With SIGKILL, and at once again over what it left.
    pub fn crash_and_restart(&mut self) {
        self.stop();
        self.child = spawn(&self.directory, self.port, &self.arguments);
    }

    /// With SIGKILL.
    pub fn stop(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
    }

    /// How long it has had a processor so far. Linux only.
    pub fn processor_time(&self) -> Duration {
        crate::process::processor_time(self.child.id())
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(directory: &TempDir, port: u16, arguments: &[String]) -> Child {
    let child = Command::new("nats-server")
        .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
        .arg(directory.path())
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nats-server starts");
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    child
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it listens").port()
}
