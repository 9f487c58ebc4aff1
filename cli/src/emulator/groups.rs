//! Groups and who is in them.

use std::collections::BTreeSet;

use okta_hooks::EventType;
use okta_hooks::simulate::TargetBuilder;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock;
use super::errors::OktaError;
use super::org::{Document, Org, happened};

#[derive(Clone, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub created: String,
    /// The ids of users.
    pub members: BTreeSet<String>,
}

impl Document for Group {
    const KIND: &'static str = "group";

    fn id(&self) -> &str {
        &self.id
    }
}

impl Group {
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "created": self.created, "type": "OKTA_GROUP",
            "profile": { "name": self.name, "description": self.description },
        })
    }

    fn target(&self) -> TargetBuilder {
        TargetBuilder::group(&self.name).id(&self.id)
    }
}

impl Org {
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
}
