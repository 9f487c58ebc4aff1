//! Event hooks: the objects, and the rules for them.

use okta_hooks::EventType;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock;
use super::errors::OktaError;
use super::event_filter;
use super::hook_spec::HookSpec;
use super::org::{Document, Org, happened};

/// Active and verified hooks that an org may have.
const MAX_LIVE: usize = 25;

#[derive(Clone, Serialize, Deserialize)]
pub struct Hook {
    pub id: String,
    pub name: String,
    description: Option<String>,
    pub active: bool,
    pub verified: bool,
    created: String,
    last_updated: String,
    items: Vec<String>,
    filter: Option<Value>,
    pub channel: Channel,
}

/// Where deliveries go; a change of it has to be verified anew.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    pub uri: String,
    pub headers: Vec<(String, String)>,
    /// The header with the secret.
    pub auth: Option<(String, String)>,
}

impl Document for Hook {
    const KIND: &'static str = "hook";

    fn id(&self) -> &str {
        &self.id
    }
}

impl Hook {
    pub fn is_live(&self) -> bool {
        self.active && self.verified
    }

    pub fn wants(&self, event_type: &str) -> bool {
        self.items.iter().any(|item| item == event_type)
    }

    /// Whether an event of a type that it wants passes its filter.
    pub fn passes(&self, event: &Value) -> bool {
        self.filter.as_ref().is_none_or(|filter| event_filter::passes(filter, event))
    }

    pub fn items(&self) -> &[String] {
        &self.items
    }

    /// The type of a preview when nobody has chosen one: the guide's, or else the first.
    pub fn sample_type(&self) -> &str {
        const GUIDE: &str = "user.lifecycle.create";
        let first = self.items.first().map_or(GUIDE, String::as_str);
        if self.wants(GUIDE) { GUIDE } else { first }
    }

    /// What Okta says of a hook that did not pass its verification.
    pub fn unverifiable(&self) -> String {
        format!("Unable to verify event hook. Hook {} execution failed", self.name)
    }

    pub fn source(&self, base: &str) -> String {
        format!("{base}/api/v1/eventHooks/{}", self.id)
    }

    /// As the API answers: without the secret.
    pub fn to_json(&self, base: &str) -> Value {
        let own = self.source(base);
        let link = |operation: &str| json!({ "href": format!("{own}/lifecycle/{operation}"), "hints": { "allow": ["POST"] } });
        let own_link = json!({ "href": own });
        let links = match self.active {
            true => json!({
                "self": own_link, "verify": link("verify"), "deactivate": link("deactivate"),
            }),
            false => json!({
                "self": own_link,
                "activate": link("activate"),
                "delete": { "href": own, "hints": { "allow": ["DELETE"] } },
            }),
        };
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "status": if self.active { "ACTIVE" } else { "INACTIVE" },
            "verificationStatus": if self.verified { "VERIFIED" } else { "UNVERIFIED" },
            "created": self.created,
            "lastUpdated": self.last_updated,
            "createdBy": "00uEmulatorAdmin0000",
            "events": { "type": "EVENT_TYPE", "items": self.items, "filter": self.filter },
            "channel": self.channel.to_json(),
            "_links": links,
        })
    }
}

impl Channel {
    /// As the API answers: without the secret.
    pub fn to_json(&self) -> Value {
        let headers: Vec<Value> =
            self.headers.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        let auth = self.auth.as_ref().map(|(key, _)| json!({ "type": "HEADER", "key": key }));
        json!({
            "type": "HTTP",
            "version": "1.0.0",
            "config": { "uri": self.uri, "method": "POST", "headers": headers, "authScheme": auth },
        })
    }

    /// The headers every request to the hook carries.
    pub fn configured(&self) -> Vec<(&str, &str)> {
        let pairs = self.auth.iter().chain(&self.headers);
        pairs.map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }
}

impl Org {
    pub fn hook(&self, id: &str) -> Result<(u64, Hook), OktaError> {
        let found = self.hooks.iter().find(|(_, hook)| hook.id == id);
        let copy = found.map(|(place, hook)| (*place, hook.clone()));
        copy.ok_or_else(|| OktaError::not_found(id, "EventHook"))
    }

    pub fn create_hook(&mut self, body: &Value) -> Result<Value, OktaError> {
        let spec = HookSpec::read(body)?;
        self.check_name(&spec.name, None)?;
        let now = clock::now();
        let hook = Hook {
            id: self.new_id("who"),
            name: spec.name,
            description: spec.description,
            active: true,
            verified: false,
            created: now.clone(),
            last_updated: now,
            items: spec.items,
            filter: spec.filter,
            channel: spec.channel,
        };
        let place = self.new_place();
        Ok(self.keep_hook(place, hook, EventType::EVENT_HOOK_CREATED))
    }

    /// Obeys `status`, though it is documented as read-only: Okta does. A hook with another channel
    /// has to be verified anew and stays as active as it was; the answer to that has the time of the
    /// change before.
    pub fn replace_hook(&mut self, id: &str, body: &Value) -> Result<Value, OktaError> {
        let (place, mut hook) = self.hook(id)?;
        let spec = HookSpec::read(body)?;
        self.check_name(&spec.name, Some(id))?;
        let (was_active, last_updated) = (hook.active, hook.last_updated.clone());
        let same_channel = hook.channel == spec.channel;
        hook.verified &= same_channel;
        hook.active = spec.active.unwrap_or(hook.active);
        if hook.is_live() && !was_active {
            self.check_live()?;
        }
        hook.name = spec.name;
        hook.description = spec.description;
        hook.items = spec.items;
        hook.filter = spec.filter;
        hook.channel = spec.channel;
        let is_active = hook.active;
        let mut json = self.keep_hook(place, hook, EventType::EVENT_HOOK_UPDATED);
        if is_active != was_active {
            self.record(happened(toggled(is_active)));
        }
        if !same_channel {
            json["lastUpdated"] = last_updated.into();
        }
        Ok(json)
    }

    pub fn set_active(&mut self, id: &str, active: bool) -> Result<Value, OktaError> {
        let (place, mut hook) = self.hook(id)?;
        if active && hook.verified && !hook.active {
            self.check_live()?;
        }
        hook.active = active;
        Ok(self.keep_hook(place, hook, toggled(active)))
    }

    /// Notes how a verification of `channel` ended. Should the channel have changed meanwhile, it
    /// was not this hook's. `None` if it is not verified now.
    pub fn set_verified(
        &mut self,
        id: &str,
        channel: &Channel,
        passed: bool,
    ) -> Result<Option<Value>, OktaError> {
        let (place, mut hook) = self.hook(id)?;
        let passed = passed && hook.channel == *channel;
        if passed && hook.active && !hook.verified {
            self.check_live()?;
        }
        if passed {
            hook.verified = true;
            return Ok(Some(self.keep_hook(place, hook, EventType::EVENT_HOOK_VERIFIED)));
        }
        self.record(
            happened(EventType::EVENT_HOOK_VERIFIED)
                .outcome("FAILURE", Some("Unable to verify hook"))
                .debug_data("errorMessage", hook.unverifiable()),
        );
        Ok(None)
    }

    pub fn delete_hook(&mut self, id: &str) -> Result<(), OktaError> {
        let (place, hook) = self.hook(id)?;
        if hook.active {
            let cause = "Only an inactive event hook can be deleted: deactivate it first";
            return Err(OktaError::validation("eventHook", cause));
        }
        self.hooks.remove(&place);
        self.remove(&hook);
        self.record(happened(EventType::EVENT_HOOK_DELETED));
        Ok(())
    }

    /// Puts back a hook that was deleted in the console, as it was.
    pub fn restore_hook(&mut self, id: &str) -> Result<Value, OktaError> {
        let deleted = self.deleted_hooks.get(id);
        let hook = deleted.ok_or_else(|| OktaError::not_found(id, "EventHook"))?;
        self.check_name(&hook.name, None)?;
        if hook.is_live() {
            self.check_live()?;
        }
        self.deleted_hooks.forget(id);
        let place = self.new_place();
        Ok(self.keep_hook(place, hook, EventType::EVENT_HOOK_CREATED))
    }

    fn keep_hook(&mut self, place: u64, mut hook: Hook, event_type: EventType) -> Value {
        hook.last_updated = clock::now();
        self.put(place, &hook);
        let json = hook.to_json(&self.base);
        self.hooks.insert(place, hook);
        self.record(happened(event_type));
        json
    }

    fn check_name(&self, name: &str, of: Option<&str>) -> Result<(), OktaError> {
        let taken = |hook: &Hook| hook.name == name && Some(hook.id.as_str()) != of;
        match self.hooks.values().any(taken) {
            true => Err(OktaError::validation("name", "name: An event hook with this name exists")),
            false => Ok(()),
        }
    }

    fn check_live(&self) -> Result<(), OktaError> {
        match self.hooks.values().filter(|hook| hook.is_live()).count() < MAX_LIVE {
            true => Ok(()),
            false => {
                let cause = format!("An org may have {MAX_LIVE} active and verified event hooks");
                Err(OktaError::validation("eventHook", cause))
            }
        }
    }
}

fn toggled(active: bool) -> EventType {
    match active {
        true => EventType::EVENT_HOOK_ACTIVATED,
        false => EventType::EVENT_HOOK_DEACTIVATED,
    }
}
