//! `jetstream-hook` as a real process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub const SECRET: &str = "s3cret";

/// It is killed when dropped.
pub struct Program {
    child: Child,
    pub address: String,
    lines: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
    log: Arc<Mutex<String>>,
}

impl Program {
    pub fn receive(settings: &[(&str, &str)]) -> Self {
        let mut program = Self::start("receive", settings);
        let line = program.first_line("Listening on http://");
        program.address = line.trim_start_matches("Listening on http://").to_owned();
        program
    }

    pub fn consume(settings: &[(&str, &str)]) -> Self {
        let program = Self::start("consume", settings);
        program.first_line("Consuming ");
        program
    }

    /// A consumer whose standard output nobody reads: its handler fails.
    pub fn consume_into_nothing(settings: &[(&str, &str)]) -> Self {
        let mut child = command("consume", settings).spawn().expect("it starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        stdout.read_line(&mut String::new()).expect("its first line");
        drop(stdout);
        let log = read_all(child.stderr.take().expect("stderr is piped"));
        Self { child, address: String::new(), lines: Arc::default(), reader: None, log }
    }

    fn start(what: &str, settings: &[(&str, &str)]) -> Self {
        let mut child = command(what, settings).spawn().expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let read = lines.clone();
        let reader = thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                read.lock().expect("nobody panics with it").push(line);
            }
        });
        let log = read_all(child.stderr.take().expect("stderr is piped"));
        Self { child, address: String::new(), lines, reader: Some(reader), log }
    }

    fn first_line(&self, start: &str) -> String {
        until("its first line", || self.lines().into_iter().find(|line| line.starts_with(start)))
    }

    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("nobody panics with it").clone()
    }

    pub fn log(&self) -> String {
        self.log.lock().expect("nobody panics with it").clone()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_none()
    }

    /// With SIGKILL; all that it had printed.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("it runs");
        self.child.wait().expect("a child can be waited for");
        self.reader.take().map(JoinHandle::join);
        self.lines()
    }

    pub fn terminate(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().expect("kill").success());
        self.child.wait().expect("a child can be waited for")
    }

    /// The status of the answer, and the answer.
    pub fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let length = body.len();
        // Without headers an empty line here would end the request too early.
        let headers = if headers.is_empty() { "" } else { &format!("{headers}\r\n") };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             {headers}content-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("it takes a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }

    /// The status of the answer to a delivery.
    pub fn deliver(&self, body: &str) -> u16 {
        let answer = self.ask("POST", "/userCreated", &format!("authorization: {SECRET}"), body);
        answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(what: &str, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jetstream-hook"));
    command
        .arg(what)
        .env("LISTEN", "127.0.0.1:0")
        .env("OKTA_HOOK_SECRET", SECRET)
        .envs(settings.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub fn run(what: &str, settings: &[(&str, &str)]) -> Output {
    command(what, settings).output().expect("it runs")
}

fn read_all(mut from: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let log = Arc::new(Mutex::new(String::new()));
    let read = log.clone();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            read.lock().expect("nobody panics with it").push_str(&text);
        }
    });
    log
}

/// What `look` finds, as soon as it does.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited too long for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A delivery with one new user.
pub fn created(uuid: &str, login: &str) -> String {
    serde_json::json!({
        "source": "https://acme.okta.com/api/v1/eventHooks/who1",
        "eventId": format!("delivery-{uuid}"),
        "eventTime": "2026-01-01T00:00:01.000Z",
        "data": { "events": [{
            "uuid": uuid,
            "published": "2026-01-01T00:00:00.000Z",
            "eventType": "user.lifecycle.create",
            "target": [{ "type": "User", "id": format!("00u{uuid}"), "alternateId": login }],
        }]},
    })
    .to_string()
}

pub fn greeting(login: &str) -> String {
    format!("The user {login} has been added to the Okta org!")
}
