//! The thread that writes: everything that waits goes into one transaction.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::backend::{Backend, Failure};
use super::{Change, Job, Outcome, StoreError};
use crate::metrics::Metrics;

/// How often to look after the database while there is nothing to write.
const TICK: Duration = Duration::from_millis(250);

pub struct Writer<B> {
    database: B,
    /// How many jobs share a transaction at most.
    group: usize,
    /// Why the last transaction failed, if it did.
    failing: Option<Arc<str>>,
    metrics: Arc<Metrics>,
}

impl<B: Backend> Writer<B> {
    pub fn new(database: B, group: usize, metrics: Arc<Metrics>) -> Self {
        Self { database, group, failing: None, metrics }
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

    fn look(&mut self) {
        match self.database.look() {
            Some(Ok(())) => self.went_well(),
            Some(Err(failure)) => self.went_wrong(&failure, 0),
            None => {}
        }
    }

    fn went_well(&mut self) {
        self.metrics.is_failing.store(false, Ordering::Relaxed);
        if self.failing.take().is_some() {
            tracing::warn!("the database takes changes again");
        }
    }

    /// Says so once, however often it goes wrong in the same way.
    fn went_wrong(&mut self, failure: &Failure, changes: usize) {
        self.metrics.is_failing.store(true, Ordering::Relaxed);
        let error = failure.message();
        if self.failing.as_ref() != Some(error) {
            tracing::error!(%error, changes, "nothing was written");
            self.failing = Some(error.clone());
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
            Err(failure) => {
                match &failure {
                    // The database is well, and takes others.
                    Failure::Change(reason) => tracing::warn!(%reason, "a change is refused"),
                    Failure::Database(_) => {
                        self.metrics.failed_commits.add(1);
                        self.went_wrong(&failure, changes.len());
                    }
                }
                for (done, _) in waiting {
                    let _ = done.send(Err(StoreError::Database(failure.message().clone())));
                }
            }
        }
    }

    fn commit(&mut self, changes: &[Change]) -> Result<Vec<Outcome>, Failure> {
        match (self.database.commit(changes), changes) {
            (Err(why @ Failure::Change(_)), [change]) => {
                self.database.keep_refused(change, why).map(|outcome| vec![outcome])
            }
            (result, _) => result,
        }
    }
}
