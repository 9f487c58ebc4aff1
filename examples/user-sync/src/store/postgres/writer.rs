//! Changes on their way to the server: one connection, one transaction at a time.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::time::{sleep_until, timeout};

use super::error::Error;
use super::session::Session;
use super::target::Target;
use super::{apply, system_log};
use crate::clock::millis;
use crate::store::backend::{Backend, Failure};
use crate::store::{Batch, Change, DeadLetter, Lists, LogPage, Origin, Outcome};

/// How long a transaction may take. The hook has answered before; what is written all the same, Okta's
/// second try finds done.
const DEADLINE: Duration = Duration::from_secs(5);

/// For how long a change is tried over new connections before it fails: longer than a server takes to
/// start again, and so short that what waits behind it, which may take as long again, is still refused
/// before Okta hangs up.
const PATIENCE: Duration = Duration::from_secs(1);

/// How soon after a failed one to connect again.
const RECONNECT: Duration = Duration::from_millis(100);

/// How often one transaction is tried when other replicas are at the same rows.
const TRIES: u32 = 5;

/// How many bytes of events share a transaction at most: they are in memory several times.
const TRANSACTION_BYTES: usize = 4 << 20;

/// How long it may take to say that we are gone.
const LEAVE: Duration = Duration::from_secs(1);

/// A server that is written to.
pub struct Postgres {
    target: Arc<Target>,
    runtime: Runtime,
    /// `None` after a failure that only a new connection gets over.
    session: Option<Session>,
    /// Whether the last change was refused by a server that was there.
    is_refused: bool,
    /// When to connect again at the earliest.
    next_try: Instant,
}

impl Postgres {
    pub fn open(target: Arc<Target>) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let session =
            runtime.block_on(Session::first(&target)).map_err(|error| error.to_string())?;
        let (session, next_try) = (Some(session), Instant::now());
        Ok(Self { target, runtime, session, is_refused: false, next_try })
    }

    /// Runs something with the session, within the deadline; again over a new one if it fails, so that
    /// a connection that is lost costs nobody an answer. What is written twice counts once.
    fn run<T>(&mut self, work: impl AsyncFn(&Session) -> Result<T, Error>) -> Result<T, Failure> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            self.connect(give_up)?;
            let Some(session) = &self.session else { return Err(Error::TimedOut.into()) };
            let result = self.runtime.block_on(async {
                timeout(DEADLINE, work(session)).await.unwrap_or(Err(Error::TimedOut))
            });
            let error = match result {
                Err(error) if !error.is_of_change() => error,
                result => return result.map_err(Failure::from),
            };
            // Whatever state the connection is in, the next try starts with another.
            self.is_refused = matches!(error, Error::Postgres(_)) && !session.client.is_closed();
            self.session = None;
            if Instant::now() > give_up {
                return Err(error.into());
            }
            tracing::info!(%error, "tried again over a new connection");
        }
    }

    /// Connects, if that is possible until `give_up` or at once.
    fn connect(&mut self, give_up: Instant) -> Result<(), Failure> {
        while self.session.as_ref().is_none_or(|session| session.client.is_closed()) {
            self.session = None;
            let connected = self.runtime.block_on(async {
                sleep_until(self.next_try.into()).await;
                Session::connect(&self.target).await
            });
            self.next_try = Instant::now() + RECONNECT;
            match connected {
                Ok(session) => self.session = Some(session),
                Err(_) if self.next_try < give_up => {}
                Err(error) => return Err(Failure::Database(error.to_string().into())),
            }
        }
        Ok(())
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
                let lists = Lists::of(change, Outcome::default());
                again(|| session.in_transaction(small_change(session, change), lists)).await
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
                    session.in_transaction(system_log::save(&session.client, page), None).await
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
                let asked = self
                    .run(async |session| Ok(session.client.simple_query("").await.map(drop)?));
                asked.err().map(Err)
            }
            None => match self.connect(Instant::now()) {
                // That there is a connection says nothing of whether the same is refused again.
                Ok(()) if self.is_refused => None,
                connected => Some(connected),
            },
        }
    }

    fn close(self) -> Result<(), String> {
        let Some(session) = &self.session else { return Ok(()) };
        let leaving = async { timeout(LEAVE, self.target.identity.leave(&session.client)).await? };
        self.runtime.block_on(leaving).map_err(|error: Error| error.to_string())
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
