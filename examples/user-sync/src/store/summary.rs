//! What an event did, in a line for people.

use std::fmt::Write;

use okta_hooks::projection::Projection;

/// How many changes are named.
const MAX_NAMED: usize = 4;

pub fn of(projection: &Projection<'_>) -> String {
    let status = projection.status.as_ref().map(|status| status.value);
    let statuses = status.into_iter().flat_map(|status| {
        projection.users.iter().map(move |user| format!("{}: {status}", user.key()))
    });
    let memberships = projection.memberships().map(|change| {
        let verb = if change.is_member { "joins" } else { "leaves" };
        format!("{} {verb} {}", change.user.key(), change.group.id)
    });
    let mut changes = statuses.chain(memberships);
    let mut summary = changes.by_ref().take(MAX_NAMED).collect::<Vec<_>>().join("; ");
    let more = changes.count();
    if more > 0 {
        let _ = write!(summary, "; and {more} more");
    }
    if let Some((users, groups)) = projection.unpaired() {
        let _ = write!(summary, "{users} users, {groups} groups: who is in which is not said");
    }
    if projection.skipped_targets > 0 {
        let separator = if summary.is_empty() { "" } else { "; " };
        let _ = write!(summary, "{separator}{} targets without an id", projection.skipped_targets);
    }
    if summary.is_empty() { "stored".to_owned() } else { summary }
}
