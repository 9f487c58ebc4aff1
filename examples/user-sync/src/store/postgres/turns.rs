//! Whose turn it is: what the replicas over one database share, or do one at a time.

use std::sync::{Arc, Weak};
use std::time::Duration;

use okta_hooks::projection::Version;
use tokio::sync::Mutex;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::read::{Reader, say};
use crate::store::Refresh;

/// For how long a profile is one replica's to fetch: longer than a call to Okta takes, with a new
/// token and a second try. If the replica dies meanwhile, another one fetches it then.
const CLAIM: i64 = 120_000;

/// Who holds it repairs gaps. Any number will do, if it is always the same.
const GAP_REPAIR: i64 = 0x6f6b_7461_0001;

/// The next profile, unless the pace forbids; where calls are to be apart, this one counts.
///
/// What is claimed, or put off ($2), for more than twice as long as anything ever is, was so before
/// the clock was set back. Not what is for a little longer: this statement may have waited, by the
/// time of its start, for one that began later.
const NEXT: &str = "
    WITH due AS (
        SELECT user_id FROM refreshes
        WHERE (due_at <= millis() OR due_at > millis() + 2 * $2)
          AND (claimed_until <= millis() OR claimed_until > millis() + 2 * $1)
        ORDER BY due_at LIMIT 1
        FOR UPDATE SKIP LOCKED),
    turn AS (
        UPDATE pace
        SET not_before = CASE WHEN spacing > 0 THEN millis() + spacing ELSE not_before END
        WHERE endpoint = 'users' AND not_before <= millis() AND EXISTS (SELECT 1 FROM due)
        RETURNING endpoint)
    UPDATE refreshes SET claimed_until = millis() + $1
    FROM due, turn
    WHERE refreshes.user_id = due.user_id
    RETURNING refreshes.user_id, attempts, asked,
              greatest((SELECT last_event_version FROM users WHERE key = refreshes.user_id),
                       (SELECT max(last_event_version)
                        FROM logins JOIN users ON key = 'login:' || logins.login
                        WHERE logins.user_id = refreshes.user_id))";

#[derive(Clone)]
pub struct Turns {
    reader: Reader,
    /// The connection that holds the lock of the gap repair, if one does.
    lock: Arc<Mutex<Weak<Client>>>,
}

impl Turns {
    pub fn new(reader: Reader) -> Self {
        Self { reader, lock: Arc::default() }
    }

    pub async fn next_refresh(&self, longest: Duration) -> Result<Option<Refresh>, String> {
        let longest = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX / 2);
        let parameters = [(&CLAIM as _, Type::INT8), (&longest as _, Type::INT8)];
        let rows = self.reader.query(NEXT, &parameters).await?;
        let refresh = |row: &tokio_postgres::Row| {
            let known: Option<&str> = row.try_get(3)?;
            Ok(Refresh {
                user_id: row.try_get(0)?,
                attempts: row.try_get::<_, i32>(1)?.unsigned_abs(),
                asked: row.try_get(2)?,
                known: known.and_then(Version::parse),
            })
        };
        rows.first().map(refresh).transpose().map_err(|error: tokio_postgres::Error| say(error))
    }

    /// Tells the others how long to wait for, and how far apart calls are to be from then on.
    pub async fn wait(&self, wait: Duration, spacing: Duration) -> Result<(), String> {
        let sql = "UPDATE pace SET spacing = $2, not_before = CASE WHEN $1 + $2 > 0
                       THEN greatest(not_before, millis() + $1) ELSE least(not_before, millis()) END
                   WHERE endpoint = 'users' AND ($1 + $2 > 0 OR spacing > 0)";
        let [wait, spacing] =
            [wait, spacing].map(|time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4));
        let parameters = [(&wait as _, Type::INT8), (&spacing as _, Type::INT8)];
        self.reader.query(sql, &parameters).await.map(drop)
    }

    /// Whether gaps are this replica's to repair: from the first time that no other one does, for as
    /// long as the connection lasts, or until it is left.
    pub async fn may_repair_gaps(&self) -> Result<bool, String> {
        let mut lock = self.lock.lock().await;
        let connection = self.reader.connection().await?;
        let holds = lock.upgrade().is_some_and(|holder| Arc::ptr_eq(&holder, &connection));
        let sql = "SELECT $1 OR pg_try_advisory_lock($2)";
        let parameters = [(&holds as _, Type::BOOL), (&GAP_REPAIR as _, Type::INT8)];
        let rows = self.reader.query_with(&connection, sql, &parameters).await?;
        let holds = rows.first().is_some_and(|row| row.get(0));
        *lock = if holds { Arc::downgrade(&connection) } else { Weak::new() };
        Ok(holds)
    }

    /// The connection has no other lock that would last.
    pub async fn leave_gap_repair(&self) -> Result<(), String> {
        let mut lock = self.lock.lock().await;
        let Some(holder) = std::mem::take(&mut *lock).upgrade() else { return Ok(()) };
        self.reader.query_with(&holder, "SELECT pg_advisory_unlock_all()", &[]).await.map(drop)
    }
}
