//! What is counted, and how Prometheus reads it.

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::store::{Change, Counted, Lists, Origin, Outcome};

/// Everything since the start of the process.
#[derive(Default)]
pub struct Metrics {
    pub started_at: StartedAt,
    /// The name of this process among those over the same database.
    pub replica: String,
    pub deliveries: Count,
    pub events: Count,
    pub duplicates: Count,
    pub unpaired: Count,
    pub invalid_events: Count,
    pub dead_letters: Count,
    /// New events that only the System Log had.
    pub from_system_log: Count,
    /// Those of them that a hook should have brought.
    pub recovered: Count,
    pub refused: Count,
    pub commits: Count,
    pub failed_commits: Count,
    commit_micros: Count,
    committed_changes: Count,
    /// How many changes wait for the writer now.
    pub queued: Count,
    /// When the hook or the stream last brought an event, in milliseconds since 1970; 0 before that.
    last_event: Count,
    /// Whether the last transaction failed.
    pub is_failing: AtomicBool,
    pub revisions: Revisions,
}

/// Numbers that grow with every change of what a page shows.
#[derive(Default)]
pub struct Revisions {
    pub users: Count,
    pub activity: Count,
    pub dead_letters: Count,
    /// With every change of a table.
    pub all: Count,
}

/// In milliseconds since 1970.
pub struct StartedAt(pub i64);

impl Default for StartedAt {
    fn default() -> Self {
        Self(clock::millis())
    }
}

/// What a replica tells the pages of all the others about itself.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Counters {
    /// When the process started, in milliseconds since 1970. All others are since then.
    started_at: i64,
    deliveries: u64,
    duplicates: u64,
    /// New events that only the System Log had.
    from_system_log: u64,
    /// Those of them that a hook should have brought.
    recovered: u64,
    refused: u64,
    failed_commits: u64,
    queue_length: u64,
    /// Of the hook or the stream; null before the first.
    seconds_since_last_event: Option<u64>,
    /// Whether the last transaction failed.
    is_failing: bool,
}

impl Counters {
    /// The same, as many seconds later.
    pub fn after(self, seconds: u64) -> Self {
        let since = self.seconds_since_last_event.map(|since| since.saturating_add(seconds));
        Self { seconds_since_last_event: since, ..self }
    }
}

impl Metrics {
    pub fn of(replica: String) -> Self {
        Self { replica, ..Self::default() }
    }

    /// A transaction with this many changes took this long.
    pub fn committed(&self, changes: usize, took: Duration) {
        self.commits.add(1);
        self.committed_changes.add(changes as u64);
        self.commit_micros.add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// A change is on disk.
    pub fn written(&self, change: &Change, outcome: Outcome) {
        self.events.add(outcome.new);
        self.duplicates.add(outcome.duplicates);
        self.unpaired.add(outcome.unpaired);
        self.recovered.add(outcome.lost);
        self.dead_letters.add(outcome.dead_letters);
        match change {
            Change::LogPage(_) => self.from_system_log.add(outcome.new),
            Change::DeadLetters(letters) => self.dead_letters.add(letters.len() as u64),
            _ => {}
        }
        if came_by_hook(change) {
            self.last_event.0.store(now(), Ordering::Relaxed);
        }
        self.revisions.written(change, outcome);
    }

    /// Seconds since the hook or the stream last brought an event; `None` before the first.
    pub fn seconds_since_last_event(&self) -> Option<u64> {
        let last = self.last_event.get();
        (last > 0).then(|| now().saturating_sub(last) / 1000)
    }

    pub fn counters(&self) -> Counters {
        Counters {
            started_at: self.started_at.0,
            deliveries: self.deliveries.get(),
            duplicates: self.duplicates.get(),
            from_system_log: self.from_system_log.get(),
            recovered: self.recovered.get(),
            refused: self.refused.get(),
            failed_commits: self.failed_commits.get(),
            queue_length: self.queued.get(),
            seconds_since_last_event: self.seconds_since_last_event(),
            is_failing: self.is_failing.load(Ordering::Relaxed),
        }
    }

    /// The Prometheus text format; with what is in the database and how many replicas share it, unless
    /// it cannot be read now.
    pub fn to_prometheus(&self, database: Option<(Counted, usize)>) -> String {
        let mut text = String::new();
        let mut metric = |name: &str, kind: &str, help: &str, value: String| {
            let _ = writeln!(text, "# HELP okta_sync_{name} {help}");
            let _ = writeln!(text, "# TYPE okta_sync_{name} {kind}");
            let _ = writeln!(text, "okta_sync_{name} {value}");
        };
        for (name, help, count) in [
            ("deliveries_total", "Deliveries accepted.", &self.deliveries),
            ("events_total", "New events written.", &self.events),
            ("duplicates_total", "Events that were there already.", &self.duplicates),
            (
                "unpaired_total",
                "Membership events that do not say who is in which group.",
                &self.unpaired,
            ),
            ("invalid_events_total", "Elements that are not events.", &self.invalid_events),
            ("dead_letters_total", "Dead letters kept.", &self.dead_letters),
            (
                "from_system_log_total",
                "New events that only the System Log had.",
                &self.from_system_log,
            ),
            (
                "recovered_total",
                "Those of them that the hook should have brought by then.",
                &self.recovered,
            ),
            ("refused_total", "Requests refused.", &self.refused),
            ("commits_total", "Transactions committed.", &self.commits),
            ("failed_commits_total", "Transactions that failed.", &self.failed_commits),
            ("committed_changes_total", "Changes in those transactions.", &self.committed_changes),
        ] {
            metric(name, "counter", help, count.get().to_string());
        }
        let seconds = Duration::from_micros(self.commit_micros.get()).as_secs_f64();
        metric(
            "commit_seconds_total",
            "counter",
            "Time spent in transactions.",
            seconds.to_string(),
        );
        let queued = self.queued.get().to_string();
        metric("queue_length", "gauge", "Changes that wait for the writer.", queued);
        if let Some((Counted { users, dead_letters, refresh_backlog, .. }, replicas)) = database {
            for (name, help, count) in [
                ("users", "Users known.", users),
                ("dead_letters", "Dead letters waiting.", dead_letters),
                ("refresh_backlog", "Profiles to fetch.", refresh_backlog),
            ] {
                metric(name, "gauge", help, count.to_string());
            }
            let help = "Replicas over this database that gave a sign of life lately.";
            metric("replicas", "gauge", help, replicas.to_string());
        }
        // A hook that never brought one is as silent as one that stopped, and NaN would alert nobody.
        let since_start = || now().saturating_sub(self.started_at.0.unsigned_abs()) / 1000;
        let since = self.seconds_since_last_event().unwrap_or_else(since_start).to_string();
        let help = "Since the hook or the stream last brought an event, or since the start.";
        metric("seconds_since_last_event", "gauge", help, since);
        let replica = label(&self.replica);
        let help = "Which replica counted; what is in the database, all of them share.";
        let _ = writeln!(text, "# HELP okta_sync_replica_info {help}");
        let _ = writeln!(text, "# TYPE okta_sync_replica_info gauge");
        let _ = writeln!(text, "okta_sync_replica_info{{replica=\"{replica}\"}} 1");
        text
    }
}

impl Revisions {
    fn written(&self, change: &Change, outcome: Outcome) {
        let Some(Lists { users, activity, dead_letters }) = Lists::of(change, outcome) else {
            return;
        };
        let counts = [&self.users, &self.activity, &self.dead_letters, &self.all];
        for (count, has_changed) in counts.into_iter().zip([users, activity, dead_letters, true]) {
            count.add(u64::from(has_changed));
        }
    }
}

/// Whether it shows that the hook, or the stream in its place, is alive. One that came again does, too:
/// the System Log may have had it first. What the System Log has says nothing about the hook.
fn came_by_hook(change: &Change) -> bool {
    matches!(change, Change::Events(batch) if batch.origin == Origin::Hook && !batch.events.is_empty())
}

/// A value as it may stand between quotes.
fn label(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

/// A number that many threads count.
#[derive(Default)]
pub struct Count(AtomicU64);

impl Count {
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub fn sub(&self, n: u64) {
        self.0.fetch_sub(n, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Milliseconds since 1970.
fn now() -> u64 {
    clock::millis().unsigned_abs()
}
