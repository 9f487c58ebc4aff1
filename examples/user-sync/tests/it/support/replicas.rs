//! Two replicas over one PostgreSQL server, deliveries all the while, and what has to be true afterwards.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use super::http::Request;
use super::postgres::Postgres;
use super::senders::{Senders, Told};
use super::sync::{Sync, database, eventually};

/// One fault at a time: what is looked at is no machine that cannot keep up.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub struct Replicas {
    /// The server that takes changes.
    pub server: Postgres,
    /// One that follows it, and without which it commits nothing.
    pub standby: Option<Postgres>,
    directory: TempDir,
    url: String,
    addresses: [SocketAddr; 2],
    replicas: [Option<Sync>; 2],
    /// When there was no server that took changes.
    away: Vec<(Instant, Instant)>,
    _alone: MutexGuard<'static, ()>,
}

impl Replicas {
    pub fn start() -> Option<Self> {
        Self::start_over(|_| None)
    }

    pub fn start_with_standby() -> Option<Self> {
        Self::start_over(|server| Some(server.start_standby()))
    }

    fn start_over(standby: impl Fn(&Postgres) -> Option<Postgres>) -> Option<Self> {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let server = Postgres::start()?;
        server.sql("CREATE ROLE sync LOGIN");
        server.sql("CREATE DATABASE sync OWNER sync");
        let standby = standby(&server);
        let hosts = [Some(&server), standby.as_ref()].into_iter().flatten();
        let hosts: Vec<_> = hosts.map(|server| format!("127.0.0.1:{}", server.port())).collect();
        let url = format!("postgres://sync@{}/sync", hosts.join(","));
        let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
        let addresses = listeners.map(|listener| listener.local_addr().expect("it has one"));
        let directory = tempfile::tempdir().expect("a directory can be made");
        let (replicas, away) = ([None, None], Vec::new());
        let mut all =
            Self { server, standby, directory, url, addresses, replicas, away, _alone: alone };
        all.start_replica(0);
        all.start_replica(1);
        Some(all)
    }

    pub fn start_replica(&mut self, replica: usize) {
        let (listen, name) = (self.addresses[replica].to_string(), replica.to_string());
        let settings = [
            ("DATABASE", &*self.url),
            ("LISTEN", &listen),
            ("REPLICA", &name),
            ("RUST_LOG", "warn"),
        ];
        self.replicas[replica] = Some(Sync::start(self.directory.path(), &settings));
    }

    /// The replica, which is another one's place from now on.
    pub fn take(&mut self, replica: usize) -> Sync {
        self.replicas[replica].take().expect("it runs")
    }

    pub fn signal(&self, replica: usize, name: &str) {
        self.replicas[replica].as_ref().expect("it runs").signal(name);
    }

    /// Stops a replica in the middle of a transaction, with the rows that it has locked.
    pub fn stop_in_transaction(&self, replica: usize) {
        let state = format!(
            "SELECT pg_sleep(0.05), state FROM pg_stat_activity
             WHERE application_name = 'user-sync {replica}' AND state = 'idle in transaction'"
        );
        eventually("it is in a transaction", || {
            self.signal(replica, "STOP");
            // Not only for the moment of the first look.
            let is_so = !self.server.sql(&state).is_empty() && !self.server.sql(&state).is_empty();
            if !is_so {
                self.signal(replica, "CONT");
            }
            is_so.then_some(())
        });
    }

    /// Meanwhile there is no server that takes changes.
    pub fn while_away(&mut self, outage: impl FnOnce(&mut Self)) {
        let began = Instant::now();
        outage(self);
        self.away.push((began, Instant::now()));
    }

    /// Sends for a while, has the fault happen, sends for a while; everything has to come right.
    pub fn run(mut self, fault: impl FnOnce(&mut Self)) -> Found {
        let some_time = Duration::from_secs_f64(seconds() / 2.0);
        let senders = Senders::start(senders(), self.addresses);
        sleep(some_time);
        fault(&mut self);
        sleep(some_time);
        self.await_health();
        let told = senders.stop();
        self.check(&told);
        let outputs = [0, 1].map(|replica| self.take(replica).terminate().1);
        self.found(&told, outputs.concat())
    }

    /// Both replicas take deliveries again.
    pub fn await_health(&self) {
        for address in self.addresses {
            eventually("a replica is well", || {
                let health = Request::new("GET", "/health").send(address);
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

    fn found(&self, told: &Told, output: String) -> Found {
        let failed_twice = told.failed_twice.lock().expect("nobody panics with it");
        let was_away = |(began, ended): &&(Instant, Instant)| {
            self.away.iter().any(|(from, until)| began < until && ended > from)
        };
        let found = Found {
            failed_twice: failed_twice.len(),
            failed_twice_meanwhile: failed_twice.iter().filter(was_away).count(),
            unanswered: told.unanswered.load(Ordering::Relaxed),
            output,
        };
        println!(
            "{} events acknowledged, lost 0, doubled 0; of {} deliveries {} refused once, {} twice, of those {} \
             while there was no database; {} tries without an answer in three seconds",
            told.acknowledged.lock().expect("nobody panics with it").len(),
            told.deliveries.load(Ordering::Relaxed),
            told.failed_once.load(Ordering::Relaxed),
            found.failed_twice,
            found.failed_twice_meanwhile,
            found.unanswered,
        );
        found
    }
}

/// How long deliveries go on around a fault.
fn seconds() -> f64 {
    let seconds = std::env::var("OKTA_HOOKS_FAULT_SECONDS").ok();
    seconds.and_then(|seconds| seconds.parse().ok()).unwrap_or(2.0)
}

fn senders() -> u64 {
    if seconds() < 30.0 { 8 } else { 32 }
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
        // On a machine that stands still for seconds, not at once.
        eventually("it is written", || (sync.deliver(events) == 204).then_some(()));
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

/// What came of it, besides that nothing is lost or doubled.
pub struct Found {
    failed_twice: usize,
    /// Of those, the ones whose second try fell into a time without a server.
    failed_twice_meanwhile: usize,
    unanswered: u64,
    pub output: String,
}

impl Found {
    /// Okta would have lost nothing but what it sent twice while there was no server at all.
    #[track_caller]
    pub fn assert_lost_only_while_away(&self) {
        assert_eq!(self.failed_twice, self.failed_twice_meanwhile, "{}", self.output);
    }

    /// What could not be written was refused before Okta hangs up. A machine that stands still for
    /// seconds keeps a sender or two waiting, an answer that does not come keeps all of them.
    #[track_caller]
    pub fn assert_answered_in_time(&self) {
        assert!(self.unanswered < senders() / 2, "{} tries: {}", self.unanswered, self.output);
    }

    /// A line for each change of state, not for each delivery.
    #[track_caller]
    pub fn assert_quiet(&self) {
        // In a build of the whole workspace with all features the library tells of each delivery.
        let own: Vec<_> = self.output.lines().filter(|line| !line.contains("okta_hook{")).collect();
        assert!(own.len() < 30, "{}", self.output);
    }

    /// It was said that changes are taken again.
    #[track_caller]
    pub fn assert_recovered(&self) {
        assert!(self.output.contains("takes changes again"), "{}", self.output);
    }
}
