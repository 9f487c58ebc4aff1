//! All users by id and login.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use super::user::User;

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

    /// By id or login.
    pub fn named(&self, name: &str) -> Option<(u64, &User)> {
        let place = self.places.get(name).or_else(|| self.places.get(&name.to_lowercase()))?;
        Some((*place, self.by_place.get(place)?))
    }

    /// By id, login, or what one login alone has before the `@`. `me` is whoever asks, and never one
    /// of these.
    pub fn find(&self, name: &str) -> Option<(u64, &User)> {
        if name == "me" {
            return None;
        }
        self.named(name).or_else(|| {
            let short = |user: &User| {
                user.login().split('@').next().is_some_and(|short| short.eq_ignore_ascii_case(name))
            };
            let mut found = self.after(0).filter(|(_, user)| short(user));
            match (found.next(), found.next()) {
                (Some(only), None) => Some(only),
                _ => None,
            }
        })
    }

    /// Those with these ids, by place.
    pub fn with_ids<'a>(&'a self, ids: &BTreeSet<String>) -> Vec<(u64, &'a User)> {
        let places = ids.iter().filter_map(|id| self.places.get(id));
        let mut users: Vec<(u64, &User)> =
            places.filter_map(|place| Some((*place, self.by_place.get(place)?))).collect();
        users.sort_unstable_by_key(|(place, _)| *place);
        users
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
