//! The emulator as a process of its own, and an org with people in it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use okta_hooks_testing::process::processor_time;
use serde_json::{Value, json};

use crate::connection::Connection;

/// Killed when dropped.
pub struct Org {
    child: Child,
    pub address: String,
    pub token: String,
    /// From before the process was started until a request was answered.
    pub started_in: Duration,
}

impl Org {
    pub fn start(program: &Path, arguments: &[&str]) -> Self {
        Self::spawn(Command::new(program), arguments)
    }

    /// Starts it where it has the last core alone, as far as others leave it that one.
    pub fn start_on_one_core(program: &Path, arguments: &[&str]) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut command = Command::new("taskset");
        command.arg("-c").arg((cores - 1).to_string()).arg(program);
        Self::spawn(command, arguments)
    }

    fn spawn(mut command: Command, arguments: &[&str]) -> Self {
        let always =
            ["emulator", "--listen", "127.0.0.1:0", "--json", "--rate-limit", "4294967295"];
        command.args(always).args(arguments).stdout(Stdio::piped());
        let start = Instant::now();
        let program = command.get_program().to_owned();
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("{}: {error}", display(&program)));
        let mut welcome = String::new();
        let stdout = child.stdout.as_mut().expect("it is piped");
        BufReader::new(stdout).read_line(&mut welcome).expect("a line");
        let welcome: Value = serde_json::from_str(&welcome).expect("JSON");
        let member = |name: &str| welcome[name].as_str().expect("a string").to_owned();
        let address = member("url").replace("http://", "");
        let mut org = Self { child, address, token: member("token"), started_in: start.elapsed() };
        Connection::open(&org).get("/api/v1/users?limit=1");
        org.started_in = start.elapsed();
        org
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn processor_time(&self) -> Duration {
        processor_time(self.child.id())
    }
}

impl Drop for Org {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn display(program: &OsStr) -> String {
    program.to_string_lossy().into_owned()
}

/// People, a tenth of them in Sales, which a rule puts into a group.
pub fn fill(program: &Path, data: &Path, users: usize) {
    let org = Org::start(program, &["--data", data.to_str().expect("a path in UTF-8")]);
    let mut connection = Connection::open(&org);
    let mut post = |path: &str, body: Value| -> Value {
        let answer = connection.send("POST", path, &body.to_string());
        serde_json::from_slice(answer).unwrap_or_default()
    };
    for n in 0..users {
        let login = format!("user{n}@example.com");
        let department = ["Sales", "Support", "Engineering", "Finance", "Legal"][n % 10 / 2];
        let department = if n % 10 == 1 { "Operations" } else { department };
        post(
            "/api/v1/users",
            json!({ "profile": {
                "login": login, "email": login, "firstName": "Person", "lastName": format!("Number {n}"),
                "department": department, "employeeNumber": n.to_string(), "city": "Berlin", "title": "Clerk",
            } }),
        );
    }
    let sales = post("/api/v1/groups", json!({ "profile": { "name": "Sales" } }));
    let expression =
        json!({ "value": "user.department==\"Sales\"", "type": "urn:okta:expression:1.0" });
    let rule = json!({
        "type": "group_rule", "name": "Sales people", "conditions": { "expression": expression },
        "actions": { "assignUserToGroups": { "groupIds": [sales["id"]] } },
    });
    let rule = post("/api/v1/groups/rules", rule);
    let rule = rule["id"].as_str().expect("an id").to_owned();
    post(&format!("/api/v1/groups/rules/{rule}/lifecycle/activate"), json!({}));
}
