//! From what was asked of an event to its JSON.

use std::time::Duration;

use serde_json::{Value, json};

use super::event::Event;
use super::facts;
use super::nulls::Nulls;
use super::seed::Seed;
use super::target::Target;
use super::time::Instant;

/// What an event takes from the delivery it is in, or from nobody.
pub(super) struct Setting<'a> {
    pub(super) seed: Seed,
    /// The event's place among the events of the seed.
    pub(super) nth: u64,
    pub(super) hook_id: Option<&'a str>,
    pub(super) nulls: Nulls,
}

impl Event {
    pub(super) fn build(&self, setting: &Setting<'_>) -> Value {
        let (seed, nth) = match self.seed {
            Some(seed) => (Seed::new(seed), 0),
            None => (setting.seed.clone(), setting.nth),
        };
        let spacing = Duration::from_millis(731).saturating_mul(nth as u32);
        let published = self.published.unwrap_or_else(|| Instant::START.after(spacing));
        let mut own = seed.fork(&format!("event/{nth}"));
        let transaction = own.text(27);
        let (message, legacy) = facts::messages(&self.event_type);
        let mut event = json!({
            "uuid": own.uuid_v1(published),
            "published": published.text(),
            "eventType": self.event_type.as_str(),
            "version": "0",
            "severity": self.severity,
            "displayMessage": message,
            "legacyEventType": legacy,
            "actor": self.actor_json(&setting.seed),
            "client": client(self.by_system),
            "device": null,
            "authenticationContext": {
                "authenticationProvider": null, "credentialProvider": null,
                "credentialType": null, "issuer": null, "interface": null,
                "authenticationStep": 0,
                "rootSessionId": session(self.by_system, &mut own),
                "externalSessionId": session(self.by_system, &mut own),
            },
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
        });
        setting.nulls.apply(&mut event);
        // Last, and in no style: what a test sets has to arrive as it is.
        for (name, value) in &self.members {
            event[name] = value.clone();
        }
        event
    }

    fn actor_json(&self, seed: &Seed) -> Value {
        let system = || {
            Target::new("SystemPrincipal")
                .alternate_id("system@okta.com")
                .display_name("Okta System")
        };
        let person = || match facts::person_is_actor(&self.event_type) {
            true => Target::user("john.doe@example.com"),
            false => Target::user("ada.admin@example.com"),
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
        // The text, where no zone applies: so Okta writes it.
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

fn session(by_system: bool, seed: &mut Seed) -> String {
    format!("{}{}", if by_system { "trs" } else { "102" }, seed.text(22))
}

fn security(by_system: bool) -> Value {
    match by_system {
        true => json!({}),
        false => json!({
            "asNumber": null, "asOrg": null, "isp": null, "domain": null, "isProxy": null,
        }),
    }
}
