//! The thread that writes: everything that waits goes into one transaction.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use rusqlite::{Connection, ErrorCode, TransactionBehavior, ffi};

use super::schema::{self, FileId, OpenError};
use super::{Change, Job, Outcome, StoreError, apply};
use crate::metrics::Metrics;

pub(super) struct Writer {
    path: PathBuf,
    /// `None` after a failure that only a new connection gets over.
    connection: Option<Connection>,
    /// How many jobs share a transaction at most.
    group: usize,
    /// The file that it writes to.
    file: Option<FileId>,
    /// Whether the last transaction failed.
    is_failing: bool,
    metrics: Arc<Metrics>,
}

impl Writer {
    pub(super) fn open(
        path: &Path,
        group: usize,
        metrics: Arc<Metrics>,
    ) -> Result<Self, OpenError> {
        let connection = Some(schema::open(path)?);
        let file = schema::file_id(path);
        Ok(Self { path: path.to_owned(), connection, file, is_failing: false, group, metrics })
    }

    /// Writes until nobody can send any more.
    pub(super) fn run(mut self, queue: &Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let mut group = vec![first];
            group.extend(queue.try_iter().take(self.group - 1));
            self.metrics.queued.sub(group.len() as u64);
            self.write(group);
        }
        if let Some(connection) = self.connection {
            // Leaves nothing in the write-ahead log, even while a reader is still there.
            let checkpoint =
                connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            let closed = connection.close().map_err(|(_, error)| error);
            if let Err(error) = checkpoint.and(closed) {
                tracing::error!(%error, "the database was not closed cleanly");
            }
        }
    }

    fn write(&mut self, group: Vec<Job>) {
        let started = Instant::now();
        let (changes, waiting): (Vec<_>, Vec<_>) =
            group.into_iter().map(|Job { change, done, room }| (change, (done, room))).unzip();
        match self.commit(&changes) {
            Ok(outcomes) => {
                self.metrics.committed(changes.len(), started.elapsed());
                if std::mem::take(&mut self.is_failing) {
                    tracing::warn!("the database takes changes again");
                }
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
                self.is_failing = true;
                tracing::error!(%error, changes = changes.len(), "nothing was written");
                for (done, _) in waiting {
                    let _ = done.send(Err(StoreError::Database(error.clone())));
                }
            }
        }
    }

    /// All changes in one transaction, or none.
    fn commit(&mut self, changes: &[Change]) -> Result<Vec<Outcome>, Failure> {
        // What is written to a file that was deleted, or has another one in its place, is lost.
        if self.connection.is_some() && self.file != schema::file_id(&self.path) {
            tracing::warn!("the database file was moved or replaced, and is opened anew");
            self.connection = None;
        }
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => {
                let connection = schema::open(&self.path).map_err(Failure::reopening)?;
                self.file = schema::file_id(&self.path);
                none.insert(connection)
            }
        };
        let mut result = in_transaction(connection, changes);
        if result.is_ok() && self.file != schema::file_id(&self.path) {
            result = Err(Failure::cannot_open("the file was moved or replaced meanwhile"));
        }
        if result.as_ref().is_err_and(Failure::needs_new_connection) {
            self.connection = None;
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
            OpenError::File(_) | OpenError::TooNew { .. } => Self::cannot_open(&error.to_string()),
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
