//! Events that came again: that they were ignored is what their deliveries did.

use rusqlite::params;

use super::statements::Statements;
use crate::clock::millis;
use crate::store::{Batch, Origin};

/// How many are kept, the latest.
const MAX_KEPT: i64 = 10_000;

/// What the System Log has again is not a delivery: nearly all of it was brought by a hook before.
pub(super) fn save(
    statements: &mut Statements<'_>,
    uuid: &str,
    batch: &Batch,
) -> rusqlite::Result<()> {
    if batch.origin == Origin::GapRepair {
        return Ok(());
    }
    let sql = "INSERT INTO duplicates (event_seq, after_seq, received_at, origin, delivery_id)
               SELECT seq, (SELECT max(seq) FROM events), ?2, ?3, ?4 FROM events WHERE uuid = ?1";
    let parameters = params![uuid, millis(), batch.origin.as_str(), batch.delivery_id];
    statements.run(sql, parameters)?;
    let oldest = statements.connection.last_insert_rowid() - MAX_KEPT;
    statements.run("DELETE FROM duplicates WHERE id <= ?1", [oldest])
}
