//! Two replicas over one PostgreSQL server, and what goes wrong with either: nothing that was
//! acknowledged is lost, nothing counts twice, and the users are those that one sync over SQLite makes
//! of the same events.
//!
//! Each fault takes some seconds; `OKTA_HOOKS_FAULT_SECONDS=60` looks longer, with more senders.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::postgres::Postgres;
use crate::support::senders::{Senders, Told};
use crate::support::sync::{Sync, database, eventually};

/// One fault at a time: what is looked at is no machine that cannot keep up.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Ends all sessions of the replicas.
const TERMINATE: &str =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sync'";

struct Stage {
    server: Postgres,
    directory: TempDir,
    addresses: [SocketAddr; 2],
    replicas: [Option<Sync>; 2],
    _alone: MutexGuard<'static, ()>,
}

impl Stage {
    fn new() -> Option<Self> {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let server = Postgres::start()?;
        server.sql("CREATE ROLE sync LOGIN");
        server.sql("CREATE DATABASE sync OWNER sync");
        let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
        let addresses = listeners.map(|listener| listener.local_addr().expect("it has one"));
        let directory = tempfile::tempdir().expect("a directory can be made");
        let mut stage =
            Self { server, directory, addresses, replicas: [None, None], _alone: alone };
        stage.start_replica(0);
        stage.start_replica(1);
        Some(stage)
    }

    fn start_replica(&mut self, replica: usize) {
        let (url, listen) =
            (self.server.url_of("sync", "sync"), self.addresses[replica].to_string());
        let settings = [("DATABASE", &*url), ("LISTEN", &listen), ("RUST_LOG", "warn")];
        self.replicas[replica] = Some(Sync::start(self.directory.path(), &settings));
    }

    fn replica(&mut self, replica: usize) -> Sync {
        self.replicas[replica].take().expect("it runs")
    }

    /// Sends for a while, has the fault happen, sends for a while; everything has to come right.
    fn run(mut self, fault: impl FnOnce(&mut Self)) -> Found {
        let seconds = std::env::var("OKTA_HOOKS_FAULT_SECONDS").ok();
        let seconds = seconds.and_then(|seconds| seconds.parse().ok()).unwrap_or(3.0);
        let some_time = Duration::from_secs_f64(seconds / 2.0);
        let senders = Senders::start(if seconds < 30.0 { 8 } else { 32 }, self.addresses);
        sleep(some_time);
        fault(&mut self);
        sleep(some_time);
        self.await_health();
        let told = senders.stop();
        self.check(&told);
        let outputs = [0, 1].map(|replica| self.replica(replica).terminate().1);
        let [once, twice] = [&told.failed_once, &told.failed_twice];
        let found = Found {
            failed_twice: twice.load(Ordering::Relaxed),
            slowest: Duration::from_millis(told.slowest.load(Ordering::Relaxed)),
            output: outputs.concat(),
        };
        println!(
            "{} events acknowledged, lost 0, doubled 0; {} deliveries failed once, {} twice; slowest answer {:?}",
            told.acknowledged.lock().expect("nobody panics with it").len(),
            once.load(Ordering::Relaxed),
            found.failed_twice,
            found.slowest,
        );
        found
    }

    /// Both replicas take deliveries again.
    fn await_health(&self) {
        for address in self.addresses {
            eventually("a replica is well", || {
                let health = crate::support::http::Request::new("GET", "/health").send(address);
                health.is_ok_and(|health| health.status == 200).then_some(())
            });
        }
    }

    fn check(&self, told: &Told) {
        let rows = self.sql("SELECT uuid FROM events ORDER BY seq");
        let stored: BTreeSet<_> = rows.iter().collect();
        assert_eq!(stored.len(), rows.len(), "no event is stored twice");
        let acknowledged = told.acknowledged.lock().expect("nobody panics with it");
        assert!(!acknowledged.is_empty());
        let lost = acknowledged.iter().filter(|uuid| !stored.contains(uuid)).count();
        assert_eq!(lost, 0, "of {} acknowledged events", acknowledged.len());
        let sent = told.sent.lock().expect("nobody panics with it");
        let events: Vec<_> = rows.iter().map(|uuid| sent[uuid].clone()).collect();
        assert_eq!(self.tables(), tables_of_sqlite(&events));
        let letters = self.sql("SELECT count(*) FROM dead_letters");
        assert_eq!(letters, ["0"]);
    }

    /// In the replicas' database.
    fn sql(&self, sql: &str) -> Vec<String> {
        self.server.sql_in(&self.server.url_of("sync", "sync"), sql)
    }

    fn tables(&self) -> Vec<Value> {
        let select = |(table, columns): (&str, &str)| {
            self.sql(&format!("SELECT json_build_array({columns}) FROM {table} "))
        };
        let rows = TABLES.into_iter().flat_map(select);
        sorted(rows.map(|row| serde_json::from_str(&row).expect("JSON")).collect())
    }
}

/// What is compared: all that events alone change.
const TABLES: [(&str, &str); 3] = [
    (
        "users",
        "key, id, login, login_version, display_name, display_name_version, status, status_version,
         last_event, last_event_version",
    ),
    ("groups", "id, name, name_version"),
    // `true` and 1 are the same.
    ("memberships", "user_key, group_id, CASE WHEN member THEN 1 ELSE 0 END, version"),
];

fn tables_of_sqlite(events: &[Value]) -> Vec<Value> {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "warn")]);
    for events in events.chunks(200) {
        assert_eq!(sync.deliver(events), 204);
    }
    assert!(sync.terminate().0.success());
    let connection = Connection::open(database(directory.path())).expect("it opens");
    let mut rows = Vec::new();
    for (table, columns) in TABLES {
        let sql = format!("SELECT json_array({columns}) FROM {table}");
        let mut statement = connection.prepare(&sql).expect("it has these columns");
        let found = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        rows.extend(found.map(|row| serde_json::from_str(&row.expect("a row")).expect("JSON")));
    }
    sorted(rows)
}

fn sorted(mut rows: Vec<Value>) -> Vec<Value> {
    rows.sort_by_key(ToString::to_string);
    rows
}

struct Found {
    failed_twice: u64,
    slowest: Duration,
    output: String,
}

impl Found {
    /// A line for each change of state, not for each delivery.
    fn assert_quiet(&self) {
        // In a build of the whole workspace with all features the library tells of each delivery.
        let own: Vec<_> = self.output.lines().filter(|line| !line.contains("okta_hook{")).collect();
        assert!(own.len() < 30, "{}", self.output);
        assert!(own.iter().any(|line| line.contains("takes changes again")), "{}", self.output);
    }
}

#[test]
fn a_replica_that_is_killed_loses_nothing_that_was_acknowledged() {
    let Some(stage) = Stage::new() else { return };
    let found = stage.run(|stage| {
        stage.replica(0).kill();
        sleep(Duration::from_millis(500));
        stage.start_replica(0);
    });
    assert_eq!(found.failed_twice, 0);
}

#[test]
fn a_rolling_restart_answers_every_delivery() {
    let Some(stage) = Stage::new() else { return };
    let found = stage.run(|stage| {
        for replica in [0, 1] {
            let (status, output) = stage.replica(replica).terminate();
            assert!(status.success(), "{output}");
            stage.start_replica(replica);
        }
    });
    assert_eq!(found.failed_twice, 0);
}

#[test]
fn a_restart_of_the_server_loses_nothing() {
    let Some(stage) = Stage::new() else { return };
    let found = stage.run(|stage| {
        stage.server.stop("fast");
        stage.server.start_again();
    });
    found.assert_quiet();
}

#[test]
fn a_crash_of_the_server_loses_nothing() {
    let Some(stage) = Stage::new() else { return };
    let found = stage.run(|stage| {
        stage.server.stop("immediate");
        stage.server.start_again();
    });
    found.assert_quiet();
}

#[test]
fn while_the_server_is_away_deliveries_are_refused_in_time_and_a_line_says_so() {
    let Some(stage) = Stage::new() else { return };
    let found = stage.run(|stage| {
        stage.server.stop("immediate");
        sleep(Duration::from_secs(3));
        stage.server.start_again();
    });
    found.assert_quiet();
    // What was sent is answered, even so.
    assert!(found.slowest < Duration::from_secs(3), "{:?}", found.slowest);
}

#[test]
fn sessions_that_are_terminated_are_replaced() {
    let Some(stage) = Stage::new() else { return };
    stage.run(|stage| {
        for _ in 0..10 {
            stage.server.sql(TERMINATE);
            sleep(Duration::from_millis(100));
        }
    });
}

#[test]
fn a_server_that_stands_still_is_given_up_in_time_and_nothing_is_lost() {
    let Some(stage) = Stage::new() else { return };
    let found = stage.run(|stage| {
        stage.server.signal_all("STOP");
        sleep(Duration::from_secs(5));
        stage.server.signal_all("CONT");
    });
    assert!(found.slowest < Duration::from_secs(3), "{:?}", found.slowest);
}

#[test]
fn with_fewer_connections_than_wanted_nothing_is_lost() {
    let Some(stage) = Stage::new() else { return };
    let found = stage.run(|stage| {
        stage.server.sql("ALTER ROLE sync CONNECTION LIMIT 1");
        stage.server.sql(TERMINATE);
        sleep(Duration::from_secs(2));
        stage.server.sql("ALTER ROLE sync CONNECTION LIMIT -1");
    });
    assert!(found.output.contains("too many connections for role"), "{}", found.output);
    found.assert_quiet();
}
