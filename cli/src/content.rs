//! What a call is about, in a few strings: enough for a row and for its filter.

use bytes::Bytes;
use okta_hooks::Delivery;

/// Types and targets that are named; the others are counted.
const MAX_NAMED: usize = 10;

/// What is kept of each string: they are somebody else's.
const MAX_CHARS: usize = 200;

#[derive(Clone, Default)]
pub struct Content {
    pub event_id: Option<String>,
    pub events: usize,
    pub types: Vec<String>,
    pub targets: Vec<String>,
}

impl Content {
    /// Of a body that is not a delivery, there is nothing to say.
    pub fn of(body: &Bytes) -> Self {
        let Ok(delivery) = Delivery::from_bytes(body.clone()) else { return Self::default() };
        let mut content = Self {
            event_id: delivery.event_id().map(shortened),
            events: delivery.events().len(),
            ..Self::default()
        };
        for event in delivery.events() {
            if content.types.len() == MAX_NAMED && content.targets.len() == MAX_NAMED {
                break;
            }
            add(&mut content.types, event.event_type().as_str());
            if content.targets.len() < MAX_NAMED {
                for target in event.targets() {
                    let name = target.alternate_id.as_deref().or(target.display_name.as_deref());
                    add(&mut content.targets, name.unwrap_or_default());
                }
            }
        }
        content
    }

    /// `user.lifecycle.create john.doe@example.com`, in one line; empty if there is no event.
    pub fn in_words(&self) -> String {
        let first = [self.types.first(), self.targets.first()].into_iter().flatten();
        let words = first.map(String::as_str).collect::<Vec<_>>().join(" ");
        match self.events {
            0 | 1 => words,
            more => format!("{words} and {} more", more - 1),
        }
    }

    pub fn bytes(&self) -> usize {
        let strings = self.types.iter().chain(&self.targets).chain(&self.event_id);
        strings.map(|text| text.len() + size_of::<String>()).sum()
    }
}

fn add(names: &mut Vec<String>, name: &str) {
    if name.is_empty() || names.len() == MAX_NAMED {
        return;
    }
    let name = shortened(name);
    if !names.contains(&name) {
        names.push(name);
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: String) -> Content {
        Content::of(&body.into())
    }

    #[test]
    fn a_delivery_is_about_its_types_and_targets_each_named_once() {
        let event = |kind: &str, who: &str| {
            format!(r#"{{"uuid":"u","eventType":"{kind}","target":[{{"alternateId":"{who}"}}]}}"#)
        };
        let events = [event("a.b", "john"), event("a.b", "jane"), event("c.d", "john")].join(",");
        let content = of(format!(r#"{{"eventId":"e1","data":{{"events":[{events}]}}}}"#));
        assert_eq!((content.events, content.event_id.as_deref()), (3, Some("e1")));
        assert_eq!(content.types, ["a.b", "c.d"]);
        assert_eq!(content.targets, ["john", "jane"]);
        assert_eq!(content.in_words(), "a.b john and 2 more");
    }

    #[test]
    fn what_is_kept_of_any_body_is_small() {
        let event = |n: usize| {
            let long = "ä".repeat(2_000);
            format!(r#"{{"eventType":"{n}{long}","target":[{{"alternateId":"{n}{long}"}}]}}"#)
        };
        let events = (0..1_000).map(event).collect::<Vec<_>>().join(",");
        let content =
            of(format!(r#"{{"eventId":"{}","data":{{"events":[{events}]}}}}"#, "e".repeat(9_999)));
        assert_eq!(content.events, 1_000);
        assert!(content.bytes() < 16 * 1024, "{}", content.bytes());
        for body in ["", "null", "{}", "[[[[", r#"{"data":{"events":7}}"#] {
            assert_eq!(of(body.to_owned()).events, 0, "{body}");
        }
    }
}
