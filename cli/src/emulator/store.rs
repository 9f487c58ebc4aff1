//! Where the org is kept: in memory only, or in a SQLite file as well.

use std::path::Path;

use rusqlite::{Connection, params};

/// Documents by kind and id, in the order they were made.
pub struct Store(Option<Connection>);

pub enum Change {
    Put { kind: &'static str, id: String, place: u64, json: String },
    Remove { kind: &'static str, id: String },
}

impl Store {
    // It cannot fail; it has the type of `open`.
    pub fn memory() -> rusqlite::Result<Self> {
        Ok(Self(None))
    }

    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        // What was committed survives the end of this process, however it ends.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.busy_timeout(std::time::Duration::from_secs(2))?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS documents (
                 kind TEXT NOT NULL, id TEXT NOT NULL, place INTEGER NOT NULL, json TEXT NOT NULL,
                 PRIMARY KEY (kind, id)
             ) WITHOUT ROWID;",
        )?;
        Ok(Self(Some(connection)))
    }

    /// All documents of a kind, each with its place.
    pub fn all(&self, kind: &str) -> rusqlite::Result<Vec<(u64, String)>> {
        let Some(connection) = &self.0 else { return Ok(Vec::new()) };
        let sql = "SELECT place, json FROM documents WHERE kind = ?1 ORDER BY place";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([kind], |row| {
            Ok((u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0), row.get(1)?))
        })?;
        rows.collect()
    }

    /// Makes all changes or none.
    pub fn apply(&mut self, changes: &[Change]) -> rusqlite::Result<()> {
        let Some(connection) = &mut self.0 else { return Ok(()) };
        let transaction = connection.transaction()?;
        for change in changes {
            match change {
                Change::Put { kind, id, place, json } => {
                    let sql = "INSERT OR REPLACE INTO documents VALUES (?1, ?2, ?3, ?4)";
                    let place = i64::try_from(*place).unwrap_or(i64::MAX);
                    transaction.prepare_cached(sql)?.execute(params![kind, id, place, json])?
                }
                Change::Remove { kind, id } => {
                    let sql = "DELETE FROM documents WHERE kind = ?1 AND id = ?2";
                    transaction.prepare_cached(sql)?.execute(params![kind, id])?
                }
            };
        }
        transaction.commit()
    }
}
