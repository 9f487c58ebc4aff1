//! How long the emulator takes to start, and how many reads it answers in a second on one core.
//!
//! `cargo bench -p okta-hooks-cli --bench emulator`
//!
//! It fails on nothing: the numbers are for whoever reads them. Requests per second are those of an
//! otherwise idle machine; processor time per request is nearly the same on a busy one.
//!
//! `OTHER` names the directory of another build, such as that of the commit before a change: the two
//! take turns.

mod connection;
mod org;

use std::path::{Path, PathBuf};
use std::time::Duration;

use connection::Connection;
use org::Org;
use serde_json::Value;

/// Starts measured, of which the median is shown.
const STARTS: usize = 11;
const PROGRAM: &str = env!("CARGO_BIN_EXE_okta-hooks");
const CLIENTS: usize = 4;

fn main() {
    // As with other benchmarks, `-- --test` only shows that it works.
    let measured = std::env::args().any(|argument| argument == "--bench");
    let shown = std::env::args().any(|argument| argument == "--test");
    let (users, lasting) = match measured && !shown {
        true => (10_000, Duration::from_secs(1)),
        false => (400, Duration::from_millis(20)),
    };
    let directory = tempfile::tempdir().expect("a directory");
    let other = std::env::var_os("OTHER").map(|it| Path::new(&it).join("okta-hooks"));
    let ours = Build::of("", PROGRAM.into(), directory.path().join("org.sqlite"), users);
    let other = other.map(|program| {
        Build::of(", the other build", program, directory.path().join("other.sqlite"), users)
    });
    let builds: Vec<_> = [Some(ours), other].into_iter().flatten().collect();

    println!("| Start, to the first answer | median | slowest of {STARTS} |");
    println!("|---|---|---|");
    print_starts("an org in memory", &builds, &|build| Org::start(&build.program, &[]));
    let with_data = format!("`--data` with {users} users");
    print_starts(&with_data, &builds, &|build| Org::start(&build.program, &with(&build.data)));

    println!(
        "\n| Read, of an org with {users} users | bytes | requests per second | processor time |"
    );
    println!("|---|---|---|---|");
    let orgs = builds
        .iter()
        .map(|build| Org::start_on_one_core(&build.program, &with(&build.data)))
        .collect::<Vec<_>>();
    let reads_of: Vec<_> = orgs.iter().map(reads).collect();
    for read in 0..reads_of[0].len() {
        for ((build, org), reads) in builds.iter().zip(&orgs).zip(&reads_of) {
            let (name, path) = &reads[read];
            print_reads(org, &format!("{name}{}", build.name), path, lasting);
        }
    }
}

/// A program, and the org that it filled.
struct Build {
    name: &'static str,
    program: PathBuf,
    data: PathBuf,
}

impl Build {
    fn of(name: &'static str, program: PathBuf, data: PathBuf, users: usize) -> Self {
        org::fill(&program, &data, users);
        Self { name, program, data }
    }
}

fn with(data: &Path) -> [&str; 2] {
    ["--data", data.to_str().expect("a path in UTF-8")]
}

fn print_starts(name: &str, builds: &[Build], start: &dyn Fn(&Build) -> Org) {
    let mut times: Vec<Vec<Duration>> = builds.iter().map(|_| Vec::new()).collect();
    for _ in 0..STARTS {
        for (build, times) in builds.iter().zip(&mut times) {
            times.push(start(build).started_in);
        }
    }
    for (build, mut times) in builds.iter().zip(times) {
        times.sort();
        let [median, slowest] =
            [times[STARTS / 2], times[STARTS - 1]].map(|time| time.as_secs_f64() * 1e3);
        println!("| {name}{} | {median:.0} ms | {slowest:.0} ms |", build.name);
    }
}

/// The reads of a sync, and of whoever looks for somebody.
fn reads(org: &Org) -> Vec<(&'static str, String)> {
    let get = |path: &str| -> Value {
        serde_json::from_slice(Connection::open(org).get(path)).expect("JSON")
    };
    let users = get("/api/v1/users?limit=200");
    let user = users[100]["id"].as_str().expect("an id").to_owned();
    let group = get("/api/v1/groups?q=Sales")[0]["id"].as_str().expect("an id").to_owned();
    let (since, until) = ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z");
    let since = get("/api/v1/logs?limit=1")[0]["published"].as_str().unwrap_or(since).to_owned();
    let kind = "filter=eventType+eq+%22user.lifecycle.create%22";
    vec![
        ("a user by id", format!("/api/v1/users/{user}")),
        ("a user by login", "/api/v1/users/user100@example.com".to_owned()),
        ("the groups of a user", format!("/api/v1/users/{user}/groups")),
        (
            "users by `filter` of the login",
            "/api/v1/users?filter=profile.login+eq+%22user100@example.com%22".to_owned(),
        ),
        (
            "users by `search` of one login",
            "/api/v1/users?search=profile.login+eq+%22user100@example.com%22".to_owned(),
        ),
        (
            "users by `search`, a tenth of all, 200 in a page",
            "/api/v1/users?limit=200&search=profile.department+eq+%22Sales%22".to_owned(),
        ),
        (
            "users by `search`, nobody found",
            "/api/v1/users?search=profile.department+eq+%22Nowhere%22".to_owned(),
        ),
        (
            "users by `search`, all sorted, 200 in a page",
            "/api/v1/users?limit=200&search=status+pr&sortBy=profile.lastName".to_owned(),
        ),
        ("users by `q`, 10 in a page", "/api/v1/users?q=person".to_owned()),
        ("a page of 10 users", "/api/v1/users?limit=10".to_owned()),
        ("a page of 200 users", "/api/v1/users?limit=200".to_owned()),
        ("the groups", "/api/v1/groups".to_owned()),
        ("200 members of a group", format!("/api/v1/groups/{group}/users?limit=200")),
        ("100 events of the System Log, polled", "/api/v1/logs?limit=100".to_owned()),
        (
            "100 events between two times",
            format!("/api/v1/logs?since={since}&until={until}&limit=100"),
        ),
        ("100 events of one type, polled", format!("/api/v1/logs?limit=100&{kind}")),
        ("nothing new in the System Log", get_end_of_log(org)),
    ]
}

/// Where polling has read everything.
fn get_end_of_log(org: &Org) -> String {
    let mut connection = Connection::open(org);
    let mut path = "/api/v1/logs?limit=1000".to_owned();
    while connection.get(&path) != b"[]" {
        path = connection.next_link().expect("polling goes on").replace(&org.url(), "");
    }
    path
}

fn print_reads(org: &Org, name: &str, path: &str, lasting: Duration) {
    let bytes = Connection::open(org).get(path).len();
    let before = org.processor_time();
    let counts: Vec<(u64, f64)> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(|| Connection::open(org).get_again(path, lasting)))
            .collect();
        clients.into_iter().map(|client| client.join().expect("a client")).collect()
    });
    let busy = org.processor_time() - before;
    let requests: u64 = counts.iter().map(|(requests, _)| requests).sum();
    let per_second: f64 = counts.iter().map(|(requests, seconds)| *requests as f64 / seconds).sum();
    let each = busy.as_secs_f64() * 1e6 / requests as f64;
    println!("| {name} | {bytes} | {per_second:.0} | {each:.0} µs |");
}
