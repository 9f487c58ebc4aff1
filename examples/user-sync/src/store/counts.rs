//! How many rows there are, counted no more often than it is worth.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::{Reader, Unrecoverable};
use crate::metrics::Metrics;

/// How long counting may take to be done after every change.
const QUICK: Duration = Duration::from_millis(100);

/// Of the time, this part at most is spent with counting that takes longer.
const SHARE: u32 = 50;

/// How long a number is good for at most: another process can have changed the tables, too,
const MAX_AGE: Duration = Duration::from_secs(60);

/// and where replicas share them, will have.
const MAX_AGE_SHARED: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Default)]
pub struct Counted {
    pub users: i64,
    pub events: i64,
    pub dead_letters: i64,
    pub refresh_backlog: i64,
}

/// Numbers as of some moment. A clone shares them.
#[derive(Clone)]
pub struct Counts {
    reader: Reader,
    metrics: Arc<Metrics>,
    last: Arc<Mutex<Option<Last>>>,
}

#[derive(Clone)]
struct Last {
    counted: Counted,
    unrecoverable: Option<Unrecoverable>,
    /// Of the tables, before they were counted.
    revision: u64,
    at: Instant,
    took: Duration,
}

impl Last {
    fn is_good(&self, revision: u64, max_age: Duration) -> bool {
        let age = self.at.elapsed();
        let is_new = self.revision == revision && age < max_age;
        is_new || (self.took > QUICK && age < self.took * SHARE)
    }
}

impl Counts {
    pub fn new(reader: Reader, metrics: Arc<Metrics>) -> Self {
        Self { reader, metrics, last: Arc::default() }
    }

    /// As of now where nothing has changed since or counting is quick, or else of a while ago.
    pub async fn get(&self) -> Result<(Counted, Option<Unrecoverable>), String> {
        let mut last = self.last.lock().await;
        let revision = self.metrics.revisions.all.get();
        let max_age = if self.reader.is_shared() { MAX_AGE_SHARED } else { MAX_AGE };
        if let Some(last) = last.as_ref().filter(|last| last.is_good(revision, max_age)) {
            return Ok((last.counted, last.unrecoverable.clone()));
        }
        let started = Instant::now();
        let counted = self.reader.count().await?;
        let unrecoverable = self.reader.unrecoverable().await?;
        let (at, took) = (Instant::now(), started.elapsed());
        *last = Some(Last { counted, unrecoverable: unrecoverable.clone(), revision, at, took });
        Ok((counted, unrecoverable))
    }
}
