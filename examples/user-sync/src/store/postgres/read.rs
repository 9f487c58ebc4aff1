//! What the pages and the loops read, beside the writer.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use okta_hooks::projection::Version;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::connection;
use super::error::Error;
use super::replicas::Identity;
use super::system_log;
use super::target::Target;
use crate::store::rows::MAX_LOOKED_THROUGH;
use crate::store::{
    Activity, Counted, DeadLetterSummary, Event, Find, Person, PersonKey, Place, Received,
    Unrecoverable,
};

/// The server itself gives up earlier.
const DEADLINE: Duration = Duration::from_secs(6);

pub type Parameters<'a> = &'a [(&'a (dyn ToSql + Sync), Type)];

/// The way to read. A clone shares the connection.
#[derive(Clone)]
pub struct Reader(Arc<Shared>);

struct Shared {
    target: Arc<Target>,
    connection: Mutex<Option<Arc<Client>>>,
}

impl Reader {
    /// It connects when it is first asked.
    pub fn new(target: Arc<Target>) -> Self {
        Self(Arc::new(Shared { target, connection: Mutex::new(None) }))
    }

    /// Who this process is.
    pub fn identity(&self) -> &Identity {
        &self.0.target.identity
    }

    /// The connection that is there, or a new one.
    pub async fn connection(&self) -> Result<Arc<Client>, String> {
        let mut connection = self.0.connection.lock().await;
        match &*connection {
            Some(open) if !open.is_closed() => Ok(open.clone()),
            _ => {
                let open = connection::connect(&self.0.target).await.map_err(say)?;
                Ok(connection.insert(Arc::new(open)).clone())
            }
        }
    }

    /// Once more over a new connection if the old one is lost, as after a time in which nobody asked.
    pub async fn query(&self, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, String> {
        let connection = self.connection().await?;
        let rows = match self.ask(&connection, sql, parameters).await {
            Err(error) if error.is_of_connection() => {
                let connection = self.connection().await?;
                self.ask(&connection, sql, parameters).await
            }
            rows => rows,
        };
        rows.map_err(say)
    }

    pub async fn query_with(
        &self,
        connection: &Arc<Client>,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, String> {
        self.ask(connection, sql, parameters).await.map_err(say)
    }

    /// In one round trip, on a connection that is given up if it is lost or does not answer.
    async fn ask(
        &self,
        connection: &Arc<Client>,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, Error> {
        let rows = match timeout(DEADLINE, connection.query_typed(sql, parameters)).await {
            Ok(rows) => rows.map_err(Error::from),
            Err(elapsed) => Err(elapsed.into()),
        };
        if rows.as_ref().is_err_and(|error| error.is_of_connection() || error.is_late()) {
            let mut current = self.0.connection.lock().await;
            if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, connection)) {
                *current = None;
            }
        }
        rows
    }

    async fn rows<T>(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
        read: impl Fn(&Row) -> Result<T, tokio_postgres::Error>,
    ) -> Result<Vec<T>, String> {
        let rows = self.query(sql, parameters).await?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(say)
    }

    /// The users after this place, those changed last first; only those with `find` in a name, the
    /// login, the email, the id or the status, as far as the database's own locale knows of case.
    pub async fn people(
        &self,
        after: Option<PersonKey>,
        limit: u32,
        find: Find,
    ) -> Result<Vec<Person>, String> {
        let sql = "SELECT * FROM (
                       SELECT id, login, email, first_name, last_name, display_name, status,
                              last_event, version, coalesce(id, 'login:' || lower(login)) AS key
                       FROM people) AS people
                   WHERE ($1 IS NULL OR version < $1 OR (version = $1 AND key > $2))
                     AND ($4 = '' OR strpos(
                         lower(concat_ws(E'\\n', display_name, first_name, last_name, login, email,
                                         id, status) COLLATE \"default\"), $4) > 0)
                   ORDER BY version DESC, key LIMIT $3";
        let (version, key) = after.map(|PersonKey { version, key }| (version, key)).unzip();
        let (limit, find) = (i64::from(limit), find.as_str());
        let parameters: Parameters<'_> = &[
            (&version, Type::TEXT),
            (&key, Type::TEXT),
            (&limit, Type::INT8),
            (&find, Type::TEXT),
        ];
        self.rows(sql, parameters, |row| {
            let version: String = row.try_get(8)?;
            Ok(Person {
                id: row.try_get(0)?,
                login: row.try_get(1)?,
                email: row.try_get(2)?,
                first_name: row.try_get(3)?,
                last_name: row.try_get(4)?,
                display_name: row.try_get(5)?,
                status: row.try_get(6)?,
                last_event: row.try_get(7)?,
                updated_at: Version::parse(&version).and_then(|version| version.time()),
                place: PersonKey { version, key: row.try_get(9)? },
            })
        })
        .await
    }

    /// The latest events before `before`, newest first.
    pub async fn events(&self, before: Option<i64>, limit: u32) -> Result<Vec<Event>, String> {
        let sql = "SELECT seq, uuid, event_type, published, received_at, origin, summary
                   FROM events WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
        let (before, limit) = (before.unwrap_or(i64::MAX), i64::from(limit));
        self.rows(sql, &[(&before, Type::INT8), (&limit, Type::INT8)], |row| {
            Ok(Event {
                seq: row.try_get(0)?,
                uuid: row.try_get(1)?,
                event_type: row.try_get(2)?,
                published: row.try_get(3)?,
                received_at: row.try_get(4)?,
                origin: row.try_get(5)?,
                summary: row.try_get(6)?,
            })
        })
        .await
    }

    /// The latest dead letters before `before`, newest first.
    pub async fn dead_letters(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<DeadLetterSummary>, String> {
        let sql = "SELECT id, received_at, reason, path, length(raw)::bigint FROM dead_letters
                   WHERE id < $1 ORDER BY id DESC LIMIT $2";
        let (before, limit) = (before.unwrap_or(i64::MAX), i64::from(limit));
        self.rows(sql, &[(&before, Type::INT8), (&limit, Type::INT8)], |row| {
            Ok(DeadLetterSummary {
                id: row.try_get(0)?,
                received_at: row.try_get(1)?,
                reason: row.try_get(2)?,
                path: row.try_get(3)?,
                bytes: row.try_get(4)?,
            })
        })
        .await
    }

    /// The bytes of a dead letter; `None` if there is none of that id.
    pub async fn dead_letter(&self, id: i64) -> Result<Option<Vec<u8>>, String> {
        let sql = "SELECT raw FROM dead_letters WHERE id = $1";
        let raws = self.rows(sql, &[(&id, Type::INT8)], |row| row.try_get(0)).await?;
        Ok(raws.into_iter().next())
    }

    /// What came before this place; only what has `find` in its type, its summary or an id.
    pub async fn activity(
        &self,
        before: Option<Place>,
        limit: u32,
        find: Find,
    ) -> Result<Activity, String> {
        let sql = "SELECT * FROM (
                       SELECT seq, 0::bigint AS duplicate, received_at, uuid, event_type, published,
                              origin, delivery_id, summary
                       FROM events WHERE seq <= $1
                       UNION ALL
                       SELECT after_seq, d.id, d.received_at, uuid, event_type, published, d.origin,
                              d.delivery_id, summary
                       FROM duplicates d JOIN events ON seq = event_seq WHERE after_seq <= $1
                   ) AS received
                   WHERE (seq, duplicate) < ($1, $2) ORDER BY seq DESC, duplicate DESC LIMIT $3";
        let before = before.unwrap_or(Place { seq: i64::MAX, duplicate: i64::MAX });
        let looked_through = if find.is_any() { limit as usize } else { MAX_LOOKED_THROUGH };
        let rows = i64::try_from(looked_through + 1).unwrap_or(i64::MAX);
        let parameters: Parameters<'_> =
            &[(&before.seq, Type::INT8), (&before.duplicate, Type::INT8), (&rows, Type::INT8)];
        let all = self.rows(sql, parameters, received).await?;
        Activity::looked_through(all.into_iter().map(Ok), limit, looked_through, &find)
    }

    /// How many rows there are. A count reads its whole table, and that of events has no bound: from a
    /// million on, they are as many as PostgreSQL's own planner expects in a file of that size.
    pub async fn count(&self) -> Result<Counted, String> {
        let sql = "SELECT (SELECT count(*) FROM users WHERE key < 'login:' OR key >= 'login;')
                              + (SELECT count(*) FROM users
                                 WHERE key >= 'login:' AND key < 'login;'
                                   AND NOT EXISTS (SELECT 1 FROM owners WHERE owners.key = users.key)),
                          (SELECT CASE WHEN expected < 1000000 THEN (SELECT count(*) FROM events)
                                       ELSE expected::bigint END
                           FROM (SELECT reltuples / greatest(relpages, 1) * pg_relation_size(oid)
                                            / current_setting('block_size')::bigint AS expected
                                 FROM pg_class WHERE oid = 'events'::regclass) AS estimate),
                          (SELECT count(*) FROM dead_letters),
                          (SELECT count(*) FROM refreshes)";
        let counts = self.rows(sql, &[], |row| {
            Ok(Counted {
                users: row.try_get(0)?,
                events: row.try_get(1)?,
                dead_letters: row.try_get(2)?,
                refresh_backlog: row.try_get(3)?,
            })
        });
        Ok(counts.await?.first().copied().unwrap_or_default())
    }

    /// Where to go on reading.
    pub async fn system_log_cursor(&self) -> Result<Option<String>, String> {
        self.value(system_log::CURSOR).await
    }

    /// When the latest event was published that was read from this org's System Log. What a hook
    /// brought does not count: there may be more before it that none did.
    pub async fn system_log_read_up_to(&self, org: &str) -> Result<Option<Timestamp>, String> {
        let value = self.value(&system_log::read_up_to(org)).await?;
        Ok(value.and_then(|value| value.parse().ok()))
    }

    pub async fn unrecoverable(&self) -> Result<Option<Unrecoverable>, String> {
        let value = self.value(system_log::UNRECOVERABLE).await?;
        Ok(value.as_deref().and_then(Unrecoverable::parse))
    }

    async fn value(&self, name: &str) -> Result<Option<String>, String> {
        let sql = "SELECT value FROM meta WHERE name = $1";
        let values = self.rows(sql, &[(&name, Type::TEXT)], |row| row.try_get(0)).await?;
        Ok(values.into_iter().next())
    }
}

fn received(row: &Row) -> Result<Received, tokio_postgres::Error> {
    let place = Place { seq: row.try_get(0)?, duplicate: row.try_get(1)? };
    Ok(Received {
        place,
        received_at: row.try_get(2)?,
        uuid: row.try_get(3)?,
        event_type: row.try_get(4)?,
        published: row.try_get(5)?,
        origin: row.try_get(6)?,
        delivery_id: row.try_get(7)?,
        summary: row.try_get(8)?,
        is_duplicate: place.duplicate > 0,
    })
}

/// In words that a page may show.
pub fn say(error: impl Into<Error>) -> String {
    format!("the database: {}", error.into())
}
