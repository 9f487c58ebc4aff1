//! Changes on their way to the server: one connection, one transaction at a time.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::error::Error;
use super::session::Session;
use super::target::Target;
use super::{apply, system_log};
use crate::clock::millis;
use crate::store::backend::{Backend, Failure};
use crate::store::{Batch, Change, DeadLetter, LogPage, Origin, Outcome};

/// How long a transaction may take. The hook has answered before; what is written all the same, Okta's
/// second try finds done.
const DEADLINE: Duration = Duration::from_secs(5);

/// How soon after a failed one to connect again. Meanwhile every change fails at once.
const RECONNECT: Duration = Duration::from_millis(100);

/// How often one transaction is tried when other replicas are at the same rows.
const TRIES: u32 = 5;

/// How many bytes of events share a transaction at most: they are in memory several times.
const TRANSACTION_BYTES: usize = 4 << 20;

/// A server that is written to.
pub struct Postgres {
    target: Arc<Target>,
    runtime: Runtime,
    /// `None` after a failure that only a new connection gets over.
    session: Option<Session>,
    /// When to connect again, and why not before.
    away: Option<(Instant, Arc<str>)>,
}

impl Postgres {
    pub fn open(target: Arc<Target>) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let session =
            runtime.block_on(Session::first(&target)).map_err(|error| error.to_string())?;
        Ok(Self { target, runtime, session: Some(session), away: None })
    }

    /// Runs something with the session, within the deadline.
    fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&Session) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        self.connect()?;
        let Some(session) = &self.session else { return Err(Error::TimedOut.into()) };
        let result = self.runtime.block_on(async {
            timeout(DEADLINE, work(session)).await.unwrap_or(Err(Error::TimedOut))
        });
        result.map_err(|error| self.failed(error))
    }

    fn connect(&mut self) -> Result<(), Failure> {
        if self.session.as_ref().is_some_and(|session| !session.client.is_closed()) {
            return Ok(());
        }
        self.session = None;
        if let Some((until, why)) = &self.away
            && Instant::now() < *until
        {
            return Err(Failure::Database(why.clone()));
        }
        match self.runtime.block_on(Session::connect(&self.target)) {
            Ok(session) => {
                self.session = Some(session);
                self.away = None;
                Ok(())
            }
            Err(error) => {
                let message: Arc<str> = error.to_string().into();
                self.away = Some((Instant::now() + RECONNECT, message.clone()));
                Err(Failure::Database(message))
            }
        }
    }

    /// Whatever state the connection is in, the next try starts with another.
    fn failed(&mut self, error: Error) -> Failure {
        if !error.is_of_change() {
            self.session = None;
        }
        error.into()
    }

    /// Several deliveries in one transaction.
    fn write_events(&mut self, batches: &[&Batch]) -> Result<Vec<Outcome>, Failure> {
        self.run(async |session| again(|| session.write_events(batches)).await)
    }

    fn write_page(&mut self, page: &LogPage) -> Result<Outcome, Failure> {
        self.run(async |session| again(|| session.write_page(page)).await)
    }

    fn keep(&mut self, letters: &[&DeadLetter]) -> Result<(), Failure> {
        self.run(async |session| again(|| session.keep(letters)).await)
    }

    /// Any other change.
    fn write_one(&mut self, change: &Change) -> Result<Outcome, Failure> {
        match change {
            Change::LogPage(page) => return self.write_page(page),
            Change::DeadLetters(letters) => self.keep(&letters.iter().collect::<Vec<_>>())?,
            _ => self.run(async |session| {
                again(|| session.in_transaction(small_change(session, change))).await
            })?,
        }
        Ok(Outcome::default())
    }

    /// Events that go one by one, because one of them is refused: that one is kept as a dead letter.
    fn write_one_by_one(&mut self, batch: &Batch) -> Result<Outcome, Failure> {
        let mut sum = Outcome::default();
        for (index, event) in batch.events.iter().enumerate() {
            match self.write_events(&[&batch.only(event)]) {
                Ok(outcomes) => {
                    for outcome in outcomes {
                        sum.new += outcome.new;
                        sum.duplicates += outcome.duplicates;
                        sum.unpaired += outcome.unpaired;
                        sum.lost += outcome.lost;
                    }
                }
                Err(Failure::Change(why)) => {
                    let path = match batch.origin {
                        Origin::GapRepair => "system log".to_owned(),
                        Origin::Hook | Origin::Retry => format!("data.events[{index}]"),
                    };
                    tracing::warn!(%path, reason = %why, "kept as a dead letter");
                    self.keep(&[&DeadLetter::refused(event, path, &why)])?;
                    sum.dead_letters += 1;
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(sum)
    }
}

impl Backend for Postgres {
    fn commit(&mut self, changes: &[Change]) -> Result<Vec<Outcome>, Failure> {
        let mut outcomes = vec![Outcome::default(); changes.len()];
        for group in Groups::of(changes) {
            let batches: Vec<_> = group.iter().map(|(_, batch)| *batch).collect();
            let written = self.write_events(&batches)?;
            for ((index, _), outcome) in group.into_iter().zip(written) {
                outcomes[index] = outcome;
            }
        }
        for (index, change) in changes.iter().enumerate() {
            if !matches!(change, Change::Events(_)) {
                outcomes[index] = self.write_one(change)?;
            }
        }
        Ok(outcomes)
    }

    fn keep_refused(&mut self, change: &Change, why: Failure) -> Result<Outcome, Failure> {
        match change {
            // It is a dead letter.
            Change::Events(batch) if batch.origin == Origin::Retry => Err(why),
            Change::Events(batch) => self.write_one_by_one(batch),
            Change::LogPage(page) => {
                let outcome = self.write_one_by_one(&page.events)?;
                self.run(async |session| {
                    session.in_transaction(system_log::save(&session.client, page)).await
                })?;
                Ok(outcome)
            }
            _ => Err(why),
        }
    }

    /// Connects again as soon as that is possible, rather than with the next delivery.
    fn look(&mut self) -> Option<Result<(), Failure>> {
        match self.session {
            Some(_) => {
                let gone = self
                    .run(async |session| Ok(session.client.simple_query("").await.map(drop)?));
                gone.err().map(|_| self.connect())
            }
            None => Some(self.connect()),
        }
    }

    fn close(self) -> Result<(), String> {
        Ok(())
    }
}

/// Deliveries that share a transaction, by their places among the changes.
struct Groups;

impl Groups {
    fn of(changes: &[Change]) -> Vec<Vec<(usize, &Batch)>> {
        let mut groups: Vec<Vec<_>> = Vec::new();
        let mut bytes = usize::MAX;
        for (index, change) in changes.iter().enumerate() {
            let Change::Events(batch) = change else { continue };
            bytes = bytes.saturating_add(batch.bytes());
            if bytes > TRANSACTION_BYTES {
                groups.push(Vec::new());
                bytes = batch.bytes();
            }
            groups.last_mut().expect("there is one now").push((index, batch));
        }
        groups
    }
}

/// Tries again where only other replicas were in the way.
async fn again<T, F>(mut work: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for _ in 1..TRIES {
        match work().await {
            Err(error) if error.is_transient() => {
                let pause = Duration::from_millis(fastrand::u64(1..20));
                tokio::time::sleep(pause).await;
            }
            result => return result,
        }
    }
    work().await
}

async fn small_change(session: &Session, change: &Change) -> Result<(), Error> {
    let client = &session.client;
    match change {
        Change::Profile(profile) => apply::profile(client, profile).await,
        Change::Later { user_id, wait } => apply::later(client, user_id, *wait).await,
        Change::Dismissed { user_id, asked } => apply::answered(client, user_id, *asked).await,
        Change::Resolved(id) => {
            client.execute("DELETE FROM dead_letters WHERE id = $1", &[id]).await?;
            Ok(())
        }
        Change::Unrecoverable(lost) => system_log::save_unrecoverable(client, lost).await,
        Change::Probe => system_log::save_value(client, "probed_at", &millis().to_string()).await,
        // These have a transaction of their own.
        Change::Events(_) | Change::LogPage(_) | Change::DeadLetters(_) => Ok(()),
    }
}
