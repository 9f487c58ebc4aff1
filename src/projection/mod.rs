//! What events do to a copy of Okta's users and their groups, whatever order they come in.
//! Feature `projection`.
//!
//! Okta delivers at least once and in no order, and what hooks lost comes from the System Log later.
//! So an event is not applied to what is there; it becomes changes with a [`Version`], and of two
//! values the later version holds. Any order, any repetition and any split into deliveries lead to
//! the same copy. [`Projection::of`] is a pure function; [`Directory`] is such a copy in memory, and
//! the reference for a store of your own: keep a version beside each value and compare, in SQL
//! `(excluded.version, excluded.value) > (version, value)`. There, a version is `NOT NULL DEFAULT ''` and
//! text compares byte by byte (in PostgreSQL `COLLATE "C"`), or else what was unknown stays unknown.
//!
//! ```
//! use okta_hooks::Delivery;
//! use okta_hooks::projection::{Directory, Projection, UserKey, UserStatus};
//!
//! let delivery = Delivery::from_slice(br#"{"eventTime": "2026-01-01T00:00:05Z", "data": {"events": [
//!     {"uuid": "b", "published": "2026-01-01T00:00:01Z", "eventType": "user.lifecycle.activate",
//!      "target": [{"id": "00u1", "type": "User", "alternateId": "ann@example.com"}]},
//!     {"uuid": "a", "published": "2026-01-01T00:00:01Z", "eventType": "user.lifecycle.create",
//!      "target": [{"id": "00u1", "type": "User", "alternateId": "ann@example.com"}]}]}}"#)?;
//! let mut directory = Directory::new();
//! for event in &delivery {
//!     directory.apply(&Projection::of(event, delivery.event_time()));
//! }
//! let ann = &directory.people()[&UserKey::from_id("00u1")];
//! assert_eq!(ann.status.as_ref().map(|status| status.value), Some(UserStatus::ACTIVE));
//! # Ok::<(), okta_hooks::ParseError>(())
//! ```
//!
//! # What each event does
//!
//! Every event with a user among its targets says the user's login and display name, and is the
//! user's last event. Beyond that, if its outcome is `SUCCESS` or not said:
//!
//! | Event type | Status | Profile may have changed | Group | At the same moment |
//! |---|---|---|---|---|
//! | `user.lifecycle.create` | `STAGED`, if nothing else is known | yes | | 00 |
//! | `user.lifecycle.activate` | `ACTIVE` | yes | | 10 |
//! | `user.lifecycle.reactivate` | `PROVISIONED` | yes | | 11 |
//! | any other | | if in `user.lifecycle` or `user.account` | | 20 |
//! | `group.user_membership.add` | | | in | 21 |
//! | `group.user_membership.remove` | | | out | 22 |
//! | `user.account.lock` | `LOCKED_OUT` | yes | | 30 |
//! | `user.account.unlock`, `.unlock_by_admin` | `ACTIVE` | yes | | 31 |
//! | `user.lifecycle.suspend` | `SUSPENDED` | yes | | 40 |
//! | `user.lifecycle.unsuspend` | `ACTIVE` | yes | | 41 |
//! | `user.lifecycle.deactivate` | `DEPROVISIONED` | yes | | 50 |
//! | `user.lifecycle.delete.initiated` | `DELETING` | yes | | 60 |
//! | `user.lifecycle.delete.completed` | `DELETED` | yes | | 61 |
//!
//! An event is published to the millisecond, and Okta does create and activate a user in the same
//! one. Then the last column decides: what a lifecycle can do next comes later, and where either
//! could follow, what takes access away. Within one number, the event with the greater `uuid` comes
//! later. A user is created once, so `create` gives way to every other status, whatever its time.
//!
//! The statuses are what the events say. `ACTIVE` after `activate` may be `PROVISIONED` in Okta
//! until the user has a password, and a reset password changes the status without saying to which:
//! where the profile may have changed, ask the Users API, and keep its answer as of
//! [`Version::observed`].
//!
//! # The same event twice
//!
//! One event comes once for each hook, once more for a retry, and through the System Log. The copies
//! have the same version, unless `published` is later than a delivery's `eventTime` or missing (see
//! [`Version`]). Apply every copy, as [`Directory`] does, or of an event that is known those whose
//! version is later than the known one: either way the latest counts, whichever came first.
//!
//! # Groups
//!
//! A membership event has one user and one group. One user with several groups, or several users
//! with one group, are taken as all those memberships. With several of both nobody says who is in
//! which: [`Projection::memberships`] is empty and [`Projection::unpaired`] says so. So what one
//! event changes is never more than its targets.
//!
//! Source: Okta, [Event types](https://developer.okta.com/docs/reference/api/event-types/) and
//! [User lifecycle](https://developer.okta.com/docs/concepts/user-lifecycle/); the order within a
//! moment is this crate's.

mod change;
mod directory;
mod lifecycle;
mod version;

use std::fmt;

pub use self::change::{GroupChange, MembershipChange, UserChange, UserKey};
pub use self::directory::{Directory, User};
pub use self::lifecycle::UserStatus;
pub use self::version::{Version, Versioned};

use crate::event::{OutcomeResult, TargetType};
use crate::{EventType, LogEvent};

/// The longest event type that is projected: a store repeats it for each user.
const MAX_EVENT_TYPE_BYTES: usize = 128;

/// What one event changes. See the [module](self) for what that is for each event type.
///
/// Borrows from the event, and is as large as the event's targets are many. `Debug` shows no value
/// of the payload.
///
/// # Examples
///
/// ```
/// use okta_hooks::LogEvent;
/// use okta_hooks::projection::Projection;
///
/// let event = LogEvent::from_slice(br#"{"eventType":"group.user_membership.add","target":[
///     {"id":"00u1","type":"User"}, {"id":"00g1","type":"UserGroup","displayName":"Sales"}]}"#)?;
/// let projection = Projection::of(&event, Some("2026-01-01T00:00:00Z"));
/// for change in projection.memberships() {
///     assert_eq!((&*change.user.key().to_string(), &*change.group.id), ("00u1", "00g1"));
///     assert!(change.is_member);
/// }
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Projection<'a> {
    /// Since when all of it holds, but `status`, which has its own.
    pub version: Version,
    /// What happened: the last event of each of the users.
    pub event_type: EventType,
    /// The status all the users have then; `None` if the event does not tell.
    pub status: Option<Versioned<UserStatus>>,
    /// Whether the users' profiles in Okta may differ now.
    pub profile_changed: bool,
    /// The targets that are users, in the order sent. A user who is there twice is here twice.
    pub users: Vec<UserChange<'a>>,
    /// The targets that are groups, of a membership event.
    pub groups: Vec<GroupChange<'a>>,
    /// How many targets are users, or groups of a membership event, without an id (or of a user, a
    /// login) that can be one. Nothing is known of them.
    pub skipped_targets: usize,
    membership: Option<bool>,
}

impl<'a> Projection<'a> {
    /// The changes of an event. `event_time` is the [`event_time`](crate::Delivery::event_time) of
    /// the delivery it came in; `None` for an event from the System Log.
    ///
    /// An event type of more than 128 bytes is not one of Okta's, and changes nothing.
    #[must_use]
    pub fn of(event: &'a LogEvent, event_time: Option<&str>) -> Self {
        let event_type = event.event_type();
        let version = Version::of(event, event_time);
        let happened = happened(event);
        let mut projection = Self {
            status: lifecycle::status(&event_type)
                .filter(|_| happened)
                .map(|status| Versioned::new(status_version(status, &version), status)),
            profile_changed: happened && lifecycle::changes_profile(&event_type),
            membership: lifecycle::membership(&event_type).filter(|_| happened),
            version,
            event_type,
            users: Vec::new(),
            groups: Vec::new(),
            skipped_targets: 0,
        };
        if projection.event_type.as_str().len() <= MAX_EVENT_TYPE_BYTES {
            projection.read_targets(event);
        }
        projection
    }

    fn read_targets(&mut self, event: &'a LogEvent) {
        for target in event.targets() {
            let is_named = if target.is_user() {
                UserChange::from_target(target).map(|user| self.users.push(user)).is_some()
            } else if self.membership.is_some() && target.kind == Some(TargetType::USER_GROUP) {
                GroupChange::from_target(target).map(|group| self.groups.push(group)).is_some()
            } else {
                true
            };
            self.skipped_targets += usize::from(!is_named);
        }
    }

    /// Who is in which group from then on, or not any more: never more than there are targets.
    pub fn memberships(&self) -> impl Iterator<Item = MembershipChange<'_>> {
        let is_member = self.membership.filter(|_| self.unpaired().is_none());
        // One of the two has one element, or names it over and over.
        let (users, groups) = match self.names_one_user() {
            true => (&self.users[..self.users.len().min(1)], &self.groups[..]),
            false => (&self.users[..], &self.groups[..self.groups.len().min(1)]),
        };
        let pairs =
            users.iter().flat_map(move |user| groups.iter().map(move |group| (user, group)));
        is_member.into_iter().flat_map(move |is_member| {
            pairs.clone().map(move |(user, group)| MembershipChange { user, group, is_member })
        })
    }

    /// How many users and groups a membership event has, where several of both leave open who is in
    /// which: then [`memberships`](Self::memberships) is empty. Keep the event, or say it aloud.
    #[must_use]
    pub fn unpaired(&self) -> Option<(usize, usize)> {
        let is_open =
            self.membership.is_some() && !self.names_one_user() && !self.names_one_group();
        is_open.then_some((self.users.len(), self.groups.len()))
    }

    fn names_one_user(&self) -> bool {
        self.users.windows(2).all(|two| two[0].key() == two[1].key())
    }

    fn names_one_group(&self) -> bool {
        self.groups.windows(2).all(|two| two[0].id == two[1].id)
    }
}

/// Whether it came to pass. Previews may say nothing of the outcome.
fn happened(event: &LogEvent) -> bool {
    let result = event.outcome().and_then(|outcome| outcome.result);
    result.is_none_or(|result| result == OutcomeResult::SUCCESS)
}

fn status_version(status: UserStatus, version: &Version) -> Version {
    match status {
        UserStatus::STAGED => version.initial(),
        _ => version.clone(),
    }
}

impl fmt::Debug for Projection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Projection")
            .field("version", &self.version)
            .field("event_type", &self.event_type)
            .field("status", &self.status.as_ref().map(|status| status.value))
            .field("users", &self.users.len())
            .field("groups", &self.groups.len())
            .finish_non_exhaustive()
    }
}
