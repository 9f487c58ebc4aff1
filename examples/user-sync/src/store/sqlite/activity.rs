//! What came, newest first: each event when it came first, and each time it came again.

use rusqlite::{Row, params};

use super::read::Reader;
use crate::store::rows::MAX_LOOKED_THROUGH;
use crate::store::{Activity, Find, Place, Received};

impl Reader {
    /// What came before this place; only what has `find` in its type, its summary or an id.
    pub async fn activity(
        &self,
        before: Option<Place>,
        limit: u32,
        find: Find,
    ) -> Result<Activity, String> {
        self.read(move |connection| {
            let sql =
                "SELECT seq, 0 AS duplicate, received_at, uuid, event_type, published, origin,
                              delivery_id, summary
                       FROM events WHERE seq <= ?1
                       UNION ALL
                       SELECT after_seq, d.id, d.received_at, uuid, event_type, published, d.origin,
                              d.delivery_id, summary
                       FROM duplicates d JOIN events ON seq = event_seq WHERE after_seq <= ?1
                       ORDER BY 1 DESC, 2 DESC";
            let before = before.unwrap_or(Place { seq: i64::MAX, duplicate: i64::MAX });
            let mut statement = connection.prepare_cached(sql)?;
            let received = statement.query_map(params![before.seq], received)?;
            let earlier = |row: &rusqlite::Result<Received>| {
                row.as_ref().map_or(true, |row| row.place < before)
            };
            Activity::looked_through(received.filter(earlier), limit, MAX_LOOKED_THROUGH, &find)
        })
        .await
    }
}

fn received(row: &Row<'_>) -> rusqlite::Result<Received> {
    let place = Place { seq: row.get(0)?, duplicate: row.get(1)? };
    Ok(Received {
        place,
        received_at: row.get(2)?,
        uuid: row.get(3)?,
        event_type: row.get(4)?,
        published: row.get(5)?,
        origin: row.get(6)?,
        delivery_id: row.get(7)?,
        summary: row.get(8)?,
        is_duplicate: place.duplicate > 0,
    })
}
