//! What each replica says of itself, for the pages of all of them.

use std::hash::{DefaultHasher, Hash, Hasher};

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row, Statement};

use super::error::Error;
use super::read::{Reader, say};
use crate::metrics::Counters;
use crate::store::{Lists, Replica, Revisions, Seen};

/// Counts a change, in its own transaction: whoever sees the change sees the count.
pub const COUNT: &str = "
    INSERT INTO replicas AS known (id, name, users, activity, dead_letters, changes)
    VALUES ($1, $2, $3, $4, $5, 1)
    ON CONFLICT (id) DO UPDATE SET
        seen_at = millis(), users = known.users + excluded.users,
        activity = known.activity + excluded.activity,
        dead_letters = known.dead_letters + excluded.dead_letters, changes = known.changes + 1";

/// A replica that gave no sign of life for an hour is forgotten; if it comes back, it is a new row.
const REPORT: &str = "
    WITH gone AS (DELETE FROM replicas WHERE seen_at < millis() - 3600000 AND id <> $1)
    INSERT INTO replicas (id, name, counters) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET seen_at = millis(), counters = excluded.counters";

const LOOK: &str = "
    SELECT id, name, counters, greatest(0, (millis() - seen_at) / 1000), users, activity,
           dead_letters, changes
    FROM replicas ORDER BY name, id";

/// Who this process is among those over the same database.
#[derive(Clone)]
pub struct Identity {
    id: i64,
    name: String,
}

impl Identity {
    /// Another one with each start, whatever the name is.
    pub fn new(name: &str) -> Result<Self, String> {
        let id = getrandom::u64().map_err(|error| format!("no random number: {error}"))?;
        // PostgreSQL keeps no NUL in a string.
        Ok(Self { id: i64::from_ne_bytes(id.to_ne_bytes()), name: name.replace('\0', "") })
    }

    pub async fn count(
        &self,
        client: &Client,
        statement: &Statement,
        lists: Lists,
    ) -> Result<(), Error> {
        let Lists { users, activity, dead_letters } = lists;
        let [users, activity, dead_letters] = [users, activity, dead_letters].map(i64::from);
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&self.id, &self.name, &users, &activity, &dead_letters];
        client.execute(statement, &parameters).await?;
        Ok(())
    }

    /// It ends, and is not missed.
    pub async fn leave(&self, client: &Client) -> Result<(), Error> {
        client.execute("DELETE FROM replicas WHERE id = $1", &[&self.id]).await?;
        Ok(())
    }
}

#[derive(Clone)]
pub struct Replicas(Reader);

impl Replicas {
    pub fn new(reader: Reader) -> Self {
        Self(reader)
    }

    pub async fn report(&self, counters: &Counters) -> Result<(), String> {
        let Identity { id, name } = self.0.identity();
        let counters = serde_json::to_string(counters).map_err(|error| error.to_string())?;
        let parameters =
            [(id as _, Type::INT8), (name as _, Type::TEXT), (&counters as _, Type::TEXT)];
        self.0.query(REPORT, &parameters).await.map(drop)
    }

    pub async fn look(&self) -> Result<Seen, String> {
        let rows = self.0.query(LOOK, &[]).await?;
        let replicas = rows.iter().map(replica).collect::<Result<_, _>>().map_err(say)?;
        let revision = |column| revision(&rows, column).map_err(say);
        let revisions = Revisions {
            users: revision(4)?,
            activity: revision(5)?,
            dead_letters: revision(6)?,
            all: revision(7)?,
        };
        Ok(Seen { revisions, replicas })
    }
}

fn replica(row: &Row) -> Result<Replica, tokio_postgres::Error> {
    let seconds = row.try_get::<_, i64>(3)?.unsigned_abs();
    // Another release may count something else.
    let counters: Counters = serde_json::from_str(row.try_get(2)?).unwrap_or_default();
    Ok(Replica::new(row.try_get(1)?, seconds, counters))
}

/// Another one with every count of every replica, and when one goes that has counted something. Two
/// builds may make different ones of the same counts: then pages read a list once more than they need.
fn revision(rows: &[Row], column: usize) -> Result<String, tokio_postgres::Error> {
    let mut hasher = DefaultHasher::new();
    for row in rows {
        let (id, count): (i64, i64) = (row.try_get(0)?, row.try_get(column)?);
        if count > 0 {
            (id, count).hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}
