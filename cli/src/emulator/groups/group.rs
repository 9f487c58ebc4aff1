//! Groups are created, changed and deleted.

use std::collections::BTreeSet;

use okta_hooks::EventType;
use okta_hooks::simulate::TargetBuilder;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::emulator::clock;
use crate::emulator::errors::OktaError;
use crate::emulator::org::{Document, Org, happened};

#[derive(Clone, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub created: String,
    #[serde(default)]
    pub last_updated: String,
    #[serde(default)]
    pub last_membership_updated: String,
    /// The group Everyone, which nobody joins or leaves.
    #[serde(default)]
    built_in: bool,
    /// Attributes of the profile besides name and description.
    #[serde(default)]
    custom: Map<String, Value>,
    /// The ids of users.
    pub members: BTreeSet<String>,
    /// Those of them whom a rule put there.
    #[serde(default)]
    pub by_rule: BTreeSet<String>,
}

impl Document for Group {
    const KIND: &'static str = "group";

    fn id(&self) -> &str {
        &self.id
    }
}

impl Group {
    pub fn is_everyone(&self) -> bool {
        self.built_in
    }

    pub fn has(&self, user: &str) -> bool {
        self.built_in || self.members.contains(user)
    }

    pub fn to_json(&self, base: &str) -> Value {
        let own = format!("{base}/api/v1/groups/{}", self.id);
        let logo = |size: &str| json!({ "name": size, "href": format!("{base}/logos/{size}.png"), "type": "image/png" });
        json!({
            "id": self.id,
            "created": self.created,
            "lastUpdated": or(&self.last_updated, &self.created),
            "lastMembershipUpdated": or(&self.last_membership_updated, &self.created),
            "objectClass": ["okta:user_group"],
            "type": if self.built_in { "BUILT_IN" } else { "OKTA_GROUP" },
            "profile": self.profile(),
            "_links": {
                "logo": [logo("medium"), logo("large")],
                "users": { "href": format!("{own}/users") },
                "apps": { "href": format!("{own}/apps") },
            },
        })
    }

    fn profile(&self) -> Value {
        let mut profile = self.custom.clone();
        profile.insert("name".to_owned(), json!(self.name));
        profile.insert("description".to_owned(), json!(self.description));
        profile.into()
    }

    pub fn target(&self) -> TargetBuilder {
        TargetBuilder::group(&self.name).id(&self.id)
    }
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// What a request wants a group's profile to be.
struct Profile {
    name: String,
    description: Option<String>,
    custom: Map<String, Value>,
}

impl Profile {
    fn read(body: &Value) -> Result<Self, OktaError> {
        let mut custom = body["profile"].as_object().cloned().unwrap_or_default();
        let name = custom.remove("name").unwrap_or_default();
        let name = name.as_str().unwrap_or_default();
        let cause = match name.chars().count() {
            0 => "name: The field cannot be left blank",
            256.. => "name: The field must be 1 to 255 characters",
            _ => "",
        };
        if !cause.is_empty() {
            return Err(OktaError::validation("name", cause));
        }
        let description = match custom.remove("description").unwrap_or_default() {
            Value::Null => None,
            Value::String(text) if text.chars().count() <= 1024 => Some(text),
            _ => {
                let cause = "description: must be a string of at most 1024 characters";
                return Err(OktaError::validation("description", cause));
            }
        };
        Ok(Self { name: name.to_owned(), description, custom })
    }
}

impl Org {
    pub fn create_group(&mut self, body: &Value) -> Result<Value, OktaError> {
        let profile = Profile::read(body)?;
        self.check_custom("group", &profile.custom)?;
        self.check_group_name(&profile.name, None)?;
        let group = self.new_group(profile, false);
        let json = group.to_json(&self.base);
        self.record(happened(EventType::GROUP_LIFECYCLE_CREATE).target(group.target()));
        let place = self.new_place();
        self.keep_group(place, group);
        Ok(json)
    }

    fn new_group(&mut self, profile: Profile, built_in: bool) -> Group {
        let now = clock::now();
        Group {
            id: self.new_id("00g"),
            name: profile.name,
            description: profile.description,
            created: now.clone(),
            last_updated: now.clone(),
            last_membership_updated: now,
            built_in,
            custom: profile.custom,
            members: BTreeSet::new(),
            by_rule: BTreeSet::new(),
        }
    }

    /// Makes the group Everyone, which every org has, if it is not there.
    pub fn ensure_everyone(&mut self) {
        if self.groups.values().any(Group::is_everyone) {
            return;
        }
        let profile = Profile {
            name: "Everyone".to_owned(),
            description: Some("All users in your organization".to_owned()),
            custom: Map::new(),
        };
        let (place, group) = (self.new_place(), self.new_group(profile, true));
        self.keep_group(place, group);
    }

    fn check_group_name(&self, name: &str, of: Option<&str>) -> Result<(), OktaError> {
        let same = |group: &Group| group.name == name && Some(group.id.as_str()) != of;
        match self.groups.values().any(same) {
            true => {
                let cause =
                    "name: An object with this field already exists in the current organization";
                Err(OktaError::validation("name", cause))
            }
            false => Ok(()),
        }
    }

    pub fn keep_group(&mut self, place: u64, group: Group) {
        self.changed_groups.insert(place);
        self.groups.insert(place, group);
    }

    pub fn group(&self, id: &str) -> Result<(u64, &Group), OktaError> {
        let found = self.groups.iter().find(|(_, group)| group.id == id);
        let found = found.map(|(place, group)| (*place, group));
        found.ok_or_else(|| OktaError::not_found(id, "UserGroup"))
    }

    /// A copy of a group that is to be changed: Everyone cannot be.
    pub fn own_group(&self, id: &str) -> Result<(u64, Group), OktaError> {
        let (place, group) = self.group(id)?;
        match group.is_everyone() {
            true => Err(OktaError::no_permission()),
            false => Ok((place, group.clone())),
        }
    }

    pub fn replace_group(&mut self, id: &str, body: &Value) -> Result<Value, OktaError> {
        let (place, mut group) = self.own_group(id)?;
        let profile = Profile::read(body)?;
        self.check_custom("group", &profile.custom)?;
        self.check_group_name(&profile.name, Some(id))?;
        let old = group.profile();
        group.name = profile.name;
        group.description = profile.description;
        group.custom = profile.custom;
        let new = group.profile();
        if old != new {
            group.last_updated = clock::now();
            let target = group.target().change(old, new);
            self.record(happened(EventType::GROUP_PROFILE_UPDATE).target(target));
            self.keep_group(place, group.clone());
        }
        Ok(group.to_json(&self.base))
    }

    pub fn delete_group(&mut self, id: &str) -> Result<(), OktaError> {
        let (place, group) = self.own_group(id)?;
        self.record(happened(EventType::GROUP_LIFECYCLE_DELETE).target(group.target()));
        self.groups.remove(&place);
        self.remove(&group);
        self.invalidate_rules(id);
        self.unassign_deleted(id);
        Ok(())
    }
}
