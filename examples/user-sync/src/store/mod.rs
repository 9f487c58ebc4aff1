//! The database: one thread writes, and says so only when it is on disk; others read. What is in
//! `sqlite` and in `postgres` does the same in the words of either.

mod backend;
mod batch;
mod counts;
mod database;
mod dead_letter;
mod find;
mod lists;
#[cfg(feature = "postgres")]
mod postgres;
mod reader;
mod replicas;
mod rows;
mod sqlite;
mod summary;
mod system_log;
mod turns;
mod writer;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use okta_hooks::projection::Version;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::metrics::Metrics;
use backend::Backend;
pub use batch::Batch;
pub use counts::{Counted, Counts};
pub use database::Database;
pub use dead_letter::DeadLetter;
pub use find::Find;
pub use lists::Lists;
pub use reader::Reader;
pub use replicas::{Replica, Replicas, Revisions, Seen};
pub use rows::{Activity, DeadLetterSummary, Event, Person, PersonKey, Place, Received, Refresh};
pub use sqlite::Profiles;
use sqlite::Sqlite;
pub use system_log::{LogPage, Unrecoverable};
pub use turns::Turns;
use writer::Writer;

/// How many jobs may wait for the writer. A delivery that finds the queue full is answered with a
/// 503, and Okta sends it once more.
const QUEUE: usize = 1024;

/// How many bytes may wait with them: far more than Okta's deliveries have, far less than so many of
/// the longest.
const QUEUE_BYTES: u32 = 64 << 20;

/// More than most deliveries have.
const TYPICAL_BYTES: usize = 16 << 10;

/// The way to write. A clone writes through the same thread.
#[derive(Clone)]
pub struct Store {
    jobs: SyncSender<Job>,
    /// In bytes.
    room: Arc<Semaphore>,
    /// Whether the queue was full, and has not been half empty since.
    is_full: Arc<AtomicBool>,
    metrics: Arc<Metrics>,
}

/// A database that is open: the ways to write and to read, whose turn it is, who else is there, and
/// the thread that writes.
pub struct Opened {
    pub store: Store,
    pub reader: Reader,
    pub turns: Turns,
    pub replicas: Replicas,
    pub writer: WriterThread,
}

/// Waits for the writer to end, which it does when the last `Store` is gone.
pub struct WriterThread(JoinHandle<()>);

/// Why something was not written. Nothing of it is in the database, or all of it will be.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the queue to the database is full")]
    Full,
    #[error("the database is closed")]
    Closed,
    #[error("the database: {0}")]
    Database(Arc<str>),
}

type JobResult = Result<Outcome, StoreError>;

/// One change, and whom to tell when it is on disk.
struct Job {
    change: Change,
    done: oneshot::Sender<JobResult>,
    /// Its bytes, until it is written.
    room: OwnedSemaphorePermit,
}

/// What can be written.
pub enum Change {
    Events(Batch),
    DeadLetters(Vec<DeadLetter>),
    /// A dead letter that was put through again.
    Resolved(i64),
    Profile(Profile),
    /// Try again to fetch a profile, after this time.
    Later {
        user_id: String,
        wait: Duration,
    },
    /// Do not fetch a profile after all, unless it was asked for again since.
    Dismissed {
        user_id: String,
        asked: i64,
    },
    LogPage(LogPage),
    Unrecoverable(Unrecoverable),
    /// Nothing but whether anything can be written.
    Probe,
}

impl Change {
    /// How much memory it holds, but for what is small.
    fn bytes(&self) -> usize {
        match self {
            Self::Events(batch) | Self::LogPage(LogPage { events: batch, .. }) => batch.bytes(),
            Self::DeadLetters(letters) => letters.iter().map(|letter| letter.raw.len()).sum(),
            Self::Probe => TYPICAL_BYTES,
            Self::Resolved(_)
            | Self::Profile(_)
            | Self::Later { .. }
            | Self::Dismissed { .. }
            | Self::Unrecoverable(_) => 0,
        }
    }
}

/// What the Users API says of a user.
pub struct Profile {
    pub id: String,
    /// As of when.
    pub version: Version,
    /// Which request for it this answers; a later one is still to be done.
    pub asked: i64,
    /// `None` where Okta does not have the user any more.
    pub found: Option<Found>,
}

#[derive(Default)]
pub struct Found {
    pub login: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub display_name: Option<String>,
    pub status: Option<String>,
}

/// How an event came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Hook,
    GapRepair,
    Retry,
}

impl Origin {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hook => "hook",
            Self::GapRepair => "gap repair",
            Self::Retry => "retry",
        }
    }
}

/// What a change came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Events that were not there before.
    pub new: u64,
    /// Events that were.
    pub duplicates: u64,
    /// New events that a hook should have brought, and only the System Log had.
    pub lost: u64,
    /// Membership events with several users and several groups: nobody says who is in which.
    pub unpaired: u64,
    /// Events that the database refuses to keep as such.
    pub dead_letters: u64,
}

impl Store {
    /// Opens or creates the database and starts its writer. Up to `group` changes share a transaction.
    /// Over PostgreSQL the work list is that of all replicas, so profiles are put on it in any case.
    pub fn open(
        database: &Database,
        group: NonZeroUsize,
        profiles: Profiles,
        metrics: Arc<Metrics>,
    ) -> Result<Opened, String> {
        match database {
            Database::File(path) => {
                let database = Sqlite::open(path, profiles).map_err(|error| error.to_string())?;
                let reader = database.reader();
                let (store, writer) = Self::start(database, group, metrics)?;
                let turns = Turns::Sqlite(reader.clone());
                let (reader, replicas) = (Reader::Sqlite(reader), Replicas::One);
                Ok(Opened { store, reader, turns, replicas, writer })
            }
            #[cfg(feature = "postgres")]
            Database::Postgres(target) => {
                let target = Arc::new(postgres::Target::clone(target));
                // On a thread of its own: this one has a runtime already.
                let opened = {
                    let target = target.clone();
                    std::thread::spawn(move || postgres::Postgres::open(target)).join()
                };
                let database = opened.map_err(|_| "opening it panicked".to_owned())??;
                let (store, writer) = Self::start(database, group, metrics)?;
                let reader = postgres::Reader::new(target);
                let turns = Turns::Postgres(postgres::Turns::new(reader.clone()));
                let replicas = Replicas::Shared(postgres::Replicas::new(reader.clone()));
                Ok(Opened { store, reader: Reader::Postgres(reader), turns, replicas, writer })
            }
        }
    }

    fn start(
        database: impl Backend + Send + 'static,
        group: NonZeroUsize,
        metrics: Arc<Metrics>,
    ) -> Result<(Self, WriterThread), String> {
        let writer = Writer::new(database, group.get(), metrics.clone());
        let (jobs, queue) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || writer.run(&queue))
            .map_err(|error| error.to_string())?;
        let room = Arc::new(Semaphore::new(QUEUE_BYTES as usize));
        Ok((Self { jobs, room, is_full: Arc::default(), metrics }, WriterThread(thread)))
    }

    /// Writes a change; returns when it is on disk. The change is made even if nobody waits for it.
    pub async fn write(&self, change: Change) -> Result<Outcome, StoreError> {
        let queued = self.queue(change);
        // Said once, however many find it so, until there is room for as many again.
        match queued {
            Err(StoreError::Full) if !self.is_full.swap(true, Ordering::Relaxed) => {
                tracing::error!("the queue to the database is full");
            }
            Ok(_) if self.is_half_empty() => self.is_full.store(false, Ordering::Relaxed),
            _ => {}
        }
        queued?.await.unwrap_or(Err(StoreError::Closed))
    }

    fn is_half_empty(&self) -> bool {
        let room = self.room.available_permits();
        room > QUEUE_BYTES as usize / 2 && self.metrics.queued.get() < QUEUE as u64 / 2
    }

    fn queue(&self, change: Change) -> Result<oneshot::Receiver<JobResult>, StoreError> {
        let bytes =
            u32::try_from(change.bytes()).map_or(QUEUE_BYTES, |bytes| bytes.min(QUEUE_BYTES));
        let room = self.room.clone().try_acquire_many_owned(bytes).map_err(|_| StoreError::Full)?;
        let (done, outcome) = oneshot::channel();
        self.metrics.queued.add(1);
        self.jobs.try_send(Job { change, done, room }).map_err(|error| {
            self.metrics.queued.sub(1);
            match error {
                TrySendError::Full(_) => StoreError::Full,
                TrySendError::Disconnected(_) => StoreError::Closed,
            }
        })?;
        Ok(outcome)
    }
}

impl WriterThread {
    /// Returns when everything is written and the database is closed.
    pub fn join(self) {
        if self.0.join().is_err() {
            tracing::error!("the writer panicked");
        }
    }
}
