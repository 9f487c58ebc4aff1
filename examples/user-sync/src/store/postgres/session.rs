//! The connection that changes are written through, and one transaction at a time on it.

use std::future::Future;

use tokio_postgres::{Client, Row};

use super::connection;
use super::error::Error;
use super::known_types::KnownTypes;
use super::project::{self, Events};
use super::replicas::Identity;
use super::schema;
use super::statements::Statements;
use super::system_log;
use super::target::Target;
use crate::store::{Batch, DeadLetter, Lists, LogPage, Outcome};

/// Every statement here looks up rows by their keys. A plan that was made while the tables were small
/// must not read them whole once they have grown, and need not be made anew for each transaction.
const PLANS: &str = "
    SET plan_cache_mode = force_generic_plan;
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET jit = off";

pub struct Session {
    pub client: Client,
    statements: Statements,
    identity: Identity,
    known_types: KnownTypes,
}

impl Session {
    /// Creates the tables, or brings them up to date, and connects.
    pub async fn first(target: &Target) -> Result<Self, Error> {
        schema::prepare(&mut connection::connect_bare(target).await?).await?;
        Self::connect(target).await
    }

    pub async fn connect(target: &Target) -> Result<Self, Error> {
        let client = connection::connect(target).await?;
        client.batch_execute(PLANS).await?;
        let statements = Statements::prepare(&client).await?;
        let (identity, known_types) = (target.identity.clone(), KnownTypes::default());
        Ok(Self { client, statements, identity, known_types })
    }

    /// All batches in one transaction: the outcome of each.
    pub async fn write_events(&self, batches: &[&Batch]) -> Result<Vec<Outcome>, Error> {
        let events = Events::of(batches);
        let mut outcomes = vec![Outcome::default(); batches.len()];
        let written = async {
            let returned = self.begin(&events).await?;
            let mut rows = events.accepted(&returned, &mut outcomes)?;
            self.known_types.leave_out(&mut rows.hook_types);
            let lists = Lists { users: true, activity: true, dead_letters: false };
            // Everything is on its way before the first is answered.
            let (written, counted, committed) = tokio::join!(
                biased;
                project::write(&self.client, &self.statements, &rows),
                self.count(lists),
                self.client.batch_execute("COMMIT"),
            );
            // After a statement that failed, COMMIT rolls back, and succeeds.
            written.and(counted)?;
            committed?;
            self.known_types.learn(rows.hook_types);
            Ok(())
        };
        let written = written.await;
        self.or_roll_back(written).await?;
        Ok(outcomes)
    }

    /// The events of a page, and where the next one begins.
    pub async fn write_page(&self, page: &LogPage) -> Result<Outcome, Error> {
        let events = Events::of(&[&page.events]);
        let mut outcome = [Outcome::default()];
        let written = async {
            let returned = self.begin(&events).await?;
            let rows = events.accepted(&returned, &mut outcome)?;
            let (types, versions) = events.new_types(&returned)?;
            let lost = self.client.query_one(&self.statements.lost, &[&types, &versions]).await?;
            outcome[0].lost = u64::try_from(lost.try_get::<_, i64>(0)?).unwrap_or_default();
            project::write(&self.client, &self.statements, &rows).await?;
            system_log::save(&self.client, page).await?;
            let is_new = outcome[0].new > 0;
            self.count(Lists { users: is_new, activity: is_new, dead_letters: false }).await?;
            Ok(self.client.batch_execute("COMMIT").await?)
        };
        let written = written.await;
        self.or_roll_back(written).await?;
        Ok(outcome[0])
    }

    /// Begins a transaction with the events themselves; returns those that are to be counted.
    async fn begin(&self, events: &Events<'_>) -> Result<Vec<Row>, Error> {
        if events.is_empty() {
            self.client.batch_execute("BEGIN").await?;
            return Ok(Vec::new());
        }
        let (begun, inserted) = tokio::join!(
            biased;
            self.client.batch_execute("BEGIN"),
            events.insert(&self.client, &self.statements),
        );
        begun?;
        inserted
    }

    /// One statement or several, which change all or nothing, and what is another then; `None` if
    /// nothing of what pages show is.
    pub async fn in_transaction(
        &self,
        changes: impl Future<Output = Result<(), Error>>,
        lists: Option<Lists>,
    ) -> Result<(), Error> {
        self.client.batch_execute("BEGIN").await?;
        let written = async {
            changes.await?;
            if let Some(lists) = lists {
                self.count(lists).await?;
            }
            Ok(self.client.batch_execute("COMMIT").await?)
        };
        let written = written.await;
        self.or_roll_back(written).await
    }

    pub async fn keep(&self, letters: &[&DeadLetter]) -> Result<(), Error> {
        let reasons: Vec<_> = letters.iter().map(|letter| letter.reason.as_str()).collect();
        let paths: Vec<_> = letters.iter().map(|letter| letter.path.as_str()).collect();
        let raws: Vec<_> = letters.iter().map(|letter| letter.raw.as_slice()).collect();
        let statement = &self.statements.dead_letters;
        let kept = async {
            self.client.execute(statement, &[&reasons, &paths, &raws]).await?;
            Ok(())
        };
        let lists = Lists { dead_letters: true, ..Lists::default() };
        self.in_transaction(kept, Some(lists)).await
    }

    /// For the pages of all replicas.
    async fn count(&self, lists: Lists) -> Result<(), Error> {
        self.identity.count(&self.client, &self.statements.count, lists).await
    }

    async fn or_roll_back<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_err() && !self.client.is_closed() {
            self.client.batch_execute("ROLLBACK").await?;
        }
        result
    }
}
