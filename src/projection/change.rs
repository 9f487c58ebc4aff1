use std::borrow::Cow;
use std::fmt;

use crate::event::{Target, is_placeholder};

/// The longest id that is taken for one: Okta's have 20 bytes, and a store repeats them.
const MAX_ID_BYTES: usize = 128;

/// The longest login that is taken for one: Okta's have up to 100 characters.
const MAX_LOGIN_BYTES: usize = 512;

const LOGIN_PREFIX: &str = "login:";

/// What a user is found by: the id, or the login where an event has nothing else.
///
/// Okta always sends the id. A preview that was edited by hand may have a login alone, and Okta's
/// guide does; whose that is, [`Directory::people`](super::Directory::people) tells.
///
/// `Display` is one string for either, fit to be a database key: the id, or `login:` and the login.
///
/// ```
/// use okta_hooks::projection::UserKey;
///
/// assert_eq!(UserKey::from_id("00u1").to_string(), "00u1");
/// assert_eq!(UserKey::from_login("John@example.com").to_string(), "login:john@example.com");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum UserKey<'a> {
    /// The user's id.
    Id(Cow<'a, str>),
    /// The login, in lower case (ASCII): Okta compares logins without case.
    Login(Cow<'a, str>),
}

impl<'a> UserKey<'a> {
    /// The key of the user with this id.
    pub fn from_id(id: impl Into<Cow<'a, str>>) -> Self {
        Self::Id(id.into())
    }

    /// The key of a user of whom only the login is known.
    #[must_use]
    pub fn from_login(login: &'a str) -> Self {
        Self::Login(lower_case(login))
    }

    /// The same key, without a borrow.
    #[must_use]
    pub fn into_owned(self) -> UserKey<'static> {
        match self {
            Self::Id(id) => UserKey::Id(Cow::Owned(id.into_owned())),
            Self::Login(login) => UserKey::Login(Cow::Owned(login.into_owned())),
        }
    }
}

/// How logins are compared.
pub(super) fn lower_case(login: &str) -> Cow<'_, str> {
    match login.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(login.to_ascii_lowercase()),
        false => Cow::Borrowed(login),
    }
}

impl fmt::Display for UserKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => f.write_str(id),
            Self::Login(login) => write!(f, "{LOGIN_PREFIX}{login}"),
        }
    }
}

impl fmt::Debug for UserKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id(_) => "Id(_)",
            Self::Login(_) => "Login(_)",
        })
    }
}

/// What an event says about one user, beside what it says about all of them. Borrows from the
/// event; at least one of `id` and `login` is there.
///
/// `Debug` shows no value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserChange<'a> {
    /// The user's id; `None` in a preview that was edited by hand.
    pub id: Option<Cow<'a, str>>,
    /// The login, as sent; `None` where Okta sends its placeholder `unknown`.
    pub login: Option<Cow<'a, str>>,
    /// The name for people; `None` where Okta sends its placeholder `unknown`.
    pub display_name: Option<Cow<'a, str>>,
}

impl<'a> UserChange<'a> {
    /// `None` if the target names nobody: it has no id and no login, or not what can be one.
    pub(super) fn from_target(target: Target<'a>) -> Option<Self> {
        let login = target.known_alternate_id().is_some().then_some(target.alternate_id).flatten();
        let id = target.id.filter(|id| is_id(id) && !id.starts_with(LOGIN_PREFIX));
        let login = login.filter(|login| !login.is_empty() && login.len() <= MAX_LOGIN_BYTES);
        let display_name = known_name(target.display_name);
        (id.is_some() || login.is_some()).then_some(Self { id, login, display_name })
    }

    /// What the user is found by.
    #[must_use]
    pub fn key(&self) -> UserKey<'_> {
        match (&self.id, &self.login) {
            (Some(id), _) => UserKey::Id(Cow::Borrowed(id)),
            (None, login) => UserKey::from_login(login.as_deref().unwrap_or_default()),
        }
    }
}

impl fmt::Debug for UserChange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserChange").field("key", &self.key()).finish_non_exhaustive()
    }
}

/// What an event says about a group. Borrows from the event. `Debug` shows no value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupChange<'a> {
    /// The group's id.
    pub id: Cow<'a, str>,
    /// Its name; `None` where Okta sends its placeholder `unknown`.
    pub name: Option<Cow<'a, str>>,
}

impl<'a> GroupChange<'a> {
    /// `None` if the target has no id.
    pub(super) fn from_target(target: Target<'a>) -> Option<Self> {
        let id = target.id.filter(|id| is_id(id))?;
        Some(Self { id, name: known_name(target.display_name) })
    }
}

impl fmt::Debug for GroupChange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupChange").finish_non_exhaustive()
    }
}

/// Okta's placeholder `unknown` is nobody's name.
fn known_name(name: Option<Cow<'_, str>>) -> Option<Cow<'_, str>> {
    name.filter(|name| !is_placeholder(name))
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_ID_BYTES
}

/// What an event says about one user being in one group. `Debug` shows no value.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MembershipChange<'a> {
    /// Who.
    pub user: &'a UserChange<'a>,
    /// In which group.
    pub group: &'a GroupChange<'a>,
    /// Whether the user is in the group from then on, or not any more.
    pub is_member: bool,
}

impl fmt::Debug for MembershipChange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MembershipChange")
            .field("is_member", &self.is_member)
            .finish_non_exhaustive()
    }
}
