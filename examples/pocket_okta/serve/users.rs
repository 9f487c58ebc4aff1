//! Users and groups, and what may be done to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use okta_hooks::EventType;
use okta_hooks::simulate::{Event, Target};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::clock;
use super::errors::OktaError;
use super::org::{Document, Org, happened};

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
    created: String,
    activated: Option<String>,
    status_changed: Option<String>,
    last_updated: String,
    password_changed: Option<String>,
    profile: Map<String, Value>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub created: String,
    /// The ids of users.
    pub members: BTreeSet<String>,
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

    /// By id, login, or what a login has before the `@`.
    fn find(&self, name: &str) -> Option<(u64, &User)> {
        let place = self.places.get(name).or_else(|| self.places.get(&name.to_lowercase()));
        if let Some(place) = place {
            return Some((*place, self.by_place.get(place)?));
        }
        let short = |user: &User| user.login().split('@').next() == Some(name);
        let found = self.by_place.iter().find(|(_, user)| short(user));
        found.map(|(place, user)| (*place, user))
    }

    /// The users from a place on, that place left out.
    pub fn after(&self, place: u64) -> impl Iterator<Item = (u64, &User)> {
        self.by_place.range(place + 1..).map(|(place, user)| (*place, user))
    }

    pub fn last_place(&self) -> Option<u64> {
        self.by_place.keys().last().copied()
    }
}

impl Document for User {
    const KIND: &'static str = "user";

    fn id(&self) -> &str {
        &self.id
    }
}

impl Document for Group {
    const KIND: &'static str = "group";

    fn id(&self) -> &str {
        &self.id
    }
}

impl User {
    pub fn login(&self) -> &str {
        self.text("login")
    }

    fn text(&self, attribute: &str) -> &str {
        self.profile.get(attribute).and_then(Value::as_str).unwrap_or_default()
    }

    fn target(&self) -> Target {
        let name = format!("{} {}", self.text("firstName"), self.text("lastName"));
        Target::user(self.login()).id(&self.id).display_name(name.trim())
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
            "type": { "id": "otyPocketDefaultType" },
            "profile": self.profile,
            "credentials": { "provider": { "type": "OKTA", "name": "OKTA" } },
            "_links": { "self": { "href": format!("{base}/api/v1/users/{}", self.id) } },
        })
    }
}

impl Group {
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "created": self.created, "type": "OKTA_GROUP",
            "profile": { "name": self.name, "description": self.description },
        })
    }

    fn target(&self) -> Target {
        Target::group(&self.name).id(&self.id)
    }
}

/// What an admin can do to a user's status.
pub fn operation(name: &str) -> Option<Operation> {
    use Status::{
        Active, Deprovisioned, LockedOut, PasswordExpired, Provisioned, Recovery, Staged, Suspended,
    };
    let not_now = || {
        let summary = "This operation is not allowed in the user's current status.";
        OktaError::forbidden("E0000038", summary)
    };
    Some(match name {
        "activate" => Operation {
            from: &[Staged, Deprovisioned],
            to: Active,
            event: EventType::USER_LIFECYCLE_ACTIVATE,
            refusal: || {
                let summary = "Activation failed because the user is already active";
                OktaError::forbidden("E0000016", summary)
            },
        },
        "reactivate" => Operation {
            from: &[Provisioned],
            to: Provisioned,
            event: EventType::USER_LIFECYCLE_REACTIVATE,
            refusal: not_now,
        },
        "deactivate" => Operation {
            from: &[Staged, Provisioned, Active, Recovery, PasswordExpired, LockedOut, Suspended],
            to: Deprovisioned,
            event: EventType::USER_LIFECYCLE_DEACTIVATE,
            refusal: not_now,
        },
        "suspend" => Operation {
            from: &[Active],
            to: Suspended,
            event: EventType::USER_LIFECYCLE_SUSPEND,
            refusal: || OktaError::validation("user", "Cannot suspend a user that is not active"),
        },
        "unsuspend" => Operation {
            from: &[Suspended],
            to: Active,
            event: EventType::USER_LIFECYCLE_UNSUSPEND,
            refusal: || {
                OktaError::validation("user", "Cannot unsuspend a user that is not suspended")
            },
        },
        "unlock" => Operation {
            from: &[LockedOut],
            to: Active,
            event: EventType::USER_ACCOUNT_UNLOCK_BY_ADMIN,
            refusal: || OktaError::forbidden("E0000032", "Unlock is not allowed for this user."),
        },
        "expire_password" => Operation {
            from: &[Active, PasswordExpired],
            to: PasswordExpired,
            event: EventType::USER_ACCOUNT_EXPIRE_PASSWORD,
            refusal: not_now,
        },
        "reset_password" => Operation {
            from: &[Active, PasswordExpired, LockedOut, Recovery],
            to: Recovery,
            event: EventType::USER_ACCOUNT_RESET_PASSWORD,
            refusal: not_now,
        },
        // No operation of Okta's: there it takes several wrong passwords.
        "lock" => Operation {
            from: &[Active],
            to: LockedOut,
            event: EventType::USER_ACCOUNT_LOCK,
            refusal: not_now,
        },
        _ => return None,
    })
}

pub struct Operation {
    from: &'static [Status],
    to: Status,
    event: EventType,
    refusal: fn() -> OktaError,
}

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

    pub fn operate(&mut self, name: &str, operation: &Operation) -> Result<User, OktaError> {
        let (place, mut user) = self.user(name)?;
        if !operation.from.contains(&user.status) {
            return Err((operation.refusal)());
        }
        let now = clock::now();
        user.status = operation.to;
        if operation.event == EventType::USER_LIFECYCLE_ACTIVATE {
            user.activated = Some(now.clone());
            if user.password_changed.is_none() {
                user.status = Status::Provisioned;
            }
        }
        user.status_changed = Some(now.clone());
        user.last_updated = now;
        self.record(happened(operation.event.clone()).target(user.target()));
        self.keep(place, user.clone());
        Ok(user)
    }

    /// Deletes a user; one that is not deactivated yet is deactivated instead, as Okta does.
    pub fn delete_user(&mut self, name: &str) -> Result<(), OktaError> {
        let (place, user) = self.user(name)?;
        if user.status != Status::Deprovisioned {
            let deactivate = operation("deactivate").expect("it is in the table");
            return self.operate(name, &deactivate).map(drop);
        }
        let about = |event_type| -> Event { happened(event_type).target(user.target()) };
        self.record(about(EventType::USER_LIFECYCLE_DELETE_INITIATED));
        self.record(about(EventType::USER_LIFECYCLE_DELETE_COMPLETED));
        self.users.remove(place);
        self.remove(&user);
        for (place, mut group) in self.groups.clone() {
            if group.members.remove(&user.id) {
                self.put(place, &group);
                self.groups.insert(place, group);
            }
        }
        Ok(())
    }

    pub fn create_group(&mut self, body: &Value) -> Result<Value, OktaError> {
        let name = body["profile"]["name"].as_str().unwrap_or_default();
        if name.is_empty() || name.chars().count() > 255 {
            return Err(OktaError::validation(
                "name",
                "name: The field must be 1 to 255 characters",
            ));
        }
        if self.groups.values().any(|group| group.name == name) {
            let cause =
                "name: An object with this field already exists in the current organization";
            return Err(OktaError::validation("name", cause));
        }
        let description = body["profile"]["description"].as_str().map(str::to_owned);
        let group = Group {
            id: self.new_id("00g"),
            name: name.to_owned(),
            description,
            created: clock::now(),
            members: BTreeSet::new(),
        };
        let (place, json) = (self.new_place(), group.to_json());
        self.record(happened(EventType::GROUP_LIFECYCLE_CREATE).target(group.target()));
        self.put(place, &group);
        self.groups.insert(place, group);
        Ok(json)
    }

    pub fn group(&self, id: &str) -> Result<(u64, Group), OktaError> {
        let found = self.groups.iter().find(|(_, group)| group.id == id);
        let copy = found.map(|(place, group)| (*place, group.clone()));
        copy.ok_or_else(|| OktaError::not_found(id, "UserGroup"))
    }

    pub fn set_member(
        &mut self,
        group: &str,
        user: &str,
        is_member: bool,
    ) -> Result<(), OktaError> {
        let (place, mut group) = self.group(group)?;
        let (_, user) = self.user(user)?;
        let (changed, event_type) = match is_member {
            true => (group.members.insert(user.id.clone()), EventType::GROUP_USER_MEMBERSHIP_ADD),
            false => (group.members.remove(&user.id), EventType::GROUP_USER_MEMBERSHIP_REMOVE),
        };
        if changed {
            self.record(happened(event_type).target(user.target()).target(group.target()));
            self.put(place, &group);
            self.groups.insert(place, group);
        }
        Ok(())
    }

    fn keep(&mut self, place: u64, user: User) -> Value {
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
        let taken = self.users.places.get(&login.to_lowercase());
        let by = taken.and_then(|place| self.users.by_place.get(place));
        if by.is_some_and(|user| Some(user.id.as_str()) != of) {
            let cause =
                "login: An object with this field already exists in the current organization";
            return Err(OktaError::validation("login", cause));
        }
        Ok(())
    }
}
