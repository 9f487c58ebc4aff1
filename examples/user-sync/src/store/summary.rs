//! What an event did, in a line for people: with names, where the event says them.

use std::borrow::Cow;
use std::fmt::Write;

use okta_hooks::EventType;
use okta_hooks::projection::{MembershipChange, Projection, UserChange};

/// How many changes are named.
const MAX_NAMED: usize = 4;

/// How many characters a name has at most.
const MAX_NAME: usize = 60;

pub fn of(projection: &Projection<'_>) -> String {
    let verb = verb(projection);
    let users = projection.users.iter().filter(|_| projection.memberships().next().is_none());
    let users = verb
        .into_iter()
        .flat_map(|verb| users.clone().map(move |user| format!("{}: {verb}", name_of(user))));
    let mut changes = users.chain(projection.memberships().map(|change| joins(&change)));
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

/// What happened to the users; `None` where several users and groups leave it open.
fn verb(projection: &Projection<'_>) -> Option<&'static str> {
    let status = projection.status.as_ref().map(|status| status.value.as_str());
    match status {
        // It gives way to every other status, so it need not be what the user has now.
        Some(_) if projection.event_type == EventType::USER_LIFECYCLE_CREATE => Some("created"),
        Some(status) => Some(status),
        None if projection.unpaired().is_some() => None,
        None if projection.profile_changed => Some("profile changed"),
        None => Some("seen"),
    }
}

fn joins(change: &MembershipChange<'_>) -> String {
    let verb = if change.is_member { "joins" } else { "leaves" };
    let group = change.group.name.as_deref().unwrap_or(&change.group.id);
    format!("{} {verb} {}", name_of(change.user), short(group))
}

fn name_of(user: &UserChange<'_>) -> String {
    let named = user.display_name.as_deref().filter(|name| !name.trim().is_empty());
    let named = named.or(user.login.as_deref()).or(user.id.as_deref());
    short(named.unwrap_or_default()).into_owned()
}

fn short(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => Cow::Owned(format!("{}…", &name[..end])),
        None => Cow::Borrowed(name),
    }
}
