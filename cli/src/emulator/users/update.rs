//! Users are found, and given other profiles and credentials.

use std::collections::BTreeSet;

use okta_hooks::EventType;
use serde_json::{Map, Value};

use super::credentials::Wanted;
use super::user::User;
use crate::emulator::clock;
use crate::emulator::errors::OktaError;
use crate::emulator::org::{Org, happened};

impl Org {
    /// The place and a copy of the user with this id, login, or short login.
    pub fn user(&self, name: &str) -> Result<(u64, User), OktaError> {
        let found = self.users.find(name).map(|(place, user)| (place, user.clone()));
        found.ok_or_else(|| OktaError::not_found(name, "User"))
    }

    /// Changes a profile, all of it or the attributes that are in the body, and credentials.
    pub fn update_user(&mut self, name: &str, body: &Value, all: bool) -> Result<Value, OktaError> {
        let (place, mut user) = self.user(name)?;
        let wanted = Wanted::read(&body["credentials"])?;
        let sent = body["profile"].as_object();
        if sent.is_none() && (all || body["credentials"].is_null()) {
            let cause = "profile: The field cannot be left blank";
            return Err(OktaError::validation("profile", cause));
        }
        let old = user.profile.clone();
        if let Some(sent) = sent {
            let mut new = if all { Map::new() } else { old.clone() };
            new.extend(sent.clone());
            self.check_profile(&new, Some(&user.id))?;
            user.profile = new;
        }
        let sets_password = wanted.password.is_some();
        let changed = self.apply_credentials(&mut user, wanted)?;
        if sets_password {
            self.set_by_admin(&mut user);
        }
        let profile_changed = self.record_profile(&old, &user);
        if !changed && !profile_changed {
            return Ok(user.to_json(&self.base));
        }
        user.last_updated = clock::now();
        let (id, json) = (user.id.clone(), self.keep(place, user));
        self.apply_rules(&id);
        Ok(json)
    }

    /// Records what changed in a profile; `false` if nothing did.
    fn record_profile(&mut self, old: &Map<String, Value>, user: &User) -> bool {
        let new = &user.profile;
        let value = |profile: &Map<String, Value>, key: &str| {
            profile.get(key).cloned().filter(|value| !value.is_null())
        };
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let changed: Vec<&String> =
            keys.into_iter().filter(|key| value(old, key) != value(new, key)).collect();
        if changed.is_empty() {
            return false;
        }
        let side = |profile: &Map<String, Value>| -> Value {
            let part = |key: &&String| Some(((*key).clone(), profile.get(*key)?.clone()));
            Value::Object(changed.iter().filter_map(part).collect())
        };
        let attributes = changed.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(",");
        let target = user.target().change(side(old), side(new));
        self.record(
            happened(EventType::USER_ACCOUNT_UPDATE_PROFILE)
                .target(target)
                .debug_data("changedAttributes", attributes),
        );
        true
    }

    pub fn keep(&mut self, place: u64, user: User) -> Value {
        self.put(place, &user);
        let json = user.to_json(&self.base);
        self.users.insert(place, user);
        json
    }
}
