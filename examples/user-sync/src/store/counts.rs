//! How many rows there are, counted no more often than it is worth.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::{Reader, Revisions, Unrecoverable};

/// How long counting may take to be done after every change.
const QUICK: Duration = Duration::from_millis(100);

/// Of the time, this part at most is spent with counting that takes longer.
const SHARE: u32 = 50;

/// How long a number is good for at most: somebody can have changed the tables by hand.
const MAX_AGE: Duration = Duration::from_secs(60);

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
    last: Arc<Mutex<Option<Last>>>,
}

#[derive(Clone)]
struct Last {
    counted: Counted,
    unrecoverable: Option<Unrecoverable>,
    /// Of the tables, before they were counted.
    revision: String,
    at: Instant,
    took: Duration,
}

impl Last {
    fn is_good(&self, revision: &str) -> bool {
        let age = self.at.elapsed();
        let is_new = self.revision == revision && age < MAX_AGE;
        is_new || (self.took > QUICK && age < self.took * SHARE)
    }
}

impl Counts {
    pub fn new(reader: Reader) -> Self {
        Self { reader, last: Arc::default() }
    }

    /// Of these revisions or later ones where counting is quick, or else of a while ago.
    pub async fn get(
        &self,
        revisions: &Revisions,
    ) -> Result<(Counted, Option<Unrecoverable>), String> {
        let mut last = self.last.lock().await;
        let revision = &revisions.all;
        if let Some(last) = last.as_ref().filter(|last| last.is_good(revision)) {
            return Ok((last.counted, last.unrecoverable.clone()));
        }
        let started = Instant::now();
        let counted = self.reader.count().await?;
        let unrecoverable = self.reader.unrecoverable().await?;
        let (at, took) = (Instant::now(), started.elapsed());
        let revision = revision.clone();
        *last = Some(Last { counted, unrecoverable: unrecoverable.clone(), revision, at, took });
        Ok((counted, unrecoverable))
    }
}
