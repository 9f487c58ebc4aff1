use bytes::Bytes;
use okta_hooks::{Delivery, LogEvent};

use crate::cost::linear;
use crate::event::event;
use crate::marks::assert_debug_hides;
use crate::reference;

/// Bytes that are allocated for each byte of a body: for `0,0,…`, the worst of all, what is kept of an
/// element that is not an event.
const PER_BYTE: usize = 200;

/// The body of an event hook, and one event alone.
pub fn delivery(body: &[u8]) {
    let bytes = Bytes::copy_from_slice(body);
    match linear(body.len(), PER_BYTE, || Delivery::from_bytes(bytes.clone())) {
        Ok(delivery) => accepted(body, &delivery),
        Err(error) => {
            reference::assert_refused(body, &error);
            assert!(events(body).flatten().is_none(), "{error}");
            assert!(serde_json::from_slice::<Delivery>(body).is_err());
        }
    }
    match LogEvent::from_bytes(bytes) {
        Ok(alone) => {
            assert_eq!(reference::json(body).map(str::trim_ascii), Some(alone.raw()));
            event(&alone);
        }
        Err(error) => {
            reference::assert_refused(body, &error);
            let is_event = reference::json(body).map(str::trim_ascii).map(reference::is_event);
            assert_ne!(is_event.flatten(), Some(true), "{error}");
        }
    }
}

/// The array of events in a body, if it has one; `None` where serde_json does not tell.
fn events(body: &[u8]) -> Option<Option<&str>> {
    let envelope = reference::members(reference::json(body)?)?;
    let Some(data) = envelope.get("data") else { return Some(None) };
    if !data.get().starts_with('{') {
        return Some(None);
    }
    let data = reference::members(data.get())?;
    Some(data.get("events").map(|events| events.get()).filter(|events| events.starts_with('[')))
}

fn accepted(body: &[u8], delivery: &Delivery) {
    assert_eq!(&delivery.raw()[..], body);
    let json = reference::json(body).expect("what is accepted is JSON");
    assert_debug_hides(delivery);
    envelope(json, delivery);
    if let Some(events) = events(body) {
        let events = events.expect("an array of events");
        reference::assert_elements(delivery.events(), delivery.invalid_events(), events);
    }
    for read in delivery {
        event(read);
        detached(read);
    }
    written(json, delivery);
    without_every_second_event(delivery);
}

fn envelope(json: &str, delivery: &Delivery) {
    let Some(members) = reference::members(json) else { return };
    for (name, sent) in &members {
        assert_eq!(delivery.get(name).map(|json| json.get()), Some(sent.get()), "{name}");
    }
    let string = |name| members.get(name).and_then(|json| reference::string(json));
    let event_id = match members.get("eventId").and_then(|json| reference::string(json)) {
        None => string("eventID"),
        event_id => event_id,
    };
    assert_eq!(delivery.event_id(), event_id.as_deref());
    for (name, read) in [
        ("eventType", delivery.event_type()),
        ("eventTypeVersion", delivery.event_type_version()),
        ("contentType", delivery.content_type()),
        ("source", delivery.source()),
        ("eventTime", delivery.event_time()),
    ] {
        assert_eq!(read, string(name).as_deref(), "{name}");
    }
    // Of two spellings the last counts, and a map has no order.
    if !members.contains_key("cloudEventVersion") {
        assert_eq!(delivery.cloud_events_version(), string("cloudEventsVersion").as_deref());
    }
    let source = delivery.source().unwrap_or_default();
    for part in [delivery.org(), delivery.hook_id()].into_iter().flatten() {
        assert!(!part.is_empty() && source.contains(part));
    }
    assert!(delivery.event_timestamp().is_none() || delivery.event_time().is_some());
}

fn detached(event: &LogEvent) {
    let alone = event.detach();
    assert_eq!(
        (alone.raw(), alone.uuid(), alone.published(), alone.position(), alone.event_type()),
        (event.raw(), event.uuid(), event.published(), event.position(), event.event_type())
    );
    assert_eq!(
        alone.get("target").map(|json| json.get()),
        event.get("target").map(|json| json.get())
    );
}

/// What was read and written again is the same.
fn written(json: &str, delivery: &Delivery) {
    assert_eq!(serde_json::to_string(delivery).expect("it is JSON"), json.trim_ascii());
    let again: Delivery = serde_json::from_str(json).expect("it was read before");
    assert!(elements(&again).eq(elements(delivery)));
}

fn elements(delivery: &Delivery) -> impl Iterator<Item = &str> {
    let invalid = delivery.invalid_events().iter().map(|element| element.raw());
    delivery.events().iter().map(LogEvent::raw).chain(invalid)
}

/// What was taken out is not written, and everything else is.
fn without_every_second_event(delivery: &Delivery) {
    let mut left = delivery.clone();
    let mut nth = 0;
    left.retain(|_| {
        nth += 1;
        nth % 2 == 0
    });
    let written = serde_json::to_vec(&left).expect("it is JSON");
    let again = Delivery::from_slice(&written).expect("it has its array still");
    assert!(elements(&again).eq(elements(&left)));
    assert_eq!(
        (again.event_id(), again.source(), again.event_time()),
        (delivery.event_id(), delivery.source(), delivery.event_time())
    );
}
