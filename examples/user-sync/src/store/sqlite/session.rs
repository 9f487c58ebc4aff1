//! One connection to write with, and what goes with it: all of it is given up at once.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};

use super::apply;
use super::hooks::HookTypes;
use super::profiles::{self, Profiles};
use super::schema::{self, OpenError};
use super::statements::Statements;
use crate::store::{Change, Outcome};

pub struct Session {
    pub connection: Connection,
    hook_types: HookTypes,
    profiles: Profiles,
}

impl Session {
    pub fn open(path: &Path, profiles: Profiles) -> Result<Self, OpenError> {
        let mut connection = schema::open(path)?;
        profiles::begin(&mut connection, profiles)?;
        Ok(Self { connection, hook_types: HookTypes::default(), profiles })
    }

    /// Writes all changes, or none; they are on disk when it returns.
    pub fn commit(&mut self, changes: &[Change]) -> rusqlite::Result<Vec<Outcome>> {
        let outcomes = self.in_transaction(changes);
        if outcomes.is_err() {
            // Some of them may not be there after all.
            self.hook_types = HookTypes::default();
        }
        outcomes
    }

    fn in_transaction(&mut self, changes: &[Change]) -> rusqlite::Result<Vec<Outcome>> {
        let Self { connection, hook_types, profiles } = self;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut statements = Statements::new(&transaction, *profiles);
        let outcomes =
            changes.iter().map(|change| apply::apply(&mut statements, hook_types, change));
        let outcomes = outcomes.collect::<rusqlite::Result<_>>()?;
        drop(statements);
        transaction.commit()?;
        Ok(outcomes)
    }

    /// Moves all changes from the write-ahead log into the file.
    pub fn checkpoint(&self) -> Result<(), OpenError> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        match self.connection.query_row(sql, [], |row| row.get(0))? {
            false => Ok(()),
            true => Err(OpenError::Busy),
        }
    }

    /// Leaves nothing in the write-ahead log, even while a reader is still there.
    pub fn close(self) -> Result<(), OpenError> {
        self.checkpoint()?;
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        self.connection.close().map_err(|(_, error)| error.into())
    }
}
