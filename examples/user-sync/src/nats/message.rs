//! An event as a message, and a message as a delivery.
//!
//! The body is the event as Okta sent it. Headers say the rest, as CloudEvents 1.0 in binary mode, so
//! that a consumer in any language can tell what it is without reading it:
//!
//! | Header | Value |
//! |---|---|
//! | `ce-specversion` | `1.0` |
//! | `ce-id` | the event's `uuid`, or `sha256:` and the hash of the body where it has none |
//! | `ce-source` | the org, `https://acme.okta.com`: with `ce-id` what makes an event the same one |
//! | `ce-type` | the event's type |
//! | `ce-time` | when it was published, if it says so |
//! | `ce-oktahook` | the `source` of the delivery that brought it |
//! | `ce-oktadelivery` | that delivery's `eventId`, and the event's position in it |
//! | `ce-oktadeliverytime` | that delivery's `eventTime` |

use std::borrow::Cow;

use async_nats::HeaderMap;
use bytes::Bytes;
use okta_hooks::{Delivery, LogEvent, ParseError};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use ring::digest::{SHA256, digest};
use serde_json::json;

/// What CloudEvents wants encoded in a header: white space, `"`, `%` and what is not ASCII.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

/// The headers of one event of a delivery.
pub fn headers(delivery: &Delivery, event: &LogEvent) -> HeaderMap {
    let id = event.uuid().map_or_else(|| hash(event.raw()), Cow::Borrowed);
    let source = match delivery.org() {
        Some(org) => Cow::Owned(format!("https://{}", org.to_ascii_lowercase())),
        None => Cow::Borrowed(
            delivery.source().filter(|source| !source.is_empty()).unwrap_or("urn:okta"),
        ),
    };
    let kind = event.event_type();
    let place = delivery.event_id().map(|id| format!("{id}/{}", event.position()));
    let mut headers = HeaderMap::new();
    let mut put = |name: &str, value: &str| {
        headers.insert(name, utf8_percent_encode(value, ENCODED).to_string());
    };
    put("ce-specversion", "1.0");
    put("ce-id", &id);
    put("ce-source", &source);
    put("ce-type", kind.as_str());
    for (name, value) in [
        ("ce-time", event.published()),
        ("ce-oktahook", delivery.source()),
        ("ce-oktadelivery", place.as_deref()),
        ("ce-oktadeliverytime", delivery.event_time()),
    ] {
        value.into_iter().for_each(|value| put(name, value));
    }
    put("content-type", "application/json");
    headers
}

/// The delivery of one event that a message stands for.
///
/// `eventId` is the id of the delivery that brought it with the event's position: the events of one
/// delivery are several here, and must not pass for retries of each other.
///
/// # Errors
///
/// [`ParseError`] if `body` is not an event.
pub fn to_delivery(headers: Option<&HeaderMap>, body: &Bytes) -> Result<Delivery, ParseError> {
    let event = LogEvent::from_bytes(body.clone())?;
    let header = |name: &str| {
        let value = headers?.get(name)?.as_str();
        percent_decode_str(value).decode_utf8().ok().map(Cow::into_owned)
    };
    let mut envelope = json!({ "eventType": "com.okta.event_hook" });
    for (member, name) in [
        ("source", "ce-oktahook"),
        ("eventId", "ce-oktadelivery"),
        ("eventTime", "ce-oktadeliverytime"),
    ] {
        if let Some(value) = header(name) {
            envelope[member] = value.into();
        }
    }
    let envelope = envelope.to_string();
    let members = envelope.trim_end_matches('}');
    Delivery::from_bytes(format!("{members},\"data\":{{\"events\":[{}]}}}}", event.raw()))
}

fn hash(raw: &str) -> Cow<'static, str> {
    let hash = digest(&SHA256, raw.as_bytes());
    let hex = |byte: &u8| format!("{byte:02x}");
    Cow::Owned(format!("sha256:{}", hash.as_ref().iter().map(hex).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIVERY: &str = r#"{"eventType":"com.okta.event_hook","source":"https://Acme.okta.com/api/v1/eventHooks/who1","eventId":"e}1","eventTime":"2026-01-01T00:00:00.5Z","data":{"events":[
        {"uuid":"u1","eventType":"user.lifecycle.create","published":"2026-01-01T00:00:00Z", "x": 1.00},
        null,
        {"eventType":"Zürich 100%\r\nnats: x"}]}}"#;

    #[test]
    fn a_message_says_in_cloud_events_headers_what_it_is() {
        let delivery = Delivery::from_slice(DELIVERY.as_bytes()).unwrap();
        let all = headers(&delivery, &delivery.events()[0]);
        for (name, value) in [
            ("ce-specversion", "1.0"),
            ("ce-id", "u1"),
            ("ce-source", "https://acme.okta.com"),
            ("ce-type", "user.lifecycle.create"),
            ("ce-time", "2026-01-01T00:00:00Z"),
            ("ce-oktahook", "https://Acme.okta.com/api/v1/eventHooks/who1"),
            ("ce-oktadelivery", "e}1/0"),
            ("ce-oktadeliverytime", "2026-01-01T00:00:00.5Z"),
            ("content-type", "application/json"),
        ] {
            assert_eq!(all.get(name).map(|found| found.as_str()), Some(value), "{name}");
        }
        let without_id = headers(&delivery, &delivery.events()[1]);
        let header = |name| without_id.get(name).map(|found| found.as_str().to_owned());
        assert_eq!(header("ce-type").as_deref(), Some("Z%C3%BCrich%20100%25%0D%0Anats:%20x"));
        let id = header("ce-id").unwrap();
        assert!(id.starts_with("sha256:") && id.len() == 7 + 64, "{id}");
        assert_eq!(header("ce-time"), None);
    }

    #[test]
    fn a_message_is_the_delivery_that_its_event_came_in() {
        let sent = Delivery::from_slice(DELIVERY.as_bytes()).unwrap();
        for event in &sent {
            let body = Bytes::copy_from_slice(event.raw().as_bytes());
            let delivery = to_delivery(Some(&headers(&sent, event)), &body).unwrap();
            assert_eq!(delivery.source(), sent.source());
            assert_eq!(delivery.event_time(), sent.event_time());
            assert_eq!(delivery.org(), sent.org());
            assert_eq!(delivery.event_id(), Some(&*format!("e}}1/{}", event.position())));
            assert_eq!(delivery.events()[0].raw(), event.raw());
            assert_eq!(delivery.events().len(), 1);
        }
    }

    #[test]
    fn a_message_without_headers_is_a_delivery_and_one_that_is_not_an_event_is_refused() {
        let body = Bytes::from_static(br#" {"eventType":"x"} "#);
        assert_eq!(to_delivery(None, &body).unwrap().events().len(), 1);
        for not_an_event in ["", "null", "{}", "{\"eventType\":\"x\"},{\"eventType\":\"y\"}", "x"] {
            let body = Bytes::copy_from_slice(not_an_event.as_bytes());
            assert!(to_delivery(None, &body).is_err(), "{not_an_event}");
        }
    }
}
