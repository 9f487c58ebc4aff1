//! Where to go on reading the System Log, saved together with what was read.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::read::Reader;
use super::statements::Statements;
use crate::store::{LogPage, Unrecoverable};

/// The place where the next page begins.
const CURSOR: &str = "system_log";
/// Until when events were in the System Log without having been read.
const UNRECOVERABLE: &str = "system_log_unrecoverable";

pub(super) fn save(statements: &mut Statements<'_>, page: &LogPage) -> rusqlite::Result<()> {
    if let Some(next) = &page.next {
        save_value(statements, CURSOR, next)?;
    }
    let name = read_up_to(&page.org);
    let known =
        value(statements.connection, &name)?.and_then(|known| known.parse::<Timestamp>().ok());
    match page.events.latest_published().filter(|latest| Some(*latest) > known) {
        Some(latest) => save_value(statements, &name, &latest.to_string()),
        None => Ok(()),
    }
}

pub(super) fn save_unrecoverable(
    statements: &mut Statements<'_>,
    lost: &Unrecoverable,
) -> rusqlite::Result<()> {
    save_value(statements, UNRECOVERABLE, &lost.to_string())
}

impl Reader {
    /// Where to go on reading.
    pub async fn system_log_cursor(&self) -> Result<Option<String>, String> {
        self.read(|connection| value(connection, CURSOR)).await
    }

    /// When the latest event was published that was read from this org's System Log. What a hook
    /// brought does not count: there may be more before it that none did.
    pub async fn system_log_read_up_to(&self, org: &str) -> Result<Option<Timestamp>, String> {
        let name = read_up_to(org);
        let value = self.read(move |connection| value(connection, &name)).await?;
        Ok(value.and_then(|value| value.parse().ok()))
    }

    pub async fn unrecoverable(&self) -> Result<Option<Unrecoverable>, String> {
        let value = self.read(|connection| value(connection, UNRECOVERABLE)).await?;
        Ok(value.as_deref().and_then(Unrecoverable::parse))
    }
}

/// An org's own: another one may have been read before.
fn read_up_to(org: &str) -> String {
    format!("system_log_read_up_to {org}")
}

fn value(connection: &rusqlite::Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT value FROM meta WHERE name = ?1";
    connection.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()
}

fn save_value(statements: &mut Statements<'_>, name: &str, value: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO meta (name, value) VALUES (?1, ?2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    statements.run(sql, params![name, value])
}
