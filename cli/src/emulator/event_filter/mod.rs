//! A hook's filter (`events.filter`): for a type of event, an expression in Okta's Expression
//! Language that an event has to meet to be delivered.
//!
//! The language is as far as Okta describes it for event hooks: `eq`, `ne`, `&&`, `||`, parentheses,
//! the fields of the event that are in [`fields`], and the targets that meet a condition, counted:
//! `event.target.?[type eq 'UserGroup' && displayName eq 'Sales'].size()>0`.

mod condition;
mod fields;
mod parser;
mod tokens;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::errors::OktaError;
use condition::Condition;

/// More than an admin writes; what is read again for each event stays small.
const MAX_EXPRESSION: usize = 4096;

/// One for each type that a hook can subscribe to.
const MAX_FILTERS: usize = 300;

/// Not an expression, at this character of it, from 1 on. What is there is not quoted.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidExpression {
    pub position: usize,
    pub expected: &'static str,
}

/// Reads `events.filter` of a request; what is kept is only what Okta knows.
pub fn read(filter: &Value) -> Result<Option<Value>, OktaError> {
    if filter.is_null() {
        return Ok(None);
    }
    let kind = &filter["type"];
    if !kind.is_null() && kind != "EXPRESSION_LANGUAGE" {
        return Err(invalid("events.filter.type: must be EXPRESSION_LANGUAGE"));
    }
    let list = filter["eventFilterMap"].as_array();
    let list = list.ok_or_else(|| invalid("events.filter.eventFilterMap: must be a list"))?;
    if list.len() > MAX_FILTERS {
        let cause =
            format!("events.filter.eventFilterMap: must have at most {MAX_FILTERS} filters");
        return Err(invalid(cause));
    }
    let mut expressions = BTreeMap::new();
    for (nth, entry) in list.iter().enumerate() {
        let field = format!("events.filter.eventFilterMap[{nth}]");
        let event_type = entry["event"].as_str().filter(|event_type| !event_type.is_empty());
        let event_type =
            event_type.ok_or_else(|| invalid(format!("{field}.event: must be an event type")))?;
        let expression = expression(&entry["condition"]["expression"], &field)?;
        if expressions.insert(event_type, expression).is_some() {
            return Err(invalid(format!("{field}.event: is there twice")));
        }
    }
    let entries = expressions.into_iter().map(|(event_type, expression)| {
        let condition = json!({ "version": null, "expression": expression });
        json!({ "event": event_type, "condition": condition })
    });
    let entries: Vec<Value> = entries.collect();
    Ok(Some(json!({ "type": "EXPRESSION_LANGUAGE", "eventFilterMap": entries })))
}

fn expression<'a>(value: &'a Value, field: &str) -> Result<&'a str, OktaError> {
    let field = format!("{field}.condition.expression");
    let text = value.as_str().ok_or_else(|| invalid(format!("{field}: must be a string")))?;
    parse(text).map_err(|error| {
        let InvalidExpression { position, expected } = error;
        invalid(format!("{field}: {expected} is expected at character {position}"))
    })?;
    Ok(text)
}

fn invalid(cause: impl Into<String>) -> OktaError {
    OktaError::validation("events.filter", cause)
}

fn parse(expression: &str) -> Result<Condition, InvalidExpression> {
    if expression.len() > MAX_EXPRESSION {
        let expected = "the end of an expression that is shorter";
        return Err(InvalidExpression { position: MAX_EXPRESSION, expected });
    }
    parser::parse(expression)
}

/// Whether an event passes a filter that was read: one of a type without an expression does, and
/// where an older version has kept an expression that this one cannot read.
pub fn passes(filter: &Value, event: &Value) -> bool {
    let list = filter["eventFilterMap"].as_array().map(Vec::as_slice).unwrap_or_default();
    let entry = list.iter().find(|entry| entry["event"] == event["eventType"]);
    let expression = entry.and_then(|entry| entry["condition"]["expression"].as_str());
    let condition = expression.and_then(|expression| parse(expression).ok());
    condition.is_none_or(|condition| condition.holds(event))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Value {
        json!({
            "eventType": "group.user_membership.add",
            "outcome": { "result": "SUCCESS", "reason": null },
            "actor": { "id": "00u1", "type": "User", "alternateId": "admin@example.com", "displayName": "O'Brien" },
            "debugContext": { "debugData": { "changedAttributes": "title,city" } },
            "target": [
                { "id": "00u2", "type": "User", "alternateId": "john@example.com", "displayName": "Sales" },
                { "id": "00g1", "type": "UserGroup", "alternateId": "unknown", "displayName": "Support" },
            ],
        })
    }

    #[track_caller]
    fn holds(expression: &str) -> bool {
        parse(expression).unwrap_or_else(|error| panic!("{expression}: {error:?}")).holds(&event())
    }

    #[test]
    fn fields_of_an_event_are_compared() {
        for (expression, expected) in [
            ("event.eventType eq 'group.user_membership.add'", true),
            ("event.outcome.result eq 'SUCCESS'", true),
            ("event.outcome.result eq 'success'", false),
            ("event.outcome.result ne \"FAILURE\"", true),
            ("event.outcome.reason eq 'x'", false),
            ("event.outcome.reason ne 'x'", true),
            ("event.actor.id eq '00u1' && event.actor.type eq 'User'", true),
            ("event.actor.alternateId eq 'a' || event.actor.displayName eq 'O''Brien'", true),
            ("event.debugData.changedAttributes eq 'title,city'", true),
            ("'SUCCESS' eq event.outcome.result", true),
            ("event.actor.id eq '2' && event.actor.id eq '3' || event.actor.id eq '00u1'", true),
            ("event.actor.id eq '2' && (event.actor.id eq '3' || event.actor.id eq '00u1')", false),
        ] {
            assert_eq!(holds(expression), expected, "{expression}");
        }
    }

    #[test]
    fn one_clause_is_about_one_target_and_two_may_be_about_two() {
        for (expression, expected) in [
            ("event.target.?[type eq 'UserGroup' && displayName eq 'Sales'].size()>0", false),
            ("event.target.?[type eq 'UserGroup' && displayName eq 'Support'].size()>0", true),
            (
                "event.target.?[type eq 'UserGroup'].size()>0 && event.target.?[displayName eq 'Sales'].size()>0",
                true,
            ),
            ("event.target.?[id eq '00u2' || alternateId eq 'x'].size() > 0", true),
            ("event.target.?[ type ne 'App' ].size() > 1", true),
            ("event.target.?[type ne 'App'].size() > 2", false),
            ("event.target.?[type eq 'App'].size() eq 0", true),
            ("event.target.?[type eq 'App'].size() ne 0", false),
        ] {
            assert_eq!(holds(expression), expected, "{expression}");
        }
        let none = parse("event.target.?[type eq 'User'].size()>0").unwrap();
        for target in [Value::Null, json!([]), json!([null, 7]), json!({ "type": "User" })] {
            assert!(!none.holds(&json!({ "target": target })), "{target}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        for (expression, position) in [
            ("", 1),
            ("true", 1),
            ("event.actor", 1),
            ("event.secret eq 'x'", 1),
            ("type eq 'User'", 1),
            ("event.outcome.result", 21),
            ("event.outcome.result eq", 24),
            ("event.outcome.result eq SUCCESS", 25),
            ("event.outcome.result == 'x'", 22),
            ("event.outcome.result eq 'x", 25),
            ("event.outcome.result eq 'x' &&", 31),
            ("event.outcome.result eq 'x' and event.actor.id eq 'y'", 29),
            ("(event.outcome.result eq 'x'", 29),
            ("event.outcome.result eq 'x')", 28),
            ("event.target.?[type eq 'x'", 27),
            ("event.target.?[type eq 'x']", 28),
            ("event.target.?[type eq 'x'].size()", 35),
            ("event.target.?[type eq 'x'].size()>'0'", 36),
            ("event.target.?[type eq 'x'].size()>99999999999999999999", 36),
            ("event.target.?[event.target.?[id eq 'x'].size()>0].size()>0", 16),
            ("event.target.?[event.actor.id eq 'x'].size()>0", 16),
            ("ä", 1),
            ("event.actor.id eq 'ä' ä", 23),
        ] {
            let error = parse(expression).expect_err(expression);
            assert_eq!(error.position, position, "{expression}: {}", error.expected);
        }
    }

    #[test]
    fn deep_and_huge_expressions_are_refused_and_long_ones_read() {
        let test = "event.actor.id eq 'x'";
        let deep = |depth: usize| format!("{}{test}{}", "(".repeat(depth), ")".repeat(depth));
        assert!(parse(&deep(50)).is_ok());
        for expression in [deep(51), deep(2_000), "(".repeat(4_096), deep(1_000_000)] {
            assert!(parse(&expression).is_err());
        }
        let long = vec![test; 160].join("||");
        assert!(long.len() > 3_500 && parse(&long).is_ok());
        assert!(parse(&vec![test; 1_000].join("||")).is_err());
    }

    #[test]
    fn a_filter_is_of_its_types_and_keeps_only_what_it_knows() {
        let entry = |event_type: &str, expression: &str| json!({ "event": event_type, "condition": { "expression": expression, "version": "9" } });
        let yes = entry("group.user_membership.add", "event.actor.id eq '00u1'");
        let no = entry("group.user_membership.add", "event.actor.id eq '2'");
        let other = entry("user.lifecycle.create", "event.actor.id eq '2'");
        let of = |entries: &[&Value]| json!({ "eventFilterMap": entries, "extra": "x".repeat(99) });
        for (filter, expected) in [
            (of(&[&yes, &other]), true),
            (of(&[&no]), false),
            (of(&[&other]), true),
            (of(&[]), true),
        ] {
            let kept = read(&filter).unwrap().unwrap();
            assert_eq!(kept["type"], "EXPRESSION_LANGUAGE");
            assert!(kept.get("extra").is_none() && !kept.to_string().contains('9'));
            assert_eq!(passes(&kept, &event()), expected, "{kept}");
        }
        assert!(read(&Value::Null).unwrap().is_none());
        let many: Vec<&Value> = std::iter::repeat_n(&yes, 301).collect();
        for refused in [
            json!(7),
            json!([]),
            json!({}),
            json!({ "type": "X", "eventFilterMap": [] }),
            json!({ "eventFilterMap": {} }),
            json!({ "eventFilterMap": [null] }),
            json!({ "eventFilterMap": [{ "event": "a" }] }),
            json!({ "eventFilterMap": [{ "event": 7, "condition": { "expression": "x" } }] }),
            of(&[&yes, &no]),
            of(&[&entry("a", "")]),
            of(&many),
        ] {
            assert!(read(&refused).is_err(), "{refused}");
        }
        assert!(passes(
            &json!({ "eventFilterMap": [entry("group.user_membership.add", "?")] }),
            &event()
        ));
    }
}
