//! The connection that changes are written through, and one transaction at a time on it.

use std::future::Future;

use tokio_postgres::{Client, Row};

use super::connection;
use super::error::Error;
use super::project::{self, Events};
use super::schema;
use super::statements::Statements;
use super::system_log;
use super::target::Target;
use crate::store::{Batch, DeadLetter, LogPage, Outcome};

pub struct Session {
    pub client: Client,
    statements: Statements,
}

impl Session {
    /// Creates the tables, or brings them up to date, and connects.
    pub async fn first(target: &Target) -> Result<Self, Error> {
        schema::prepare(&mut connection::connect_bare(target).await?).await?;
        Self::connect(target).await
    }

    pub async fn connect(target: &Target) -> Result<Self, Error> {
        let client = connection::connect(target).await?;
        let statements = Statements::prepare(&client).await?;
        Ok(Self { client, statements })
    }

    /// All batches in one transaction: the outcome of each.
    pub async fn write_events(&self, batches: &[&Batch]) -> Result<Vec<Outcome>, Error> {
        let events = Events::of(batches);
        let mut outcomes = vec![Outcome::default(); batches.len()];
        let written = async {
            let returned = self.begin(&events).await?;
            let rows = events.accepted(&returned, &mut outcomes)?;
            // Everything is on its way before the first is answered.
            let (written, committed) = tokio::join!(
                biased;
                project::write(&self.client, &self.statements, &rows),
                self.client.batch_execute("COMMIT"),
            );
            // After a statement that failed, COMMIT rolls back, and succeeds.
            written?;
            Ok(committed?)
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

    /// One statement or several, which change all or nothing.
    pub async fn in_transaction(
        &self,
        changes: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Error> {
        self.client.batch_execute("BEGIN").await?;
        let written = match changes.await {
            Ok(()) => self.client.batch_execute("COMMIT").await.map_err(Error::from),
            Err(error) => Err(error),
        };
        self.or_roll_back(written).await
    }

    pub async fn keep(&self, letters: &[&DeadLetter]) -> Result<(), Error> {
        let reasons: Vec<_> = letters.iter().map(|letter| letter.reason.as_str()).collect();
        let paths: Vec<_> = letters.iter().map(|letter| letter.path.as_str()).collect();
        let raws: Vec<_> = letters.iter().map(|letter| letter.raw.as_slice()).collect();
        self.client.execute(&self.statements.dead_letters, &[&reasons, &paths, &raws]).await?;
        Ok(())
    }

    async fn or_roll_back<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_err() && !self.client.is_closed() {
            self.client.batch_execute("ROLLBACK").await?;
        }
        result
    }
}
