//! Where in the stream something goes.

use okta_hooks::LogEvent;

/// Every event: `okta.events.<org>.<event type>`.
pub const EVENTS: &str = "okta.events";

/// What could not be handled: `okta.dead_letters.receive` for what is not an event, and below
/// `okta.dead_letters.<consumer>` what a consumer gave up.
pub const DEAD_LETTERS: &str = "okta.dead_letters";

/// Longer ones say nothing, and a server limits the length of a subject.
const MAX_LENGTH: usize = 200;

/// The subject of an event of an org: `okta.events.acme_okta_com.user.lifecycle.create`.
///
/// What a subject cannot hold becomes `_` in the org's name, dots included, so that it is one token.
/// An event whose type is not made of such tokens goes to `_other`; an event of no known org to `_`.
pub fn of_event(org: Option<&str>, event: &LogEvent) -> String {
    let org: String = org.unwrap_or("_").chars().take(MAX_LENGTH).map(in_token).collect();
    let kind = event.event_type();
    let kind = Some(kind.as_str()).filter(|kind| is_tokens(kind)).unwrap_or("_other");
    format!("{EVENTS}.{org}.{kind}")
}

/// Where `consumer` leaves what it gave up and what came by `subject`.
pub fn of_dead_letter(consumer: &str, subject: &str) -> String {
    let rest = subject.strip_prefix(EVENTS).or_else(|| after_consumer(subject));
    let rest = rest.filter(|rest| rest.starts_with('.')).unwrap_or("._other");
    format!("{DEAD_LETTERS}.{consumer}{rest}")
}

/// What a dead letter of some consumer has after its name: another one may handle it once more, and the
/// subject does not grow by that.
fn after_consumer(subject: &str) -> Option<&str> {
    let name_and_rest = subject.strip_prefix(DEAD_LETTERS)?.strip_prefix('.')?;
    name_and_rest.find('.').map(|end| &name_and_rest[end..])
}

/// Whether `filter` is for something that `consumer` leaves as a dead letter: it would come back to it,
/// over and over.
pub fn matches_dead_letters_of(consumer: &str, filter: &str) -> bool {
    let mut filter = filter.split('.');
    for own in DEAD_LETTERS.split('.').chain([consumer]) {
        match filter.next() {
            Some(">") => return true,
            Some(token) if token == "*" || token == own => {}
            _ => return false,
        }
    }
    // At least one more follows, which may be any.
    filter.next().is_some()
}

fn in_token(character: char) -> char {
    match character {
        'a'..='z' | '0'..='9' | '-' => character,
        'A'..='Z' => character.to_ascii_lowercase(),
        _ => '_',
    }
}

fn is_tokens(kind: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_token = |token: &str| !token.is_empty() && token.bytes().all(is_valid);
    kind.len() <= MAX_LENGTH && kind.split('.').all(is_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_goes_to_its_org_and_type() {
        let subject = |org: Option<&str>, kind: &str| {
            let json = serde_json::json!({ "eventType": kind }).to_string();
            of_event(org, &LogEvent::from_slice(json.as_bytes()).unwrap())
        };
        let acme = Some("acme.okta.com");
        for (org, kind, expected) in [
            (acme, "user.lifecycle.create", "okta.events.acme_okta_com.user.lifecycle.create"),
            (Some("127.0.0.1:4040"), "a.b", "okta.events.127_0_0_1_4040.a.b"),
            (Some("ACME.okta.com"), "a", "okta.events.acme_okta_com.a"),
            (Some("*.>\r\n"), "a", "okta.events._____.a"),
            (None, "a", "okta.events._.a"),
            (acme, "a..b", "okta.events.acme_okta_com._other"),
            (acme, "a.*", "okta.events.acme_okta_com._other"),
            (acme, "a.>", "okta.events.acme_okta_com._other"),
            (acme, "a b", "okta.events.acme_okta_com._other"),
            (acme, "a\r\nPUB x", "okta.events.acme_okta_com._other"),
            (acme, &"a".repeat(201), "okta.events.acme_okta_com._other"),
        ] {
            assert_eq!(subject(org, kind), expected, "{org:?} {kind}");
        }
    }

    #[test]
    fn a_dead_letter_keeps_the_org_and_type_however_often_it_is_given_up() {
        let first = of_dead_letter("greeter", "okta.events.acme_okta_com.user.lifecycle.create");
        assert_eq!(first, "okta.dead_letters.greeter.acme_okta_com.user.lifecycle.create");
        assert_eq!(of_dead_letter("greeter", &first), first);
        for (consumer, subject, expected) in [
            ("second", &*first, "okta.dead_letters.second.acme_okta_com.user.lifecycle.create"),
            ("greet", "okta.dead_letters.greeter.x.y", "okta.dead_letters.greet.x.y"),
            ("greeter", "okta.dead_letters.receive", "okta.dead_letters.greeter._other"),
            ("greeter", "okta.eventsource.x", "okta.dead_letters.greeter._other"),
            ("greeter", "elsewhere", "okta.dead_letters.greeter._other"),
        ] {
            assert_eq!(of_dead_letter(consumer, subject), expected, "{subject}");
        }
    }

    #[test]
    fn a_filter_for_the_consumers_own_dead_letters_is_recognized_however_it_is_written() {
        for (filter, expected) in [
            (">", true),
            ("okta.>", true),
            ("okta.*.>", true),
            ("okta.dead_letters.>", true),
            ("okta.dead_letters.*.>", true),
            ("okta.dead_letters.greeter.>", true),
            ("okta.dead_letters.greeter.acme_okta_com.user.>", true),
            ("*.*.*.*.*.*", true),
            ("okta.events.>", false),
            ("okta.events.greeter.>", false),
            ("okta.events.*.user.lifecycle.>", false),
            ("okta.dead_letters.greet.>", false),
            ("okta.dead_letters.second.>", false),
            ("okta.dead_letters.receive", false),
            ("okta.dead_letters.*", false),
            ("okta.dead_letters.greeter", false),
        ] {
            assert_eq!(matches_dead_letters_of("greeter", filter), expected, "{filter}");
        }
    }
}
