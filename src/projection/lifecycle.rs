use std::fmt;

use crate::EventType;

/// A user's status, in the words of Okta's [Users API](
/// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/) where it has
/// one.
///
/// Events lead into the statuses below; the Users API knows more (`RECOVERY`, `PASSWORD_EXPIRED`),
/// which no event tells apart.
///
/// ```
/// use okta_hooks::projection::UserStatus;
///
/// assert_eq!(UserStatus::DEPROVISIONED.as_str(), "DEPROVISIONED");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserStatus(&'static str);

impl UserStatus {
    /// Created, not activated yet.
    pub const STAGED: Self = Self("STAGED");
    /// Waiting for the user to finish the activation.
    pub const PROVISIONED: Self = Self("PROVISIONED");
    /// Can sign in.
    pub const ACTIVE: Self = Self("ACTIVE");
    /// Locked after too many failed attempts.
    pub const LOCKED_OUT: Self = Self("LOCKED_OUT");
    /// Suspended by an admin.
    pub const SUSPENDED: Self = Self("SUSPENDED");
    /// Deactivated.
    pub const DEPROVISIONED: Self = Self("DEPROVISIONED");
    /// About to be deleted. Not a word of the Users API.
    pub const DELETING: Self = Self("DELETING");
    /// Not in Okta any more. Not a word of the Users API, which answers 404.
    pub const DELETED: Self = Self("DELETED");

    /// The status as a string, in upper case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for UserStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for UserStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserStatus({})", self.0)
    }
}

/// Sorts after the rank of every event.
pub(super) const OBSERVED: &str = "99";

/// The place of an event among others of the same moment, as two digits: what a lifecycle can do
/// next comes later, and where either could follow, what takes access away.
pub(super) fn rank(event_type: &EventType) -> &'static str {
    match *event_type {
        EventType::USER_LIFECYCLE_CREATE => "00",
        EventType::USER_LIFECYCLE_ACTIVATE => "10",
        EventType::USER_LIFECYCLE_REACTIVATE => "11",
        EventType::GROUP_USER_MEMBERSHIP_ADD => "21",
        EventType::GROUP_USER_MEMBERSHIP_REMOVE => "22",
        EventType::USER_ACCOUNT_LOCK => "30",
        EventType::USER_ACCOUNT_UNLOCK | EventType::USER_ACCOUNT_UNLOCK_BY_ADMIN => "31",
        EventType::USER_LIFECYCLE_SUSPEND => "40",
        EventType::USER_LIFECYCLE_UNSUSPEND => "41",
        EventType::USER_LIFECYCLE_DEACTIVATE => "50",
        EventType::USER_LIFECYCLE_DELETE_INITIATED => "60",
        EventType::USER_LIFECYCLE_DELETE_COMPLETED => "61",
        _ => "20",
    }
}

/// The status an event leads into, if it succeeded.
pub(super) fn status(event_type: &EventType) -> Option<UserStatus> {
    Some(match *event_type {
        EventType::USER_LIFECYCLE_CREATE => UserStatus::STAGED,
        EventType::USER_LIFECYCLE_ACTIVATE
        | EventType::USER_LIFECYCLE_UNSUSPEND
        | EventType::USER_ACCOUNT_UNLOCK
        | EventType::USER_ACCOUNT_UNLOCK_BY_ADMIN => UserStatus::ACTIVE,
        EventType::USER_LIFECYCLE_REACTIVATE => UserStatus::PROVISIONED,
        EventType::USER_LIFECYCLE_DEACTIVATE => UserStatus::DEPROVISIONED,
        EventType::USER_LIFECYCLE_SUSPEND => UserStatus::SUSPENDED,
        EventType::USER_ACCOUNT_LOCK => UserStatus::LOCKED_OUT,
        EventType::USER_LIFECYCLE_DELETE_INITIATED => UserStatus::DELETING,
        EventType::USER_LIFECYCLE_DELETE_COMPLETED => UserStatus::DELETED,
        _ => return None,
    })
}

/// Whether an event that succeeded leaves a user in (`true`) or out of (`false`) a group.
pub(super) fn membership(event_type: &EventType) -> Option<bool> {
    match *event_type {
        EventType::GROUP_USER_MEMBERSHIP_ADD => Some(true),
        EventType::GROUP_USER_MEMBERSHIP_REMOVE => Some(false),
        _ => None,
    }
}

/// Whether a user's profile may differ after an event that succeeded.
pub(super) fn changes_profile(event_type: &EventType) -> bool {
    event_type.is_in("user.lifecycle") || event_type.is_in("user.account")
}
