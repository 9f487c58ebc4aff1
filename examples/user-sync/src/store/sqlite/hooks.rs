//! What hooks bring. The System Log has far more than any hook is subscribed to: only what a hook
//! should have brought and did not was lost.

use std::collections::HashMap;

use okta_hooks::LogEvent;
use okta_hooks::projection::{Projection, Version};
use rusqlite::params;

use super::project::Recorded;
use super::statements::Statements;
use crate::store::{Batch, Origin};

/// The longest event type that is remembered: Okta's have far fewer bytes.
const MAX_TYPE_BYTES: usize = 128;

/// How many event types are remembered in memory: Okta has some 1,300.
const MAX_KNOWN: usize = 2_000;

/// What is known to be in the database of the types that hooks bring: most events change nothing of
/// it, and asking costs as much as writing the event.
#[derive(Default)]
pub(super) struct HookTypes(HashMap<String, Version>);

impl HookTypes {
    /// Whether a hook should have brought this event before: it is new, only the System Log had it, it
    /// was published long enough ago, and an event of its type that a hook brought is not later.
    ///
    /// Remembers the types that hooks bring.
    pub(super) fn is_lost(
        &mut self,
        statements: &mut Statements<'_>,
        event: &LogEvent,
        projection: &Projection<'_>,
        batch: &Batch,
        recorded: Recorded,
    ) -> rusqlite::Result<bool> {
        let Projection { event_type, version, .. } = projection;
        match batch.origin {
            Origin::Hook if event_type.as_str().len() <= MAX_TYPE_BYTES => {
                self.remember(statements, event_type.as_str(), version)?;
                Ok(false)
            }
            Origin::GapRepair if recorded == Recorded::New && batch.is_overdue(event) => {
                let sql = "SELECT 1 FROM hook_types WHERE event_type = ?1 AND since <= ?2";
                let parameters = params![event_type.as_str(), version.as_str()];
                statements.prepare(sql)?.exists(parameters)
            }
            _ => Ok(false),
        }
    }

    fn remember(
        &mut self,
        statements: &mut Statements<'_>,
        event_type: &str,
        since: &Version,
    ) -> rusqlite::Result<()> {
        if self.0.get(event_type).is_some_and(|known| known <= since) {
            return Ok(());
        }
        let sql = "INSERT INTO hook_types (event_type, since) VALUES (?1, ?2)
                   ON CONFLICT (event_type) DO UPDATE SET since = excluded.since
                   WHERE excluded.since < since";
        statements.run(sql, params![event_type, since.as_str()])?;
        if self.0.len() >= MAX_KNOWN {
            self.0.clear();
        }
        self.0.insert(event_type.to_owned(), since.clone());
        Ok(())
    }
}
