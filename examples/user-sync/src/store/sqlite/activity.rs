//! What came, newest first: each event when it came first, and each time it came again.

use rusqlite::{Row, params};

use super::read::Reader;
use crate::store::{Activity, Find, Place, Received};

/// How many events one question looks through at most: whoever looks for what is not there asks again
/// for those before.
const MAX_LOOKED_THROUGH: usize = 20_000;

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
            let mut received = statement.query_map(params![before.seq], received)?;
            let mut activity = Activity { rows: Vec::new(), next: None };
            let mut looked_through = 0;
            while let Some(row) = received.next().transpose()? {
                if row.place >= before {
                    continue;
                }
                if activity.rows.len() == limit as usize || looked_through == MAX_LOOKED_THROUGH {
                    // What this row comes right after.
                    activity.next = Some(Place { duplicate: row.place.duplicate + 1, ..row.place });
                    break;
                }
                looked_through += 1;
                if row.is_found(&find) {
                    activity.rows.push(row);
                }
            }
            Ok(activity)
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
