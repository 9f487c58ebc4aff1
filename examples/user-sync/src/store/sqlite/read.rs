//! What the pages and the loops read, beside the writer.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use okta_hooks::projection::Version;
use rusqlite::{Connection, Row, params};

use super::files::Names;
use super::schema;
use crate::clock::millis;
use crate::store::{Counted, DeadLetterSummary, Event, Find, Person, PersonKey, Refresh};

/// It is not read until the writer has found out what has its name now.
const MOVED: &str = "the database: its files were moved or replaced";

/// The way to read. A clone shares the connection.
#[derive(Clone, Default)]
pub struct Reader(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    connection: Option<Connection>,
    /// The file's path and the files that the writer has open; `None` while it has none.
    files: Option<(PathBuf, Names)>,
}

impl Reader {
    /// From now on these are the files to read; waits for a query that reads others.
    pub(super) fn use_files(&self, files: Option<(PathBuf, Names)>) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if files.is_none() {
            open.connection = None;
        }
        open.files = files;
    }

    /// Runs a query on a thread that may block.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let reader = self.clone();
        let result = tokio::task::spawn_blocking(move || reader.read_here(query)).await;
        match result {
            Ok(result) => result,
            Err(_) => Err("the query panicked".to_owned()),
        }
    }

    fn read_here<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, String> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Open { connection, files } = &mut *open;
        let (path, names) =
            files.as_ref().filter(|(_, names)| names.are_in_place()).ok_or(MOVED)?;
        let result = match connection.take() {
            Some(open) => Ok(open),
            None => schema::open_to_read(path),
        };
        let result = result.and_then(|open| query(connection.insert(open)));
        if result.is_err() {
            *connection = None;
        }
        match names.are_in_place() {
            true => result.map_err(|error| format!("the database: {error}")),
            false => Err(MOVED.to_owned()),
        }
    }

    /// The users after this place, those changed last first; only those with `find` in a name, the
    /// login, the email, the id or the status.
    pub async fn people(
        &self,
        after: Option<PersonKey>,
        limit: u32,
        find: Find,
    ) -> Result<Vec<Person>, String> {
        self.read(move |connection| {
            let sql =
                "SELECT id, login, email, first_name, last_name, display_name, status, last_event,
                        version, ifnull(id, 'login:' || lower(login)) AS key
                 FROM people
                 WHERE ?1 IS NULL OR version < ?1 OR (version = ?1 AND key > ?2)
                 ORDER BY version DESC, key LIMIT ?3";
            let mut statement = connection.prepare_cached(sql)?;
            let (version_before, key_before) =
                after.map(|PersonKey { version, key }| (version, key)).unzip();
            // Those that are found are not known before.
            let rows = if find.is_any() { i64::from(limit) } else { -1 };
            let people = statement.query_map(params![version_before, key_before, rows], person)?;
            let is_found = |person: &Person| {
                let Person { id, login, email, first_name, last_name, display_name, .. } = person;
                let names = [display_name, first_name, last_name, login, email, id, &person.status];
                find.is_in(names.map(Option::as_deref))
            };
            people.filter(|row| row.as_ref().map_or(true, is_found)).take(limit as usize).collect()
        })
        .await
    }

    /// The latest events before `before`, newest first.
    pub async fn events(&self, before: Option<i64>, limit: u32) -> Result<Vec<Event>, String> {
        self.read(move |connection| {
            let sql = "SELECT seq, uuid, event_type, published, received_at, origin, summary
                       FROM events WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let before = before.unwrap_or(i64::MAX);
            let events = statement.query_map(params![before, limit], |row| {
                Ok(Event {
                    seq: row.get(0)?,
                    uuid: row.get(1)?,
                    event_type: row.get(2)?,
                    published: row.get(3)?,
                    received_at: row.get(4)?,
                    origin: row.get(5)?,
                    summary: row.get(6)?,
                })
            })?;
            events.collect()
        })
        .await
    }

    /// The latest dead letters before `before`, newest first.
    pub async fn dead_letters(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<DeadLetterSummary>, String> {
        self.read(move |connection| {
            let sql = "SELECT id, received_at, reason, path, length(raw) FROM dead_letters
                       WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let letters =
                statement.query_map(params![before.unwrap_or(i64::MAX), limit], |row| {
                    Ok(DeadLetterSummary {
                        id: row.get(0)?,
                        received_at: row.get(1)?,
                        reason: row.get(2)?,
                        path: row.get(3)?,
                        bytes: row.get(4)?,
                    })
                })?;
            letters.collect()
        })
        .await
    }

    /// The bytes of a dead letter; `None` if there is none of that id.
    pub async fn dead_letter(&self, id: i64) -> Result<Option<Vec<u8>>, String> {
        self.first("SELECT raw FROM dead_letters WHERE id = ?1", [id], |row| row.get(0)).await
    }

    /// The next profile to fetch now. One that is to wait for longer than `longest` was put off before
    /// the clock was set back.
    pub async fn due_refresh(&self, longest: Duration) -> Result<Option<Refresh>, String> {
        let sql = "SELECT user_id, attempts, asked,
                          max(ifnull((SELECT last_event_version FROM users WHERE key = user_id), ''),
                              ifnull((SELECT max(last_event_version)
                                      FROM logins l JOIN users ON key = 'login:' || l.login
                                      WHERE l.user_id = refreshes.user_id), ''))
                   FROM refreshes WHERE user_id = coalesce(
                       (SELECT user_id FROM refreshes WHERE due_at <= ?1 ORDER BY due_at LIMIT 1),
                       (SELECT user_id FROM refreshes WHERE due_at > ?1 + ?2 LIMIT 1))";
        let refresh = |row: &Row<'_>| {
            Ok(Refresh {
                user_id: row.get(0)?,
                attempts: row.get(1)?,
                asked: row.get(2)?,
                known: version(row, 3)?,
            })
        };
        let longest = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
        self.first(sql, [millis(), longest], refresh).await
    }

    /// Users are as many as there are rows of `people`, which is slower to read.
    pub async fn count(&self) -> Result<Counted, String> {
        let sql = "SELECT (SELECT count(*) FROM users WHERE key < 'login:' OR key >= 'login;')
                              + (SELECT count(*) FROM users WHERE key >= 'login:' AND key < 'login;'
                                     AND key NOT IN (SELECT key FROM owners)),
                          (SELECT count(*) FROM events),
                          (SELECT count(*) FROM dead_letters),
                          (SELECT count(*) FROM refreshes)";
        self.read(|connection| {
            connection.prepare_cached(sql)?.query_row([], |row| {
                Ok(Counted {
                    users: row.get(0)?,
                    events: row.get(1)?,
                    dead_letters: row.get(2)?,
                    refresh_backlog: row.get(3)?,
                })
            })
        })
        .await
    }

    async fn first<T: Send + 'static>(
        &self,
        sql: &'static str,
        parameters: impl rusqlite::Params + Send + 'static,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<Option<T>, String> {
        use rusqlite::OptionalExtension;
        self.read(move |connection| {
            connection.prepare_cached(sql)?.query_row(parameters, map).optional()
        })
        .await
    }
}

fn person(row: &Row<'_>) -> rusqlite::Result<Person> {
    Ok(Person {
        id: row.get(0)?,
        login: row.get(1)?,
        email: row.get(2)?,
        first_name: row.get(3)?,
        last_name: row.get(4)?,
        display_name: row.get(5)?,
        status: row.get(6)?,
        last_event: row.get(7)?,
        updated_at: version(row, 8)?.and_then(|version| version.time()),
        place: PersonKey { version: row.get(8)?, key: row.get(9)? },
    })
}

/// The version in a column; empty is none.
fn version(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Version>> {
    Ok(Version::parse(&row.get::<_, String>(column)?))
}
