//! Changes on their way into the file.

use std::path::Path;

use rusqlite::ErrorCode;

use super::database::Database;
use super::profiles::Profiles;
use super::read::Reader;
use super::schema::OpenError;
use crate::store::backend::{Backend, Failure};
use crate::store::{Change, Outcome};

/// A file that is written to.
pub struct Sqlite(Database);

impl Sqlite {
    pub fn open(path: &Path, profiles: Profiles) -> Result<Self, OpenError> {
        Database::open(path, profiles).map(Self)
    }

    pub fn reader(&self) -> Reader {
        self.0.reader()
    }

    fn write(&mut self, changes: &[Change]) -> Result<Vec<Outcome>, Error> {
        let session = self.0.session().map_err(Error::Open)?;
        let mut result = session.commit(changes).map_err(Error::Write);
        // What went to other files than those that have the names now is not acknowledged.
        if result.is_ok() && !self.0.is_in_place() {
            result = Err(Error::Moved);
        } else if result.as_ref().is_err_and(Error::needs_new_connection) {
            self.0.drop_session();
        }
        result
    }
}

impl Backend for Sqlite {
    fn commit(&mut self, changes: &[Change]) -> Result<Vec<Outcome>, Failure> {
        self.write(changes).map_err(Failure::from)
    }

    /// Sooner rather than later: what is lost with the process, such as a file that was deleted, can
    /// still be saved now.
    fn look(&mut self) -> Option<Result<(), Failure>> {
        if self.0.is_in_place() {
            return None;
        }
        Some(self.0.session().map(drop).map_err(|error| Error::Open(error).into()))
    }

    fn close(self) -> Result<(), String> {
        self.0.close().map_err(|error| error.to_string())
    }
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the file cannot be opened: {0}")]
    Open(OpenError),
    #[error("the file cannot be opened: the file was moved or replaced meanwhile")]
    Moved,
    #[error("{0}")]
    Write(rusqlite::Error),
}

impl Error {
    fn is_of_change(&self) -> bool {
        let Self::Write(error) = self else { return false };
        matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
        )
    }

    /// Whatever state it is in, the next try starts afresh; if it is only locked, it is as before.
    fn needs_new_connection(&self) -> bool {
        let is_locked = matches!(self, Self::Write(error)
            if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy));
        !is_locked && !self.is_of_change()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = match &error {
            // What SQLite says of opening needs no words of ours.
            Error::Open(OpenError::Database(error)) => error.to_string(),
            error => error.to_string(),
        };
        match error.is_of_change() {
            true => Self::Change(message.into()),
            false => Self::Database(message.into()),
        }
    }
}
