//! The parts of an event, as one JSON object again.

use std::fmt::Debug;

use okta_hooks::LogEvent;
use okta_hooks::event::Target;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::marks::assert_debug_hides;

/// Spellings that a part reads besides the one that it writes.
const OTHER_SPELLINGS: [(&str, &str); 9] = [
    ("rawUserAgent", "RawUserAgent"),
    ("os", "OS"),
    ("browser", "Browser"),
    ("os_platform", "osPlatform"),
    ("os_version", "osVersion"),
    ("device_integrator", "deviceIntegrator"),
    ("disk_encryption_type", "diskEncryptionType"),
    ("screen_lock_type", "screenLockType"),
    ("secure_hardware_present", "secureHardwarePresent"),
];

pub struct Parts {
    pub read: Value,
}

impl Parts {
    /// Asks for every part, and keeps none.
    pub fn touch(event: &LogEvent) {
        let parts = (event.actor(), event.client(), event.device(), event.outcome());
        let contexts = (event.debug_context(), event.authentication_context());
        let more = (event.security_context(), event.request(), event.transaction());
        let strings = (event.version(), event.display_message(), event.legacy_event_type());
        let kinds = (event.severity(), event.insertion_timestamp(), event.event_type());
        let lists = (event.targets(), event.ip_chain(), event.schema_mismatches());
        drop((parts, contexts, more, strings, kinds, lists));
    }

    /// Shows every part, and writes them into one value where `are_written`.
    pub fn read(event: &LogEvent, are_written: bool) -> Self {
        let mut parts = Collected { members: Map::new(), are_written };
        parts.put("version", event.version());
        parts.put("severity", event.severity());
        parts.put("displayMessage", event.display_message());
        parts.put("legacyEventType", event.legacy_event_type());
        parts.put("actor", event.actor());
        parts.put("client", event.client());
        parts.put("device", event.device());
        parts.put("outcome", event.outcome());
        parts.put("transaction", event.transaction());
        parts.put("debugContext", event.debug_context());
        parts.put("authenticationContext", event.authentication_context());
        parts.put("securityContext", event.security_context());
        parts.put("request", event.request());
        let targets = event.targets();
        let users = targets.iter().filter(|target| target.is_user()).count();
        assert_eq!(event.user_targets().count(), users);
        parts.put("target", Some(targets.clone()).filter(|targets| !targets.is_empty()));
        let owned: Vec<Target<'static>> = targets.into_iter().map(Target::into_owned).collect();
        parts.put_again("target", Some(owned).filter(|targets| !targets.is_empty()));
        parts.put_again("actor", event.actor().map(|part| part.into_owned()));
        parts.put_again("client", event.client().map(|part| part.into_owned()));
        parts.put_again("securityContext", event.security_context().map(|part| part.into_owned()));
        assert_debug_hides(&event.ip_chain());
        Self { read: parts.members.into() }
    }
}

struct Collected {
    members: Map<String, Value>,
    are_written: bool,
}

impl Collected {
    fn put<T: Debug + Serialize>(&mut self, name: &str, part: Option<T>) {
        if !["displayMessage", "legacyEventType", "version"].contains(&name) {
            assert_debug_hides(&part);
        }
        if let Some(part) = part.filter(|_| self.are_written) {
            let value = serde_json::to_value(part).expect("it was read as a value");
            self.members.insert(name.to_owned(), value);
        }
    }

    /// An owned part is the part.
    fn put_again<T: Debug + Serialize>(&mut self, name: &str, part: T) {
        assert_debug_hides(&part);
        if self.are_written {
            let value = serde_json::to_value(part).expect("it was read as a value");
            assert_eq!(self.members.get(name).unwrap_or(&Value::Null), &value, "{name}");
        }
    }
}

/// Whether everything that was read was sent, there and as that. A list may have lost elements of
/// another shape, a number may be read as the string of its digits.
pub fn agrees(read: &Value, sent: &Value) -> bool {
    match (read, sent) {
        (Value::Object(read), Value::Object(sent)) => read.iter().all(|(name, read)| {
            let other = OTHER_SPELLINGS.iter().find(|(written, _)| written == name);
            let names = [Some(name.as_str()), other.map(|(_, other)| *other)];
            let mut found = names.into_iter().flatten().filter_map(|name| sent.get(name));
            found.any(|sent| agrees(read, sent))
        }),
        (Value::Array(read), Value::Array(sent)) => {
            let mut sent = sent.iter();
            read.iter().all(|read| sent.any(|sent| agrees(read, sent)))
        }
        (Value::String(read), Value::Number(_)) => {
            serde_json::from_str::<Value>(read).is_ok_and(|read| agrees(&read, sent))
        }
        (Value::Number(read), Value::Number(sent)) => {
            read == sent || read.as_f64() == sent.as_f64()
        }
        _ => read == sent,
    }
}
