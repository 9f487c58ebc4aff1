//! The way to read, whichever database it is.

use jiff::Timestamp;

#[cfg(feature = "postgres")]
use super::postgres;
use super::{
    Activity, Counted, DeadLetterSummary, Event, Find, Person, PersonKey, Place, Unrecoverable,
    sqlite,
};

/// The way to read, beside the writer. A clone shares the connection.
#[derive(Clone)]
pub enum Reader {
    Sqlite(sqlite::Reader),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Reader),
}

/// The same of either.
macro_rules! read {
    ($self:ident, $reader:ident => $read:expr) => {
        match $self {
            Self::Sqlite($reader) => $read.await,
            #[cfg(feature = "postgres")]
            Self::Postgres($reader) => $read.await,
        }
    };
}

impl Reader {
    /// The users after this place, those changed last first; only those with `find` in a name, the
    /// login, the email, the id or the status.
    pub async fn people(
        &self,
        after: Option<PersonKey>,
        limit: u32,
        find: Find,
    ) -> Result<Vec<Person>, String> {
        read!(self, reader => reader.people(after, limit, find))
    }

    /// What came before this place; only what has `find` in its type, its summary or an id.
    pub async fn activity(
        &self,
        before: Option<Place>,
        limit: u32,
        find: Find,
    ) -> Result<Activity, String> {
        read!(self, reader => reader.activity(before, limit, find))
    }

    /// The latest events before `before`, newest first.
    pub async fn events(&self, before: Option<i64>, limit: u32) -> Result<Vec<Event>, String> {
        read!(self, reader => reader.events(before, limit))
    }

    /// The latest dead letters before `before`, newest first.
    pub async fn dead_letters(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<DeadLetterSummary>, String> {
        read!(self, reader => reader.dead_letters(before, limit))
    }

    /// The bytes of a dead letter; `None` if there is none of that id.
    pub async fn dead_letter(&self, id: i64) -> Result<Option<Vec<u8>>, String> {
        read!(self, reader => reader.dead_letter(id))
    }

    /// How many rows there are.
    pub async fn count(&self) -> Result<Counted, String> {
        read!(self, reader => reader.count())
    }

    /// Where to go on reading the System Log.
    pub async fn system_log_cursor(&self) -> Result<Option<String>, String> {
        read!(self, reader => reader.system_log_cursor())
    }

    /// When the latest event was published that was read from this org's System Log. What a hook
    /// brought does not count: there may be more before it that none did.
    pub async fn system_log_read_up_to(&self, org: &str) -> Result<Option<Timestamp>, String> {
        read!(self, reader => reader.system_log_read_up_to(org))
    }

    pub async fn unrecoverable(&self) -> Result<Option<Unrecoverable>, String> {
        read!(self, reader => reader.unrecoverable())
    }
}
