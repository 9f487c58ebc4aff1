//! Inline hooks: the objects, and the rules for them.

pub mod api;
mod execute;
mod spec;

use okta_hooks::EventType;
use okta_hooks::inline::HookType;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock;
use super::errors::OktaError;
use super::hooks::Channel;
use super::org::{Document, Org, happened};
use spec::InlineHookSpec;

/// Inline hooks that an org may have.
const MAX_HOOKS: usize = 100;

#[derive(Clone, Serialize, Deserialize)]
pub struct InlineHook {
    pub id: String,
    pub name: String,
    pub kind: String,
    pub active: bool,
    created: String,
    last_updated: String,
    pub channel: Channel,
}

impl Document for InlineHook {
    const KIND: &'static str = "inlineHook";

    fn id(&self) -> &str {
        &self.id
    }
}

impl InlineHook {
    pub fn hook_type(&self) -> HookType {
        HookType::from(self.kind.as_str())
    }

    /// As the API answers: without the secret.
    pub fn to_json(&self, base: &str) -> Value {
        let own = format!("{base}/api/v1/inlineHooks/{}", self.id);
        let link = |path: &str, method: &str| json!({ "href": format!("{own}{path}"), "hints": { "allow": [method] } });
        let links = match self.active {
            true => json!({
                "self": { "href": own },
                "execute": link("/execute", "POST"),
                "deactivate": link("/lifecycle/deactivate", "POST"),
            }),
            false => json!({
                "self": { "href": own },
                "activate": link("/lifecycle/activate", "POST"),
                "delete": link("", "DELETE"),
            }),
        };
        json!({
            "id": self.id,
            "status": if self.active { "ACTIVE" } else { "INACTIVE" },
            "name": self.name,
            "type": self.kind,
            "version": "1.0.0",
            "channel": self.channel.to_json(),
            "created": self.created,
            "lastUpdated": self.last_updated,
            "_links": links,
        })
    }
}

impl Org {
    pub fn inline_hook(&self, id: &str) -> Result<(u64, InlineHook), OktaError> {
        let found = self.inline_hooks.iter().find(|(_, hook)| hook.id == id);
        let copy = found.map(|(place, hook)| (*place, hook.clone()));
        copy.ok_or_else(|| OktaError::not_found(id, "InlineHook"))
    }

    pub fn create_inline_hook(&mut self, body: &Value) -> Result<Value, OktaError> {
        let spec = InlineHookSpec::read(body)?;
        if self.inline_hooks.len() >= MAX_HOOKS {
            return Err(invalid(format!("An org may have {MAX_HOOKS} inline hooks")));
        }
        let now = clock::now();
        let hook = InlineHook {
            id: self.new_id("cal"),
            name: spec.name,
            kind: spec.kind,
            active: true,
            created: now.clone(),
            last_updated: now,
            channel: spec.channel,
        };
        self.check_single(&hook)?;
        let place = self.new_place();
        Ok(self.keep_inline_hook(place, hook, EventType::INLINE_HOOK_CREATED))
    }

    /// Replaces a hook, or (`all` is false) changes what is in the body. Its type stays.
    pub fn update_inline_hook(
        &mut self,
        id: &str,
        body: &Value,
        all: bool,
    ) -> Result<Value, OktaError> {
        let (place, mut hook) = self.inline_hook(id)?;
        let merged = if all { body.clone() } else { spec::merged(&hook, body) };
        let spec = InlineHookSpec::read(&merged)?;
        if spec.kind != hook.kind {
            return Err(OktaError::validation("type", "type: cannot be changed"));
        }
        hook.name = spec.name;
        hook.channel = spec.channel;
        Ok(self.keep_inline_hook(place, hook, EventType::INLINE_HOOK_UPDATED))
    }

    pub fn set_inline_hook_active(&mut self, id: &str, active: bool) -> Result<Value, OktaError> {
        let (place, mut hook) = self.inline_hook(id)?;
        hook.active = active;
        if active {
            self.check_single(&hook)?;
        }
        let event_type = match active {
            true => EventType::INLINE_HOOK_ACTIVATED,
            false => EventType::INLINE_HOOK_DEACTIVATED,
        };
        Ok(self.keep_inline_hook(place, hook, event_type))
    }

    pub fn delete_inline_hook(&mut self, id: &str) -> Result<(), OktaError> {
        let (place, hook) = self.inline_hook(id)?;
        if hook.active {
            return Err(invalid(
                "Only an inactive inline hook can be deleted: deactivate it first",
            ));
        }
        self.inline_hooks.remove(&place);
        self.remove(&hook);
        self.record(happened(EventType::INLINE_HOOK_DELETED));
        Ok(())
    }

    /// Notes a call that failed; of one that went well, Okta writes nothing.
    pub fn record_inline_failure(&mut self, hook: &InlineHook, reason: &str) {
        self.record(
            happened(EventType::INLINE_HOOK_EXECUTED)
                .outcome("FAILURE", Some(reason))
                .debug_data("inlineHookId", hook.id.as_str()),
        );
    }

    fn keep_inline_hook(&mut self, place: u64, mut hook: InlineHook, event: EventType) -> Value {
        hook.last_updated = clock::now();
        self.put(place, &hook);
        let json = hook.to_json(&self.base);
        self.inline_hooks.insert(place, hook);
        self.record(happened(event));
        json
    }

    /// There may be one password import hook, and one active telephony hook.
    fn check_single(&self, hook: &InlineHook) -> Result<(), OktaError> {
        let of_type = self.inline_hooks.values().filter(|other| other.kind == hook.kind);
        let mut others = of_type.filter(|other| other.id != hook.id);
        match hook.hook_type() {
            HookType::PASSWORD_IMPORT if others.next().is_some() => {
                Err(invalid("An org may have one password import inline hook"))
            }
            HookType::TELEPHONY if others.any(|other| other.active) => {
                Err(invalid("An org may have one active telephony inline hook"))
            }
            _ => Ok(()),
        }
    }
}

fn invalid(cause: impl Into<String>) -> OktaError {
    OktaError::validation("inlineHook", cause)
}
