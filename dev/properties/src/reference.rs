//! What `serde_json` says about a body, which is what we have to say about it.

use std::collections::HashMap;

use okta_hooks::{InvalidEvent, LogEvent, ParseError, ParseErrorKind};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::marks::{assert_debug_hides, assert_hidden};

/// A body as a string, if it is JSON.
pub fn json(body: &[u8]) -> Option<&str> {
    let json = std::str::from_utf8(body).ok()?;
    serde_json::from_str::<IgnoredAny>(json).ok().map(|_| json)
}

/// The members of an object, of duplicates the last; `None` for another value, and where a key has
/// half a surrogate pair.
pub fn members(json: &str) -> Option<HashMap<String, &RawValue>> {
    serde_json::from_str(json).ok()
}

pub fn elements(json: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(json).ok()
}

pub fn string(json: &RawValue) -> Option<String> {
    serde_json::from_str(json.get()).ok()
}

/// Whether an element is an event; `None` where serde_json does not tell.
pub fn is_event(json: &str) -> Option<bool> {
    if !json.starts_with('{') {
        return Some(false);
    }
    let members = members(json)?;
    let event_type = members.get("eventType").and_then(|json| string(json));
    Some(event_type.is_some_and(|event_type| !event_type.is_empty()))
}

/// Each element is an event or an invalid one, in its place and to the byte.
#[track_caller]
pub fn assert_elements(events: &[LogEvent], invalid_events: &[InvalidEvent], array: &str) {
    let elements = elements(array).expect("an array");
    let valid = events.iter().map(|event| (event.position(), event.raw(), true));
    let invalid = invalid_events.iter().map(|event| (event.position(), event.raw(), false));
    let mut found: Vec<_> = valid.chain(invalid).collect();
    found.sort_unstable();
    assert_eq!(found.len(), elements.len());
    for (nth, (element, (position, json, is_valid))) in elements.iter().zip(found).enumerate() {
        assert_eq!((position, json), (nth, element.get()));
        assert_eq!(is_valid, is_event(json).unwrap_or(is_valid));
    }
    assert!(events.is_sorted_by_key(LogEvent::position));
    for invalid in invalid_events {
        assert_hidden(invalid);
        assert_debug_hides(invalid);
    }
}

/// An error is about JSON where there is none, and says a place in the body.
#[track_caller]
pub fn assert_refused(body: &[u8], error: &ParseError) {
    use ParseErrorKind::{Eof, NotUtf8, Syntax};
    assert_eq!(matches!(error.kind(), Syntax | Eof | NotUtf8), json(body).is_none(), "{error}");
    let lines = 1 + body.iter().filter(|&&byte| byte == b'\n').count();
    assert!((1..=lines).contains(&error.line()) && error.column() <= body.len(), "{error}");
    assert_hidden(error);
    assert_debug_hides(error);
}
