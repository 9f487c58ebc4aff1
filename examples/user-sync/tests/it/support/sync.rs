//! The service as a real process, with a real database in a directory of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http::{Request, Response};
use super::process::PROGRAM;

pub const SECRET: &str = "Basic hook-secret-of-the-tests";

/// How long something may take that happens sooner or later: far longer than it does.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running sync that has said where it listens. It is killed when dropped.
pub struct Sync {
    child: Child,
    pub hook: SocketAddr,
    pub pages: SocketAddr,
    output: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Sync {
    /// Starts it in `directory`, where its database is, with all logs.
    pub fn start(directory: &Path, settings: &[(&str, &str)]) -> Self {
        Self::start_through(Command::new(PROGRAM), directory, settings)
    }

    /// Starts it through a shell, which runs `before` first.
    pub fn start_after(before: &str, directory: &Path, settings: &[(&str, &str)]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{before}; exec \"$0\"")]).arg(PROGRAM);
        Self::start_through(shell, directory, settings)
    }

    pub fn start_through(
        mut command: Command,
        directory: &Path,
        settings: &[(&str, &str)],
    ) -> Self {
        let mut child = command
            .current_dir(directory)
            // One of its own, so that nothing of it is left over.
            .process_group(0)
            .env("LISTEN", "127.0.0.1:0")
            .env("PAGES", "127.0.0.1:0")
            .env("OKTA_HOOK_SECRET", SECRET)
            .env("RUST_LOG", "debug")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("an example starts");
        let output = Arc::default();
        let stdout = keep(child.stdout.take().expect("stdout is piped"), &output);
        let stderr = keep(child.stderr.take().expect("stderr is piped"), &output);
        let address = |before: &str| {
            let found = |output: &str| {
                let line = output.lines().find_map(|line| line.strip_prefix(before))?;
                line.split('/').next()?.parse().ok()
            };
            eventually(before, || found(&output.lock().expect("nobody panics with it")))
        };
        let (pages, hook) = (address("Pages     http://"), address("Listening on http://"));
        Self { child, hook, pages, output, readers: vec![stdout, stderr] }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends events to the hook as one delivery; returns the status.
    pub fn deliver(&self, events: &[Value]) -> u16 {
        delivery(events).send(self.hook).expect("the hook answers").status
    }

    pub fn get(&self, path: &'static str) -> Response {
        Request::new("GET", path).send(self.pages).expect("the pages answer")
    }

    /// What a page says, as JSON.
    pub fn json(&self, path: &'static str) -> Value {
        let response = self.get(path);
        assert_eq!(response.status, 200, "{path}: {}", response.text());
        let chunked = response.header("transfer-encoding").is_some();
        assert!(!chunked, "{path} comes in one piece");
        serde_json::from_slice(&response.body).expect("the page is JSON")
    }

    /// A user of `/getUsers`.
    pub fn user(&self, id: &str) -> Option<Value> {
        let users = self.json("/getUsers");
        users.as_array().expect("an array").iter().find(|user| user["id"] == id).cloned()
    }

    /// The latest events: their `uuid` and how they came, oldest first.
    pub fn events(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let events = self.json("/events?limit=1000");
        let events = events.as_array().expect("an array").iter().rev();
        events.map(|event| (text(&event["uuid"]), text(&event["origin"]))).collect()
    }

    /// A number of `/status`.
    pub fn count(&self, name: &str) -> u64 {
        self.json("/status")[name].as_u64().unwrap_or_else(|| panic!("{name} is a number"))
    }

    /// Waits until `/status` says that `name` is `count`.
    #[track_caller]
    pub fn assert_count(&self, name: &str, count: u64) {
        eventually(&format!("{name} is {count}: {}", self.output()), || {
            (self.count(name) == count).then_some(())
        });
    }

    /// Waits until a member of a user has this value.
    #[track_caller]
    pub fn assert_user(&self, id: &str, member: &str, value: &str) {
        eventually(&format!("{member} of {id} is {value}"), || {
            self.user(id).filter(|user| user[member] == value)
        });
    }

    /// What it has printed and logged so far.
    pub fn output(&self) -> String {
        self.output.lock().expect("nobody panics with it").clone()
    }

    /// Waits until a text has been printed or logged.
    #[track_caller]
    pub fn assert_logged(&self, text: &str) {
        eventually(text, || self.output().contains(text).then_some(()));
    }

    /// Whether it still runs.
    #[track_caller]
    pub fn assert_runs(&mut self) {
        assert_eq!(self.child.try_wait().expect("a child can be asked"), None, "{}", self.output());
    }

    /// Ends it as a power cut would, as far as a process can tell; returns all its output.
    pub fn kill(mut self) -> String {
        self.child.kill().expect("a child can be killed");
        self.end().1
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

    /// Sends SIGTERM and waits for the end; returns all its output.
    pub fn terminate(mut self) -> (ExitStatus, String) {
        self.signal("TERM");
        self.end()
    }

    fn end(&mut self) -> (ExitStatus, String) {
        let status = self.child.wait().expect("a child can be waited for");
        for reader in self.readers.drain(..) {
            reader.join().expect("output is UTF-8");
        }
        (status, self.output())
    }
}

impl Drop for Sync {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keep(pipe: impl Read + Send + 'static, output: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let output = output.clone();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines() {
            let line = line.expect("output is UTF-8");
            let mut output = output.lock().expect("nobody panics with it");
            output.push_str(&line);
            output.push('\n');
        }
    })
}

/// Waits for something that happens sooner or later.
#[track_caller]
pub fn eventually<T>(what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match check() {
            Some(found) => return found,
            None if Instant::now() > deadline => panic!("it did not happen: {what}"),
            None => thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// A delivery with these events, composed after the last of them.
pub fn delivery(events: &[Value]) -> Request {
    let published = events.iter().filter_map(|event| event["published"].as_str());
    let event_time = published.fold("2026-01-02T00:00:00.000Z", Ord::max);
    let body = json!({
        "eventType": "com.okta.event_hook",
        "eventTypeVersion": "1.0",
        "cloudEventsVersion": "0.1",
        "source": "https://acme.okta.com/api/v1/eventHooks/who8tsqyrhCdmetzx135",
        "eventId": "b5a188b9-5ece-4636-b041-482ffda96311",
        "eventTime": event_time,
        "contentType": "application/json",
        "data": { "events": events },
    });
    Request::new("POST", "/userTransfer")
        .header("authorization", SECRET)
        .header("content-type", "application/json")
        .body(body.to_string())
}

/// An event about a user, as Okta writes it.
pub fn event(uuid: &str, kind: &str, user: &str, published: &str) -> Value {
    json!({
        "uuid": uuid,
        "published": published,
        "eventType": kind,
        "version": "0",
        "severity": "INFO",
        "outcome": {"result": "SUCCESS", "reason": null},
        "target": [{
            "id": user,
            "type": "User",
            "alternateId": format!("{user}@example.com"),
            "displayName": "Name in an event",
            "detailEntry": null,
        }],
    })
}

/// What is in a file of a database, read by a process of its own: this one.
pub fn query<T: rusqlite::types::FromSql>(database: &Path, sql: &str) -> T {
    let connection = rusqlite::Connection::open(database).expect("a database opens");
    connection.busy_timeout(PATIENCE).expect("a timeout can be set");
    connection.query_row(sql, [], |row| row.get(0)).expect("a query has an answer")
}

/// The database in a directory.
pub fn database(directory: &Path) -> PathBuf {
    directory.join("users.db")
}
