//! What goes wrong with a server, and what that means for a change.

use std::error::Error as _;

use tokio_postgres::error::SqlState;

use crate::store::backend::Failure;

#[derive(Debug)]
pub enum Error {
    Postgres(tokio_postgres::Error),
    TimedOut,
    /// The server is not one that this program can work with.
    Unfit(String),
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl From<tokio::time::error::Elapsed> for Error {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self::TimedOut
    }
}

impl Error {
    /// Whether the same may go well at once: another replica was at the same rows.
    pub fn is_transient(&self) -> bool {
        let code = self.code();
        code == Some(&SqlState::T_R_DEADLOCK_DETECTED)
            || code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
    }

    /// Whether a value is at fault: one that PostgreSQL has no place for, such as a string with a NUL
    /// in it or a key that is too long for an index.
    pub fn is_of_change(&self) -> bool {
        let class = self.code().and_then(|code| code.code().get(..2));
        matches!(class, Some("21" | "22" | "23" | "54"))
    }

    /// Whether the connection is lost, or the server is about to end it (class 57P).
    pub fn is_of_connection(&self) -> bool {
        match (self, self.code()) {
            (_, Some(code)) => code.code().starts_with("57P"),
            (Self::Postgres(_), None) => true,
            (Self::TimedOut | Self::Unfit(_), None) => false,
        }
    }

    pub fn is_late(&self) -> bool {
        matches!(self, Self::TimedOut)
    }

    fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Postgres(error) => error.code(),
            Self::TimedOut | Self::Unfit(_) => None,
        }
    }
}

/// In one line, without a value that was written.
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TimedOut => f.write_str("the server does not answer in time"),
            Self::Unfit(why) => f.write_str(why),
            Self::Postgres(error) => match (error.as_db_error(), error.source()) {
                (Some(error), _) if self.is_of_change() => {
                    write!(f, "a value is refused (SQLSTATE {})", error.code().code())
                }
                (Some(error), _) => {
                    let message = error.message().replace('\n', " ");
                    write!(f, "{message} (SQLSTATE {})", error.code().code())
                }
                (None, Some(source)) => write!(f, "{error}: {source}"),
                (None, None) => write!(f, "{error}"),
            },
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string().into();
        match error.is_of_change() {
            true => Self::Change(message),
            false => Self::Database(message),
        }
    }
}
