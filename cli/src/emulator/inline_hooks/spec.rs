//! What a request wants an inline hook to be, and Okta's rules for it.

use okta_hooks::inline::HookType;
use okta_hooks::simulate;
use serde_json::{Value, json};

use super::InlineHook;
use crate::emulator::errors::OktaError;
use crate::emulator::hook_spec;
use crate::emulator::hooks::Channel;

pub struct InlineHookSpec {
    pub name: String,
    pub kind: String,
    pub channel: Channel,
}

impl InlineHookSpec {
    pub fn read(body: &Value) -> Result<Self, OktaError> {
        let kind = body["type"].as_str().unwrap_or_default();
        if simulate::inline::request(&HookType::from(kind)).is_none() {
            let cause = "type: not a type of inline hook";
            return Err(OktaError::validation("type", cause));
        }
        hook_spec::fixed(body, "/version", "1.0.0")?;
        // Others get an OAuth 2.0 token first, and there is nobody here who would issue it.
        hook_spec::fixed(body, "/channel/type", "HTTP")?;
        hook_spec::fixed(body, "/channel/version", "1.0.0")?;
        Ok(Self {
            name: hook_spec::name(body)?,
            kind: kind.to_owned(),
            channel: hook_spec::channel(&body["channel"]["config"])?,
        })
    }
}

/// The hook as it is, secret included, with the members of `changes` in place of its own.
pub fn merged(hook: &InlineHook, changes: &Value) -> Value {
    let mut json = json!({
        "name": hook.name, "type": hook.kind, "version": "1.0.0", "channel": hook.channel.to_json(),
    });
    if let Some((_, secret)) = &hook.channel.auth {
        json["channel"]["config"]["authScheme"]["value"] = secret.as_str().into();
    }
    let channel = &changes["channel"];
    replace(&mut json, changes, &["name", "type", "version"]);
    replace(&mut json["channel"], channel, &["type", "version"]);
    replace(&mut json["channel"]["config"], &channel["config"], &["uri", "headers"]);
    let scheme = &channel["config"]["authScheme"];
    match channel["config"].get("authScheme") {
        Some(Value::Null) => json["channel"]["config"]["authScheme"] = Value::Null,
        Some(_) => {
            let own = &mut json["channel"]["config"]["authScheme"];
            replace(own, scheme, &["type", "key", "value"]);
        }
        None => {}
    }
    json
}

fn replace(json: &mut Value, changes: &Value, members: &[&str]) {
    for member in members {
        if let Some(value) = changes.get(*member) {
            json[*member] = value.clone();
        }
    }
}
