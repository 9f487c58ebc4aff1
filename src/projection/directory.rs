use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::change::lower_case;
use super::{Projection, UserChange, UserKey, UserStatus, Versioned};
use crate::EventType;

/// A copy of Okta's users and memberships in memory.
///
/// Equal whatever the order of what was applied. Grows with every user, group and login there was.
/// `Debug` shows how many, and no value.
///
/// # Examples
///
/// A preview that was edited by hand has a login alone; the person is one all the same.
///
/// ```
/// use okta_hooks::LogEvent;
/// use okta_hooks::projection::{Directory, Projection, UserKey};
///
/// let preview = LogEvent::from_slice(
///     br#"{"eventType":"user.lifecycle.suspend","published":"2026-01-01T00:00:02Z",
///          "target":[{"alternateId":"John@example.com"}]}"#,
/// )?;
/// let real = LogEvent::from_slice(
///     br#"{"eventType":"user.lifecycle.activate","published":"2026-01-01T00:00:01Z",
///          "target":[{"id":"00u1","type":"User","alternateId":"john@example.com"}]}"#,
/// )?;
/// let mut directory = Directory::new();
/// directory.apply(&Projection::of(&preview, None));
/// assert!(directory.people().contains_key(&UserKey::from_login("john@example.com")));
///
/// directory.apply(&Projection::of(&real, None));
/// let people = directory.people();
/// assert_eq!(people.len(), 1);
/// let john = &people[&UserKey::from_id("00u1")];
/// assert_eq!(john.status.as_ref().map(|status| status.value.as_str()), Some("SUSPENDED"));
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Directory {
    users: BTreeMap<UserKey<'static>, User>,
    /// Which ids were ever seen with a login, in lower case.
    logins: BTreeMap<String, BTreeSet<String>>,
    groups: BTreeMap<String, Option<Versioned<String>>>,
    memberships: BTreeMap<(String, UserKey<'static>), Option<Versioned<bool>>>,
}

/// What is known of a user, each part since its own version; `None` where no event told.
///
/// `Debug` shows no value.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The login, as sent.
    pub login: Option<Versioned<String>>,
    /// The name for people.
    pub display_name: Option<Versioned<String>>,
    /// The status.
    pub status: Option<Versioned<UserStatus>>,
    /// The last event that had the user among its targets.
    pub last_event: Option<Versioned<EventType>>,
}

impl Directory {
    /// A copy of nobody.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies what an event changes. Doing so twice, or in another order, comes to the same.
    pub fn apply(&mut self, projection: &Projection<'_>) {
        for user in &projection.users {
            self.apply_to_user(user, projection);
        }
        for group in &projection.groups {
            let name = group.name.as_deref().map(|name| name.to_owned());
            let name = name.map(|name| Versioned::new(projection.version.clone(), name));
            Versioned::merge(self.groups.entry(group.id.clone().into_owned()).or_default(), name);
        }
        for change in projection.memberships() {
            let key = (change.group.id.clone().into_owned(), change.user.key().into_owned());
            let is_member = Versioned::new(projection.version.clone(), change.is_member);
            Versioned::merge(self.memberships.entry(key).or_default(), Some(is_member));
        }
    }

    fn apply_to_user(&mut self, change: &UserChange<'_>, projection: &Projection<'_>) {
        let since = |value: &str| Versioned::new(projection.version.clone(), value.to_owned());
        let event_type = projection.event_type.clone();
        self.users.entry(change.key().into_owned()).or_default().merge(User {
            login: change.login.as_deref().map(since),
            display_name: change.display_name.as_deref().map(since),
            status: projection.status.clone(),
            last_event: Some(Versioned::new(projection.version.clone(), event_type)),
        });
        if let (Some(id), Some(login)) = (&change.id, &change.login) {
            let ids = self.logins.entry(lower_case(login).into_owned()).or_default();
            ids.insert(id.clone().into_owned());
        }
    }

    /// Adds all that another copy knows: what two processes received apart becomes one.
    pub fn merge(&mut self, other: Self) {
        for (key, user) in other.users {
            self.users.entry(key).or_default().merge(user);
        }
        for (login, ids) in other.logins {
            self.logins.entry(login).or_default().extend(ids);
        }
        for (id, name) in other.groups {
            Versioned::merge(self.groups.entry(id).or_default(), name);
        }
        for (key, is_member) in other.memberships {
            Versioned::merge(self.memberships.entry(key).or_default(), is_member);
        }
    }

    /// Everybody, once: by id, or by login where no id was ever seen with it.
    ///
    /// What came with a login alone belongs to an id that was seen with that login: to the one that
    /// has it now, or else the one whose login was told last.
    #[must_use]
    pub fn people(&self) -> BTreeMap<UserKey<'_>, User> {
        let mut people = BTreeMap::<UserKey<'_>, User>::new();
        for (key, user) in &self.users {
            let person = self.person(key);
            let login = matches!(key, UserKey::Login(_)) && person != *key;
            // An id's login is what was told of the id.
            let user = if login { User { login: None, ..user.clone() } } else { user.clone() };
            people.entry(person).or_default().merge(user);
        }
        people
    }

    /// The groups that each person is in, by the group's id. Who is in none is not there.
    #[must_use]
    pub fn groups(&self) -> BTreeMap<UserKey<'_>, BTreeSet<&str>> {
        let mut known = BTreeMap::<_, Option<Versioned<bool>>>::new();
        for ((group, key), is_member) in &self.memberships {
            let known = known.entry((self.person(key), group.as_str())).or_default();
            Versioned::merge(known, is_member.clone());
        }
        let mut groups = BTreeMap::<UserKey<'_>, BTreeSet<&str>>::new();
        for ((person, group), is_member) in known {
            if is_member.is_some_and(|is_member| is_member.value) {
                groups.entry(person).or_default().insert(group);
            }
        }
        groups
    }

    /// The name of a group; `None` if no event told.
    #[must_use]
    pub fn group_name(&self, id: &str) -> Option<&str> {
        self.groups.get(id)?.as_ref().map(|name| name.value.as_str())
    }

    /// Whose key it is.
    fn person<'a>(&'a self, key: &'a UserKey<'static>) -> UserKey<'a> {
        let owner = match key {
            UserKey::Login(login) => self.owner(login),
            UserKey::Id(_) => None,
        };
        owner.map_or_else(|| key.clone(), UserKey::from_id)
    }

    fn owner(&self, login: &str) -> Option<&str> {
        let ids = self.logins.get(login)?.iter();
        ids.max_by_key(|id| {
            let told = self.users.get(&UserKey::from_id(id.as_str()));
            let told = told.and_then(|user| user.login.as_ref());
            let has_it = told.is_some_and(|told| told.value.eq_ignore_ascii_case(login));
            (has_it, told.map(|told| &told.version), *id)
        })
        .map(String::as_str)
    }
}

impl User {
    fn merge(&mut self, other: Self) {
        Versioned::merge(&mut self.login, other.login);
        Versioned::merge(&mut self.display_name, other.display_name);
        Versioned::merge(&mut self.status, other.status);
        Versioned::merge(&mut self.last_event, other.last_event);
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("users", &self.users.len())
            .field("groups", &self.groups.len())
            .field("memberships", &self.memberships.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("status", &self.status.as_ref().map(|status| status.value))
            .finish_non_exhaustive()
    }
}
