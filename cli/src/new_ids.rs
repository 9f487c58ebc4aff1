//! Makes a delivery a new one: what dedupes takes it for something it has not seen yet.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "eventId")]
    event_id: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    uuid: Option<&'a RawValue>,
}

/// The same body with a fresh `eventId`, and a fresh `uuid` in each event; every other byte stays.
/// Events that had the same `uuid` have the same new one. `None` if it is not a delivery.
pub fn replace(body: &str) -> Option<String> {
    let envelope: Envelope<'_> = serde_json::from_str(body).ok()?;
    let mut fresh: HashMap<Cow<'_, str>, String> = HashMap::new();
    let events = envelope.data.events.iter().filter_map(|event| {
        // What is not an event has no uuid, and stays as malformed as it is.
        let id = serde_json::from_str::<Event<'_>>(event.get()).ok()?.uuid?;
        Some((id, "uuid"))
    });
    let ids = envelope.event_id.map(|id| (id, "eventId")).into_iter().chain(events);
    let mut replaced = String::with_capacity(body.len());
    let mut copied = 0;
    // The envelope may have its id behind the events.
    let mut places: Vec<(usize, &str, &str)> =
        ids.map(|(id, kind)| (offset(body, id.get()), id.get(), kind)).collect();
    places.sort_unstable();
    for (start, json, kind) in places {
        let key = Cow::Owned(format!("{kind} {json}"));
        let id = fresh.entry(key).or_insert_with(uuid_v4);
        replaced.push_str(&body[copied..start]);
        replaced.push('"');
        replaced.push_str(id);
        replaced.push('"');
        copied = start + json.len();
    }
    replaced.push_str(&body[copied..]);
    Some(replaced)
}

/// Where `part`, which was borrowed from it, begins in `whole`.
fn offset(whole: &str, part: &str) -> usize {
    part.as_ptr() as usize - whole.as_ptr() as usize
}

fn uuid_v4() -> String {
    let bits = (fastrand::u128(..) & !(0xf000 << 64) & !(0xc << 60)) | (0x4000 << 64) | (0x8 << 60);
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn only_the_ids_are_other_ones() {
        let body = r#"{ "data": {"events": [{"uuid":"a","n":1.50,"x":"a"}, null, {"uuid": "a"},
            {"uuid":"b"}, {"n": 1}]}, "eventId" : "a" }"#;
        let new = replace(body).unwrap();
        let json: Value = serde_json::from_str(&new).unwrap();
        let events = &json["data"]["events"];
        assert_ne!(events[0]["uuid"], "a");
        assert_eq!(events[0]["uuid"], events[2]["uuid"], "a duplicate stays one");
        assert_ne!(events[0]["uuid"], events[3]["uuid"]);
        assert_ne!(json["eventId"], events[0]["uuid"]);
        let mut back = new;
        for (id, old) in
            [(&events[0]["uuid"], "a"), (&events[3]["uuid"], "b"), (&json["eventId"], "a")]
        {
            back = back.replace(id.as_str().unwrap(), old);
        }
        assert_eq!(back, body);
    }

    #[test]
    fn a_fresh_uuid_is_of_version_4() {
        for _ in 0..100 {
            let uuid = uuid_v4();
            assert_eq!((uuid.len(), uuid.as_bytes()[14]), (36, b'4'), "{uuid}");
            assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{uuid}");
        }
    }

    #[test]
    fn what_is_not_a_delivery_has_no_ids() {
        let deep = "[".repeat(100_000);
        for body in ["", "null", "{", r#"{"data":{"events":7}}"#, r#"{"eventId":"a"}"#, &deep] {
            assert_eq!(replace(body), None);
        }
        let odd = r#"{"eventId":7,"data":{"events":[]}}"#;
        assert!(replace(odd).unwrap().starts_with(r#"{"eventId":""#));
    }
}
