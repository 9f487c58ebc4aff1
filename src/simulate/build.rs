//! From what was asked of an event to its JSON.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::facts;
use super::nulls::Nulls;
use super::seed::Seed;
use super::target::TargetBuilder;
use super::time;
use crate::event::{OutcomeResult, Severity};
use crate::event_type::EventType;

/// What was asked of an event.
#[derive(Clone)]
pub(super) struct EventSpec {
    pub(super) event_type: EventType,
    pub(super) seed: Option<u64>,
    pub(super) actor: Option<TargetBuilder>,
    pub(super) by_system: bool,
    pub(super) outcome: (OutcomeResult, Option<String>),
    pub(super) severity: Severity,
    pub(super) published: Option<Timestamp>,
    /// `None` is no target at all.
    pub(super) targets: Option<Vec<TargetBuilder>>,
    pub(super) debug_data: Map<String, Value>,
    pub(super) members: Map<String, Value>,
}

/// What an event takes from the delivery it is in, if it is in one.
pub(super) struct Setting<'a> {
    pub(super) seed: Seed,
    /// The event's place among the events of the seed.
    pub(super) nth: u64,
    pub(super) hook_id: Option<&'a str>,
    pub(super) nulls: Nulls,
}

impl EventSpec {
    pub(super) fn new(event_type: EventType) -> Self {
        Self {
            event_type,
            seed: None,
            actor: None,
            by_system: false,
            outcome: (OutcomeResult::SUCCESS, None),
            severity: Severity::INFO,
            published: None,
            targets: Some(Vec::new()),
            debug_data: Map::new(),
            members: Map::new(),
        }
    }

    pub(super) fn build(&self, setting: &Setting<'_>) -> Value {
        let (seed, nth) = match self.seed {
            Some(seed) => (Seed::new(seed), 0),
            None => (setting.seed.clone(), setting.nth),
        };
        let mut event = self.members_json(seed.fork(&format!("event/{nth}")), nth, setting);
        setting.nulls.apply(&mut event);
        // Last, and in no style: what a test sets has to arrive as it is.
        for (name, value) in &self.members {
            event[name] = value.clone();
        }
        event
    }

    fn members_json(&self, mut own: Seed, nth: u64, setting: &Setting<'_>) -> Value {
        let spacing = Duration::from_millis(731).saturating_mul(nth as u32);
        let published = self.published.unwrap_or_else(|| time::after_start(spacing));
        let transaction = own.alphanumeric(27);
        let (message, legacy) = facts::messages(&self.event_type);
        json!({
            "uuid": own.uuid_v1(published),
            "published": time::to_string(published),
            "eventType": self.event_type,
            "version": "0",
            "severity": self.severity,
            "displayMessage": message,
            "legacyEventType": legacy,
            "actor": self.actor_json(&setting.seed),
            "client": client(self.by_system),
            "device": null,
            "authenticationContext": authentication(self.by_system, &mut own),
            "outcome": { "result": self.outcome.0, "reason": self.outcome.1 },
            "target": self.targets_json(&setting.seed),
            "transaction": {
                "type": if self.by_system { "JOB" } else { "WEB" },
                "id": transaction,
                "detail": {},
            },
            "debugContext": { "debugData": self.debug_json(&transaction, setting.hook_id) },
            "securityContext": security(self.by_system),
            "insertionTimestamp": null,
        })
    }

    fn actor_json(&self, seed: &Seed) -> Value {
        let system = || {
            TargetBuilder::new("SystemPrincipal")
                .alternate_id("system@okta.com")
                .display_name("Okta System")
        };
        let person = || match facts::person_is_actor(&self.event_type) {
            true => TargetBuilder::user("john.doe@example.com"),
            false => TargetBuilder::user("ada.admin@example.com"),
        };
        let default = || if self.by_system { system() } else { person() };
        self.actor.clone().unwrap_or_else(default).to_json(seed)
    }

    fn targets_json(&self, seed: &Seed) -> Value {
        let Some(asked) = &self.targets else { return Value::Null };
        let targets = facts::complete(&self.event_type, asked.clone());
        match targets.is_empty() {
            true => Value::Null,
            false => targets.iter().map(|target| target.to_json(seed)).collect(),
        }
    }

    fn debug_json(&self, transaction: &str, hook_id: Option<&str>) -> Value {
        let mut data = json!({ "threatSuspected": "false" });
        if let Some(hook_id) = hook_id {
            data["targetEventHookIds"] = hook_id.into();
        }
        if !self.by_system {
            data["requestId"] = transaction.into();
        }
        for (key, value) in &self.debug_data {
            data[key] = value.clone();
        }
        data
    }
}

fn client(by_system: bool) -> Value {
    if by_system {
        return json!({ "ipChain": [] });
    }
    let place = json!({
        "city": "Utrecht", "state": "Utrecht", "country": "Netherlands", "postalCode": "3511",
        "geolocation": { "lat": 52.0907, "lon": 5.1214 },
    });
    json!({
        "userAgent": {
            "rawUserAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "os": "Linux",
            "browser": "FIREFOX",
        },
        // The string, where no zone applies: so Okta writes it.
        "zone": "null",
        "device": "Computer",
        "id": null,
        "ipAddress": "203.0.113.24",
        "geographicalContext": place,
        "ipChain": [{
            "ip": "203.0.113.24", "geographicalContext": place, "version": "V4", "source": null,
        }],
    })
}

fn authentication(by_system: bool, own: &mut Seed) -> Value {
    json!({
        "authenticationProvider": null, "credentialProvider": null,
        "credentialType": null, "issuer": null, "interface": null,
        "authenticationStep": 0,
        "rootSessionId": session(by_system, own),
        "externalSessionId": session(by_system, own),
    })
}

fn session(by_system: bool, seed: &mut Seed) -> String {
    format!("{}{}", if by_system { "trs" } else { "102" }, seed.alphanumeric(22))
}

fn security(by_system: bool) -> Value {
    match by_system {
        true => json!({}),
        false => json!({
            "asNumber": null, "asOrg": null, "isp": null, "domain": null, "isProxy": null,
        }),
    }
}
