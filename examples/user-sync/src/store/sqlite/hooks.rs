//! What hooks bring. The System Log has far more than any hook is subscribed to: only what a hook
//! should have brought and did not was lost.

use okta_hooks::projection::Projection;
use rusqlite::{Transaction, params};

use super::apply::done;
use super::project::Recorded;
use crate::store::{Batch, Origin};

/// The longest event type that is remembered: Okta's have far fewer bytes.
const MAX_TYPE_BYTES: usize = 128;

/// Whether a hook should have brought this event before: it is new, only the System Log had it, and
/// an event of its type that a hook brought is not later.
///
/// Remembers the types that hooks bring.
pub(super) fn is_lost(
    transaction: &Transaction<'_>,
    projection: &Projection<'_>,
    batch: &Batch,
    recorded: Recorded,
) -> rusqlite::Result<bool> {
    let parameters = params![projection.event_type.as_str(), projection.version.as_str()];
    match batch.origin {
        Origin::Hook if projection.event_type.as_str().len() <= MAX_TYPE_BYTES => {
            let sql = "INSERT INTO hook_types (event_type, since) VALUES (?1, ?2)
                       ON CONFLICT (event_type) DO UPDATE SET since = excluded.since
                       WHERE excluded.since < since";
            done(transaction, sql, parameters)?;
            Ok(false)
        }
        Origin::GapRepair if recorded == Recorded::New => {
            let sql = "SELECT 1 FROM hook_types WHERE event_type = ?1 AND since <= ?2";
            transaction.prepare_cached(sql)?.exists(parameters)
        }
        _ => Ok(false),
    }
}
