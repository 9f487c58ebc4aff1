//! The three languages of the emulator: filters of event hooks, filters of Okta's APIs, and the
//! expressions of group rules. The command has no library to ask for them, so they are compiled here.

use std::sync::LazyLock;

use serde_json::{Value, json};

use self::expression::Expression;
use self::filter::Filter;
use crate::cost::linear;

mod errors {
    /// In place of the emulator's error, which is an answer of its server.
    #[derive(Debug)]
    pub struct OktaError;

    impl OktaError {
        pub fn validation(_: &str, _: impl Into<String>) -> Self {
            Self
        }
    }
}

#[allow(dead_code, reason = "the emulator's time")]
#[path = "../../../cli/src/emulator/clock.rs"]
mod clock;
#[path = "../../../cli/src/emulator/event_filter/mod.rs"]
mod event_filter;
#[path = "../../../cli/src/emulator/groups/expression.rs"]
mod expression;
#[allow(dead_code, reason = "what a list asks besides")]
#[path = "../../../cli/src/emulator/filter.rs"]
mod filter;
#[allow(dead_code, reason = "what a list asks besides")]
#[path = "../../../cli/src/emulator/listed.rs"]
mod listed;

/// Bytes that are allocated for each byte of a filter: a token, what is asked, and the string in it.
const PER_BYTE: usize = 600;

static EVENT: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "eventType": "user.lifecycle.create",
        "outcome": {"result": "SUCCESS", "reason": null},
        "actor": {"id": "00u1", "type": "User", "alternateId": "a@example.com", "displayName": "It's"},
        "debugContext": {"debugData": {"changedAttributes": "title,city"}},
        "target": [{"id": "00u2", "type": "User"}, {"id": "00g1", "type": "UserGroup"}, 5],
    })
});

/// An expression in each of the three languages.
pub fn filters(expression: &[u8]) {
    let Ok(expression) = std::str::from_utf8(expression) else { return };
    of_hooks(expression);
    of_apis(expression);
    of_groups(expression);
}

fn of_hooks(expression: &str) {
    let filter = |expression: &str| {
        let condition = json!({ "expression": expression });
        let entry = json!({ "event": "user.lifecycle.create", "condition": condition });
        json!({ "type": "EXPRESSION_LANGUAGE", "eventFilterMap": [entry] })
    };
    let passes = |expression: &str| {
        let kept = event_filter::read(&filter(expression)).ok()??;
        Some(event_filter::passes(&kept, &EVENT))
    };
    let Some(found) = linear(expression.len(), PER_BYTE, || passes(expression)) else { return };
    for (same, means) in [
        (format!("({expression})"), found),
        (format!(" {expression}\t"), found),
        (format!("{expression} || {expression}"), found),
        (format!("{expression} && ({expression})"), found),
        (format!("{expression} || event.actor.id eq '00u1'"), true),
        (format!("({expression}) && event.actor.id ne '00u1'"), false),
    ] {
        // Twice as long, or one deeper, may be too much.
        assert!(passes(&same).is_none_or(|found| found == means), "{same}");
    }
}

fn of_apis(expression: &str) {
    let matches = |text: &str| Filter::parse(text).ok().map(|filter| filter.matches(&*EVENT));
    let Some(found) = linear(expression.len(), PER_BYTE, || matches(expression)) else { return };
    for (same, means) in [
        (format!("({expression})"), found),
        (format!("not ({expression})"), !found),
        (format!("({expression}) or ({expression})"), found),
        (format!("actor.id pr and ({expression})"), found),
        (format!("{expression} or actor.id pr"), true),
    ] {
        assert!(matches(&same).is_none_or(|found| found == means), "{same}");
    }
}

fn of_groups(expression: &str) {
    let profile = EVENT["actor"].as_object().expect("an object");
    let matches = |text: &str| Expression::parse(text).ok().map(|it| it.matches(profile));
    let Some(found) = linear(expression.len(), PER_BYTE, || matches(expression)) else { return };
    for (same, means) in [
        (format!("({expression})"), found),
        (format!("!({expression})"), !found),
        (format!("({expression}) OR ({expression})"), found),
        (format!("{expression} || user.id == \"00u1\""), true),
    ] {
        assert!(matches(&same).is_none_or(|found| found == means), "{same}");
    }
}
