//! What many events change, as one row for each key, in the order of the keys: a statement cannot
//! touch a row twice, and of two values the one with the later version stays either way.

use std::collections::{BTreeMap, BTreeSet};

use okta_hooks::projection::{Projection, UserChange, UserKey, Version};

/// A value and since when it holds; `None` where nothing is said. The greater one holds.
pub type Known<T> = Option<(String, T)>;

/// The rows that a transaction writes.
#[derive(Default)]
pub struct Rows {
    pub users: BTreeMap<String, User>,
    /// Logins in lower case, and ids that were seen with them.
    pub logins: BTreeSet<(String, String)>,
    /// Ids whose profile is to be fetched.
    pub asks: BTreeSet<String>,
    /// Logins without an id, whose owners' profiles are.
    pub asks_by_login: BTreeSet<String>,
    pub groups: BTreeMap<String, Known<String>>,
    /// By user's key and group.
    pub memberships: BTreeMap<(String, String), (String, bool)>,
    /// Event types that a hook brought, and the earliest version of each.
    pub hook_types: BTreeMap<String, String>,
    /// Keys of events that came again, how, and with which delivery.
    pub duplicates: Vec<(String, &'static str, Option<String>)>,
}

#[derive(Default)]
pub struct User {
    pub id: Option<String>,
    pub login: Known<String>,
    pub display_name: Known<String>,
    pub status: Known<&'static str>,
    pub last_event: Known<String>,
    pub profile_wanted: bool,
}

impl Rows {
    pub fn add(&mut self, projection: &Projection<'_>) {
        for user in &projection.users {
            self.users.entry(user.key().to_string()).or_default().add(user, projection);
            self.add_login(user, projection.profile_changed);
        }
        let version = projection.version.as_str();
        for group in &projection.groups {
            let name = group.name.as_ref().map(|name| (version.to_owned(), name.to_string()));
            keep_later(self.groups.entry(group.id.to_string()).or_default(), name);
        }
        for change in projection.memberships() {
            let key = (change.user.key().to_string(), change.group.id.to_string());
            let said = (version.to_owned(), change.is_member);
            let known = self.memberships.entry(key).or_insert_with(|| said.clone());
            if said > *known {
                *known = said;
            }
        }
    }

    fn add_login(&mut self, user: &UserChange<'_>, profile_changed: bool) {
        let login = user.login.as_ref().map(|login| login.to_ascii_lowercase());
        match (&user.id, login) {
            (Some(id), login) => {
                if profile_changed {
                    self.asks.insert(id.to_string());
                }
                self.logins.extend(login.map(|login| (login, id.to_string())));
            }
            (None, Some(login)) if profile_changed => drop(self.asks_by_login.insert(login)),
            (None, _) => {}
        }
    }
}

impl User {
    fn add(&mut self, user: &UserChange<'_>, projection: &Projection<'_>) {
        let since = |version: &Version| version.as_str().to_owned();
        let said = |value: &Option<std::borrow::Cow<'_, str>>| {
            value.as_ref().map(|value| (since(&projection.version), value.to_string()))
        };
        self.id = user.id.as_ref().map(ToString::to_string);
        keep_later(&mut self.login, said(&user.login));
        keep_later(&mut self.display_name, said(&user.display_name));
        let status = projection.status.as_ref();
        keep_later(&mut self.status, status.map(|it| (since(&it.version), it.value.as_str())));
        let event = projection.event_type.as_str().to_owned();
        keep_later(&mut self.last_event, Some((since(&projection.version), event)));
        self.profile_wanted |= user.id.is_none() && projection.profile_changed;
    }
}

fn keep_later<T: Ord>(known: &mut Known<T>, said: Known<T>) {
    if said > *known {
        *known = said;
    }
}

/// What a login without an id is stored under.
pub fn login_key(login: &str) -> String {
    UserKey::from_login(login).to_string()
}

#[cfg(test)]
mod tests {
    use okta_hooks::LogEvent;

    use super::*;

    fn rows(events: &[&str]) -> Rows {
        let mut rows = Rows::default();
        for event in events {
            let event = LogEvent::from_slice(event.as_bytes()).expect("an event");
            rows.add(&Projection::of(&event, None));
        }
        rows
    }

    const SUSPENDED: &str = r#"{"uuid":"b","published":"2026-01-01T00:00:02Z","eventType":"user.lifecycle.suspend",
        "target":[{"id":"00u1","type":"User","alternateId":"Ann@example.com"}]}"#;
    const ACTIVATED: &str = r#"{"uuid":"a","published":"2026-01-01T00:00:01Z","eventType":"user.lifecycle.activate",
        "target":[{"id":"00u1","type":"User","alternateId":"ann@example.com","displayName":"Ann"}]}"#;

    #[test]
    fn a_user_of_several_events_is_one_row_with_the_latest_of_each_value_in_any_order() {
        for events in [[SUSPENDED, ACTIVATED], [ACTIVATED, SUSPENDED]] {
            let rows = rows(&events);
            let user = &rows.users["00u1"];
            let value = |known: &Known<String>| known.as_ref().map(|(_, value)| value.clone());
            assert_eq!(value(&user.login).as_deref(), Some("Ann@example.com"));
            assert_eq!(value(&user.display_name).as_deref(), Some("Ann"));
            assert_eq!(user.status.as_ref().map(|(_, value)| *value), Some("SUSPENDED"));
            assert_eq!(rows.logins.len(), 1);
            assert_eq!(rows.asks.iter().collect::<Vec<_>>(), ["00u1"]);
        }
    }
}
