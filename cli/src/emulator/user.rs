//! A user, and all users by id and login.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use okta_hooks::simulate::TargetBuilder;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::org::Document;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Staged,
    Provisioned,
    Active,
    Recovery,
    PasswordExpired,
    LockedOut,
    Suspended,
    Deprovisioned,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: String,
    pub status: Status,
    pub created: String,
    pub activated: Option<String>,
    pub status_changed: Option<String>,
    pub last_updated: String,
    pub password_changed: Option<String>,
    pub profile: Map<String, Value>,
}

impl Document for User {
    const KIND: &'static str = "user";

    fn id(&self) -> &str {
        &self.id
    }
}

impl User {
    pub fn login(&self) -> &str {
        self.attribute("login")
    }

    fn attribute(&self, attribute: &str) -> &str {
        self.profile.get(attribute).and_then(Value::as_str).unwrap_or_default()
    }

    /// As events are about it.
    pub fn target(&self) -> TargetBuilder {
        let name = format!("{} {}", self.attribute("firstName"), self.attribute("lastName"));
        TargetBuilder::user(self.login()).id(&self.id).display_name(name.trim())
    }

    pub fn to_json(&self, base: &str) -> Value {
        json!({
            "id": self.id,
            "status": self.status,
            "created": self.created,
            "activated": self.activated,
            "statusChanged": self.status_changed,
            "lastLogin": null,
            "lastUpdated": self.last_updated,
            "passwordChanged": self.password_changed,
            "type": { "id": "otyEmulatorUserType0" },
            "profile": self.profile,
            "credentials": { "provider": { "type": "OKTA", "name": "OKTA" } },
            "_links": { "self": { "href": format!("{base}/api/v1/users/{}", self.id) } },
        })
    }
}

/// All users by place, which is the order of pages, with the places of ids and logins.
#[derive(Default)]
pub struct Users {
    by_place: BTreeMap<u64, User>,
    places: HashMap<String, u64>,
}

impl Users {
    pub fn new(by_place: BTreeMap<u64, User>) -> Self {
        let mut users = Self::default();
        by_place.into_iter().for_each(|(place, user)| users.insert(place, user));
        users
    }

    pub fn insert(&mut self, place: u64, user: User) {
        self.remove(place);
        self.places.insert(user.id.clone(), place);
        self.places.insert(user.login().to_lowercase(), place);
        self.by_place.insert(place, user);
    }

    pub fn remove(&mut self, place: u64) {
        if let Some(user) = self.by_place.remove(&place) {
            self.places.remove(&user.id);
            self.places.remove(&user.login().to_lowercase());
        }
    }

    /// Logins are the same in upper and lower case.
    pub fn with_login(&self, login: &str) -> Option<&User> {
        self.by_place.get(self.places.get(&login.to_lowercase())?)
    }

    /// By id, login, or what a login has before the `@`.
    pub fn find(&self, name: &str) -> Option<(u64, &User)> {
        let place = self.places.get(name).or_else(|| self.places.get(&name.to_lowercase()));
        if let Some(place) = place {
            return Some((*place, self.by_place.get(place)?));
        }
        let short = |user: &User| user.login().split('@').next() == Some(name);
        let found = self.by_place.iter().find(|(_, user)| short(user));
        found.map(|(place, user)| (*place, user))
    }

    /// The one who was added last.
    pub fn newest(&self) -> Option<&User> {
        self.by_place.values().next_back()
    }

    /// The users from a place on, that place left out.
    pub fn after(&self, place: u64) -> impl Iterator<Item = (u64, &User)> {
        self.by_place
            .range((Bound::Excluded(place), Bound::Unbounded))
            .map(|(place, user)| (*place, user))
    }

    pub fn last_place(&self) -> Option<u64> {
        self.by_place.keys().last().copied()
    }
}
