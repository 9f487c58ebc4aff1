//! How many rows there are, counted no more often than it is worth.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::{Reader, Revisions, Unrecoverable};

/// How long counting may take to be done after every change.
const QUICK: Duration = Duration::from_millis(100);

/// Of the time, one part in so many is spent with counting that takes longer, unless [`MAX_AGE`] has it done
/// sooner.
const SHARE: u32 = 50;

/// How long a number is good for at most: somebody can have changed the tables by hand, and one attempt that
/// was slow may be an exception.
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
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    last: Option<Last>,
    /// The attempt after that, if it failed.
    failed: Option<Failed>,
}

struct Last {
    counted: Counted,
    unrecoverable: Option<Unrecoverable>,
    /// Of the tables, before they were counted.
    revision: String,
    at: Instant,
    took: Duration,
}

impl Last {
    fn numbers(&self) -> (Counted, Option<Unrecoverable>) {
        (self.counted, self.unrecoverable.clone())
    }

    fn is_good(&self, revision: &str) -> bool {
        let age = self.at.elapsed();
        let is_new = self.revision == revision && age < MAX_AGE;
        is_new || (self.took > QUICK && age < pause_after(self.took))
    }
}

/// An attempt that failed, and not at once: as a rule the database gave up a statement that took too long.
struct Failed {
    error: String,
    at: Instant,
    took: Duration,
}

impl Counts {
    pub fn new(reader: Reader) -> Self {
        Self { reader, state: Arc::default() }
    }

    /// Of these revisions or later ones where counting is quick, or else of a while ago.
    pub async fn get(
        &self,
        revisions: &Revisions,
    ) -> Result<(Counted, Option<Unrecoverable>), String> {
        let mut state = self.state.lock().await;
        let revision = &revisions.all;
        if let Some(last) = state.last.as_ref().filter(|last| last.is_good(revision)) {
            return Ok(last.numbers());
        }
        if let Some(failed) = state.failed.as_ref().filter(|failed| failed.is_recent()) {
            return failed.instead(&state.last);
        }
        let started = Instant::now();
        let counted = self.count().await;
        let (at, took) = (Instant::now(), started.elapsed());
        match counted {
            Ok((counted, unrecoverable)) => {
                let last = Last { counted, unrecoverable, revision: revision.clone(), at, took };
                let numbers = last.numbers();
                *state = State { last: Some(last), failed: None };
                Ok(numbers)
            }
            // What fails at once is away, and costs nothing to ask again.
            Err(error) if took <= QUICK => Err(error),
            Err(error) => {
                let State { last, failed } = &mut *state;
                failed.insert(Failed { error, at, took }).instead(last)
            }
        }
    }

    async fn count(&self) -> Result<(Counted, Option<Unrecoverable>), String> {
        Ok((self.reader.count().await?, self.reader.unrecoverable().await?))
    }
}

impl Failed {
    fn is_recent(&self) -> bool {
        self.at.elapsed() < pause_after(self.took)
    }

    /// The numbers of before: some that are old are worth more than none.
    fn instead(&self, last: &Option<Last>) -> Result<(Counted, Option<Unrecoverable>), String> {
        last.as_ref().map(Last::numbers).ok_or_else(|| self.error.clone())
    }
}

/// How long not to count after it took so long.
fn pause_after(took: Duration) -> Duration {
    (took * SHARE).min(MAX_AGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_takes_a_fiftieth_of_the_time_but_is_done_once_a_minute() {
        let seconds = |took| pause_after(Duration::from_millis(took)).as_secs();
        assert_eq!([200, 1_000, 5_000, 600_000].map(seconds), [10, 50, 60, 60]);
    }
}
