//! What the writer asks of a database, whichever it is.

use std::sync::Arc;

use super::{Change, Outcome};

/// A database as the writer has it: alone, and on a thread of its own, so each of these may block.
pub trait Backend {
    /// Writes all changes, or none; they are on disk when it returns.
    fn commit(&mut self, changes: &[Change]) -> Result<Vec<Outcome>, Failure>;

    /// Keeps what can be kept of one change that the database refuses as it is.
    fn keep_refused(&mut self, _: &Change, why: Failure) -> Result<Outcome, Failure> {
        Err(why)
    }

    /// Looks after the database while there is nothing to write: whether it has come back, or is
    /// gone. `None` if there was nothing to find out.
    fn look(&mut self) -> Option<Result<(), Failure>>;

    /// Nothing more will be written.
    fn close(self) -> Result<(), String>;
}

/// Why something was not written.
#[derive(Debug)]
pub enum Failure {
    /// One of the changes is at fault.
    Change(Arc<str>),
    /// The database is: locked, full, broken, gone.
    Database(Arc<str>),
}

impl Failure {
    pub fn message(&self) -> &Arc<str> {
        match self {
            Self::Change(message) | Self::Database(message) => message,
        }
    }
}
