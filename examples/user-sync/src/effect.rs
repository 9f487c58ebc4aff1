//! What an event does to the tables: a pure function, so that it can be seen at a glance.

use std::fmt::Write;

use okta_hooks::event::{OutcomeResult, Target, TargetType};
use okta_hooks::{EventType, LogEvent};

/// A time and an event's key in one text that sorts: the later event, or of two at the same time
/// always the same one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(String);

impl Stamp {
    /// `time` is an RFC 3339 text; what is none counts as the beginning of time.
    pub fn new(time: Option<&str>, key: &str) -> Self {
        let time = time.and_then(micros).unwrap_or(0);
        Self(format!("{time:020} {key}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A stamp as it was stored.
    pub fn restored(stamp: String) -> Self {
        Self(stamp)
    }

    /// The first moment after it that no event can have.
    pub fn after(&self) -> Self {
        Self(format!("{} then", self.0))
    }

    /// The time in a stamp, as RFC 3339; `None` for the beginning of time.
    pub fn time(stamp: &str) -> Option<String> {
        let micros: i64 = stamp.split(' ').next()?.parse().ok().filter(|&micros| micros > 0)?;
        jiff::Timestamp::from_microsecond(micros).ok().map(|time| time.to_string())
    }
}

fn micros(time: &str) -> Option<i64> {
    let time: jiff::Timestamp = time.parse().or_else(|_| format!("{time}Z").parse()).ok()?;
    Some(time.as_microsecond().max(0))
}

/// What an event says about one user.
#[derive(Debug, PartialEq)]
pub struct UserEffect {
    /// The id, or else the login: what the row is found by.
    pub key: String,
    pub id: Option<String>,
    pub login: Option<String>,
    pub display_name: Option<String>,
    pub status: Option<&'static str>,
    /// Whether the profile may have changed.
    pub refresh: bool,
}

/// What an event says about a user being in a group.
#[derive(Debug, PartialEq)]
pub struct Membership {
    pub user_key: String,
    pub group_id: String,
    pub group_name: Option<String>,
    pub member: bool,
}

/// Everything an event does.
#[derive(Debug)]
pub struct Effect {
    /// The event's `uuid`, or all of it where it has none.
    pub key: String,
    pub stamp: Stamp,
    pub users: Vec<UserEffect>,
    pub memberships: Vec<Membership>,
}

impl Effect {
    /// The effect of an event. `event_time` is the delivery's, for an event that does not say when
    /// it was published.
    pub fn of(event: &LogEvent, event_time: Option<&str>) -> Self {
        let key =
            event.uuid().filter(|uuid| !uuid.is_empty()).unwrap_or_else(|| event.raw()).to_owned();
        let stamp = Stamp::new(event.published().or(event_time), &key);
        let happened = happened(event);
        let status = status(&event.event_type()).filter(|_| happened);
        let refresh = happened && changes_profile(&event.event_type());
        let targets = event.targets();
        let users: Vec<_> = targets
            .iter()
            .filter(|target| target.is_user())
            .filter_map(|user| UserEffect::of(user, status, refresh))
            .collect();
        let member = match event.event_type() {
            EventType::GROUP_USER_MEMBERSHIP_ADD if happened => Some(true),
            EventType::GROUP_USER_MEMBERSHIP_REMOVE if happened => Some(false),
            _ => None,
        };
        let memberships = member.map(|member| memberships(&users, &targets, member));
        Self { key, stamp, users, memberships: memberships.unwrap_or_default() }
    }

    /// What it does, for people.
    pub fn summary(&self) -> String {
        let mut summary = String::new();
        for UserEffect { key, status, .. } in &self.users {
            if let Some(status) = status {
                let _ = write!(summary, "{key}: {status}; ");
            }
        }
        for Membership { user_key, group_id, member, .. } in &self.memberships {
            let verb = if *member { "joins" } else { "leaves" };
            let _ = write!(summary, "{user_key} {verb} {group_id}; ");
        }
        match summary.strip_suffix("; ") {
            Some(summary) => summary.to_owned(),
            None => "stored".to_owned(),
        }
    }
}

impl UserEffect {
    fn of(user: &Target<'_>, status: Option<&'static str>, refresh: bool) -> Option<Self> {
        let id = user.id.as_deref().filter(|id| !id.is_empty()).map(str::to_owned);
        let login = user.known_alternate_id().map(str::to_owned);
        let by_login =
            || login.as_ref().map(|login| format!("login:{}", login.to_ascii_lowercase()));
        Some(Self {
            key: id.clone().or_else(by_login)?,
            display_name: user.display_name.as_deref().map(str::to_owned),
            id,
            login,
            status,
            refresh,
        })
    }
}

fn memberships(users: &[UserEffect], targets: &[Target<'_>], member: bool) -> Vec<Membership> {
    let groups = || targets.iter().filter(|target| target.kind == Some(TargetType::USER_GROUP));
    let of = |user: &UserEffect, group: &Target<'_>| {
        Some(Membership {
            user_key: user.key.clone(),
            group_id: group.id.as_deref()?.to_owned(),
            group_name: group.display_name.as_deref().map(str::to_owned),
            member,
        })
    };
    users.iter().flat_map(|user| groups().filter_map(move |group| of(user, group))).collect()
}

/// Whether it came to pass. Previews may say nothing of the outcome.
fn happened(event: &LogEvent) -> bool {
    let result = event.outcome().and_then(|outcome| outcome.result);
    result.is_none_or(|result| result == OutcomeResult::SUCCESS)
}

/// The status an event brings a user into, in the Users API's words where it has one.
fn status(event_type: &EventType) -> Option<&'static str> {
    Some(match *event_type {
        EventType::USER_LIFECYCLE_CREATE => "STAGED",
        EventType::USER_LIFECYCLE_ACTIVATE
        | EventType::USER_LIFECYCLE_UNSUSPEND
        | EventType::USER_ACCOUNT_UNLOCK
        | EventType::USER_ACCOUNT_UNLOCK_BY_ADMIN => "ACTIVE",
        EventType::USER_LIFECYCLE_REACTIVATE => "PROVISIONED",
        EventType::USER_LIFECYCLE_DEACTIVATE => "DEPROVISIONED",
        EventType::USER_LIFECYCLE_SUSPEND => "SUSPENDED",
        EventType::USER_ACCOUNT_LOCK => "LOCKED_OUT",
        EventType::USER_LIFECYCLE_DELETE_INITIATED => "DELETING",
        EventType::USER_LIFECYCLE_DELETE_COMPLETED => DELETED,
        _ => return None,
    })
}

/// The status of users that the Users API no longer has.
pub const DELETED: &str = "DELETED";

fn changes_profile(event_type: &EventType) -> bool {
    event_type.is_in("user.lifecycle") || event_type.is_in("user.account")
}
