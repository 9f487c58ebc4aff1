//! The thread that writes: everything that waits goes into one transaction.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, TransactionBehavior, ffi};

use super::apply;
use super::database::Database;
use super::read::Reader;
use super::schema::OpenError;
use crate::metrics::Metrics;
use crate::store::{Change, Job, Outcome, StoreError};

/// How often to look whether the files are still in their places while there is nothing to write.
const TICK: Duration = Duration::from_millis(250);

pub struct Writer {
    database: Database,
    /// How many jobs share a transaction at most.
    group: usize,
    /// Why the last transaction failed, if it did.
    failing: Option<String>,
    metrics: Arc<Metrics>,
}

impl Writer {
    pub fn open(path: &Path, group: usize, metrics: Arc<Metrics>) -> Result<Self, OpenError> {
        Ok(Self { database: Database::open(path)?, failing: None, group, metrics })
    }

    pub fn reader(&self) -> Reader {
        self.database.reader()
    }

    /// Writes until nobody can send any more.
    pub fn run(mut self, queue: &Receiver<Job>) {
        loop {
            match queue.recv_timeout(TICK) {
                Ok(first) => {
                    let mut group = vec![first];
                    group.extend(queue.try_iter().take(self.group - 1));
                    self.metrics.queued.sub(group.len() as u64);
                    self.write(group);
                }
                Err(RecvTimeoutError::Timeout) => self.look(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if let Err(error) = self.database.close() {
            tracing::error!(%error, "the database was not closed cleanly");
        }
    }

    /// Sooner rather than later: what is lost with the process, such as a file that was deleted, can
    /// still be saved now.
    fn look(&mut self) {
        if self.database.is_in_place() {
            return;
        }
        match self.database.connection().map(drop).map_err(Failure::reopening) {
            Ok(()) => self.went_well(),
            Err(Failure::Change(error) | Failure::Database(error)) => self.went_wrong(&error, 0),
        }
    }

    fn went_well(&mut self) {
        self.metrics.is_failing.store(false, Ordering::Relaxed);
        if self.failing.take().is_some() {
            tracing::warn!("the database takes changes again");
        }
    }

    /// Says so once, however often it goes wrong in the same way.
    fn went_wrong(&mut self, error: &rusqlite::Error, changes: usize) {
        self.metrics.is_failing.store(true, Ordering::Relaxed);
        let message = error.to_string();
        if self.failing.as_ref() != Some(&message) {
            tracing::error!(%error, changes, "nothing was written");
            self.failing = Some(message);
        }
    }

    fn write(&mut self, group: Vec<Job>) {
        let started = Instant::now();
        let (changes, waiting): (Vec<_>, Vec<_>) =
            group.into_iter().map(|Job { change, done, room }| (change, (done, room))).unzip();
        match self.commit(&changes) {
            Ok(outcomes) => {
                self.metrics.committed(changes.len(), started.elapsed());
                self.went_well();
                for ((outcome, change), (done, _)) in
                    outcomes.into_iter().zip(&changes).zip(waiting)
                {
                    self.metrics.written(change, outcome);
                    let _ = done.send(Ok(outcome));
                }
            }
            // One change that cannot be written must not take the others with it.
            Err(Failure::Change(_)) if changes.len() > 1 => {
                for (change, (done, room)) in changes.into_iter().zip(waiting) {
                    self.write(vec![Job { change, done, room }]);
                }
            }
            Err(Failure::Change(error) | Failure::Database(error)) => {
                self.metrics.failed_commits.add(1);
                self.went_wrong(&error, changes.len());
                for (done, _) in waiting {
                    let _ = done.send(Err(StoreError::Database(error.clone())));
                }
            }
        }
    }

    /// All changes in one transaction, or none.
    fn commit(&mut self, changes: &[Change]) -> Result<Vec<Outcome>, Failure> {
        let connection = self.database.connection().map_err(Failure::reopening)?;
        let mut result = in_transaction(connection, changes);
        // What went to other files than those that have the names now is not acknowledged.
        if result.is_ok() && !self.database.is_in_place() {
            result = Err(Failure::cannot_open("the file was moved or replaced meanwhile"));
        } else if result.as_ref().is_err_and(Failure::needs_new_connection) {
            self.database.drop_connection();
        }
        result
    }
}

fn in_transaction(
    connection: &mut Connection,
    changes: &[Change],
) -> Result<Vec<Outcome>, Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcomes = changes.iter().map(|change| apply::apply(&transaction, change));
    let outcomes = outcomes.collect::<rusqlite::Result<_>>()?;
    transaction.commit()?;
    Ok(outcomes)
}

enum Failure {
    /// One of the changes is at fault.
    Change(Arc<rusqlite::Error>),
    /// The database is: locked, full, broken, gone.
    Database(Arc<rusqlite::Error>),
}

impl Failure {
    fn reopening(error: OpenError) -> Self {
        match error {
            OpenError::Database(error) => Self::Database(Arc::new(error)),
            _ => Self::cannot_open(&error.to_string()),
        }
    }

    fn cannot_open(why: &str) -> Self {
        let error = ffi::Error::new(ffi::SQLITE_CANTOPEN);
        let message = format!("the file cannot be opened: {why}");
        Self::Database(Arc::new(rusqlite::Error::SqliteFailure(error, Some(message))))
    }

    /// Whatever state it is in, the next try starts afresh; if it is only locked, it is as before.
    fn needs_new_connection(&self) -> bool {
        match self {
            Self::Change(_) => false,
            Self::Database(error) => error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => {
                Self::Change(Arc::new(error))
            }
            _ => Self::Database(Arc::new(error)),
        }
    }
}
