use okta_hooks::LogEvent;
use serde_json::Value;

use crate::cost::linear;
use crate::marks::{assert_debug_hides, assert_hidden};
use crate::parts::{Parts, agrees};
use crate::reference;

/// Bytes that are allocated for each byte of an event when every part is read once: a target of two
/// bytes, `{}`, is a struct of some 200, in a list that grows.
const PER_BYTE: usize = 1_000;

/// Strings that have to be read wherever they are; what is around them may be anything.
const STRINGS: [&str; 33] = [
    "/displayMessage",
    "/legacyEventType",
    "/severity",
    "/actor/id",
    "/actor/type",
    "/actor/alternateId",
    "/actor/displayName",
    "/client/zone",
    "/client/id",
    "/client/device",
    "/client/ipAddress",
    "/client/geographicalContext/city",
    "/client/geographicalContext/state",
    "/client/geographicalContext/country",
    "/client/geographicalContext/postalCode",
    "/device/id",
    "/device/name",
    "/outcome/result",
    "/outcome/reason",
    "/transaction/id",
    "/transaction/type",
    "/authenticationContext/credentialType",
    "/authenticationContext/authenticationProvider",
    "/authenticationContext/externalSessionId",
    "/authenticationContext/rootSessionId",
    "/authenticationContext/interface",
    "/authenticationContext/issuer/id",
    "/securityContext/asOrg",
    "/securityContext/isp",
    "/securityContext/domain",
    "/securityContext/risk/level",
    "/securityContext/ipDetails/domain",
    "/securityContext/botProtection/level",
];

/// Every accessor of an event.
pub fn event(event: &LogEvent) {
    let json = event.raw();
    linear(json.len(), PER_BYTE, || Parts::touch(event));
    members(event, json);
    free_form(event);
    assert_debug_hides(event);
    for mismatch in event.schema_mismatches() {
        assert_hidden(&mismatch);
        assert_debug_hides(&mismatch);
    }
    assert_eq!(serde_json::to_string(event).expect("it is JSON"), json);
    // Deeper than serde_json goes, or a number it has no type for: there is nothing to compare with.
    let sent = serde_json::from_str::<Value>(json).ok();
    let parts = Parts::read(event, sent.is_some());
    if let Some(sent) = sent {
        as_sent(&parts.read, &sent);
    }
}

fn members(event: &LogEvent, json: &str) {
    let Some(members) = reference::members(json) else { return };
    for (name, sent) in &members {
        assert_eq!(event.get(name).map(|json| json.get()), Some(sent.get()), "{name}");
    }
    let string = |name| members.get(name).and_then(|json| reference::string(json));
    assert_eq!(Some(event.event_type().as_str()), string("eventType").as_deref());
    assert_eq!(event.uuid(), string("uuid").as_deref());
    assert_eq!(event.published(), string("published").as_deref());
    assert!(event.published_timestamp().is_none() || event.published().is_some());
    for name in ["uuid", "client", "insertionTimestamp", "no such member"] {
        assert_eq!(event.get(name).is_some(), members.contains_key(name), "{name}");
    }
}

/// Debug data, which has any member.
fn free_form(event: &LogEvent) {
    let Some(data) = event.debug_context().and_then(|context| context.debug_data) else { return };
    let Some(members) = reference::members(data.raw()) else { return };
    for (name, sent) in &members {
        assert_eq!(data.get(name).map(|json| json.get()), Some(sent.get()), "{name}");
        let expected = match sent.get() {
            "null" => None,
            json => Some(reference::string(sent).unwrap_or_else(|| json.to_owned())),
        };
        assert_eq!(event.debug_data(name).as_deref(), expected.as_deref(), "{name}");
    }
    assert!(data.iter().count() >= members.len());
}

/// What the parts have is what `serde_json` finds in the same places.
fn as_sent(read: &Value, sent: &Value) {
    assert!(agrees(read, sent), "another value was read than was sent");
    for pointer in STRINGS {
        if let Some(string) = sent.pointer(pointer).filter(|value| value.is_string()) {
            assert_eq!(read.pointer(pointer), Some(string), "{pointer}");
        }
    }
    let targets = sent["target"].as_array().map(Vec::as_slice).unwrap_or_default();
    let objects = targets.iter().filter(|target| target.is_object()).count();
    assert_eq!(read["target"].as_array().map_or(0, Vec::len), objects, "targets");
}
