//! Users are found, created, and given other profiles.

use std::collections::BTreeSet;

use okta_hooks::EventType;
use serde_json::{Map, Value};

use super::clock;
use super::errors::OktaError;
use super::org::{Org, happened};
use super::user::{Status, User};

impl Org {
    /// The place and a copy of the user with this id, login, or short login.
    pub fn user(&self, name: &str) -> Result<(u64, User), OktaError> {
        let found = self.users.find(name).map(|(place, user)| (place, user.clone()));
        found.ok_or_else(|| OktaError::not_found(name, "User"))
    }

    pub fn create_user(&mut self, body: &Value, activate: bool) -> Result<Value, OktaError> {
        let profile = body["profile"].as_object().cloned().unwrap_or_default();
        self.check_profile(&profile, None)?;
        let now = clock::now();
        let password = body["credentials"]["password"].is_object();
        let status = match (activate, password) {
            (false, _) => Status::Staged,
            (true, false) => Status::Provisioned,
            (true, true) => Status::Active,
        };
        let user = User {
            id: self.new_id("00u"),
            status,
            created: now.clone(),
            activated: activate.then(|| now.clone()),
            status_changed: activate.then(|| now.clone()),
            last_updated: now.clone(),
            password_changed: password.then_some(now),
            profile,
        };
        let place = self.new_place();
        self.record(happened(EventType::USER_LIFECYCLE_CREATE).target(user.target()));
        if activate {
            self.record(happened(EventType::USER_LIFECYCLE_ACTIVATE).target(user.target()));
        }
        Ok(self.keep(place, user))
    }

    /// Changes a profile: all of it, or the attributes that are in the body.
    pub fn update_user(&mut self, name: &str, body: &Value, all: bool) -> Result<Value, OktaError> {
        let (place, mut user) = self.user(name)?;
        let Some(sent) = body["profile"].as_object() else {
            return Err(OktaError::validation(
                "profile",
                "profile: The field cannot be left blank",
            ));
        };
        let old = user.profile.clone();
        let mut new = if all { Map::new() } else { old.clone() };
        new.extend(sent.clone());
        self.check_profile(&new, Some(&user.id))?;
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let changed: Vec<&String> =
            keys.into_iter().filter(|key| old.get(*key) != new.get(*key)).collect();
        if changed.is_empty() {
            return Ok(user.to_json(&self.base));
        }
        let side = |profile: &Map<String, Value>| -> Value {
            let part = |key: &&String| Some(((*key).clone(), profile.get(*key)?.clone()));
            Value::Object(changed.iter().filter_map(part).collect())
        };
        let change = (side(&old), side(&new));
        let attributes = changed.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(",");
        user.profile = new.clone();
        user.last_updated = clock::now();
        let target = user.target().change(change.0, change.1);
        self.record(
            happened(EventType::USER_ACCOUNT_UPDATE_PROFILE)
                .target(target)
                .debug_data("changedAttributes", attributes),
        );
        Ok(self.keep(place, user))
    }

    pub fn keep(&mut self, place: u64, user: User) -> Value {
        self.put(place, &user);
        let json = user.to_json(&self.base);
        self.users.insert(place, user);
        json
    }

    /// `of` is the user whose profile it is to be, who may keep the login.
    fn check_profile(
        &self,
        profile: &Map<String, Value>,
        of: Option<&str>,
    ) -> Result<(), OktaError> {
        for (attribute, longest) in
            [("login", 100), ("email", 100), ("firstName", 50), ("lastName", 50)]
        {
            let text = profile.get(attribute).and_then(Value::as_str).unwrap_or_default();
            let cause = match text.trim().chars().count() {
                0 => format!("{attribute}: The field cannot be left blank"),
                length if length > longest => {
                    format!("{attribute}: The field must be at most {longest} characters")
                }
                _ if attribute == "email" && !text.contains('@') => {
                    "email: Does not match required pattern".to_owned()
                }
                _ => continue,
            };
            return Err(OktaError::validation(attribute, cause));
        }
        let login = profile["login"].as_str().unwrap_or_default();
        if self.users.with_login(login).is_some_and(|user| Some(user.id.as_str()) != of) {
            let cause =
                "login: An object with this field already exists in the current organization";
            return Err(OktaError::validation("login", cause));
        }
        Ok(())
    }
}
