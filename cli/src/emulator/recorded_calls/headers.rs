//! The headers of a call: kept in memory of their own, and shown without their secrets.

use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

/// What a header takes beside its name and value.
const OVERHEAD: usize = 128;

/// Headers that are secrets whoever sends them.
const SECRET: [&str; 3] = ["authorization", "cookie", "set-cookie"];

pub fn bytes(map: &HeaderMap) -> usize {
    map.iter().map(|(name, value)| name.as_str().len() + value.len() + OVERHEAD).sum()
}

/// The same headers in memory of their own: each value may be a few bytes of a whole read buffer.
pub fn compact(map: HeaderMap) -> HeaderMap {
    let own = |value: HeaderValue| {
        let copied = HeaderValue::from_bytes(value.as_bytes());
        let mut copy = copied.expect("a header's value");
        copy.set_sensitive(value.is_sensitive());
        copy
    };
    let mut compact = HeaderMap::with_capacity(map.len());
    let mut last = None;
    for (name, value) in map {
        // The name comes with the first of its values only.
        last = name.or(last);
        if let Some(name) = &last {
            compact.append(name, own(value));
        }
    }
    compact
}

pub fn to_json(map: &HeaderMap, reveal: bool) -> Value {
    map.iter()
        .map(|(name, value)| {
            let challenge = name == okta_hooks::CHALLENGE_HEADER;
            let secret = (value.is_sensitive() && !challenge) || SECRET.contains(&name.as_str());
            let shown = String::from_utf8_lossy(value.as_bytes());
            let value = if secret && !reveal { "••••••••" } else { shown.as_ref() };
            json!({ "name": name.as_str(), "value": value, "secret": secret })
        })
        .collect()
}
