//! Inputs that chance makes: bodies of any members and values, expressions of any words.

use okta_hooks_properties::{delivery, event_type, filters, inline, inline_hook, projection};
use proptest::prelude::*;
use proptest::sample::select;

/// Names of members that are read on some level, and one that is not.
const NAMES: [&str; 24] = [
    "eventType",
    "uuid",
    "published",
    "actor",
    "client",
    "target",
    "outcome",
    "result",
    "debugContext",
    "debugData",
    "securityContext",
    "ipChain",
    "geographicalContext",
    "postalCode",
    "version",
    "id",
    "type",
    "alternateId",
    "userAgent",
    "OS",
    "os",
    r"\u0069d",
    r"\ud800",
    "other",
];

/// A value as JSON: `serde_json::Value` has neither duplicates nor numbers of any length.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        select(&["null", "true", "-0", "1e400", "0.00", "7", "\"hunter2\"", "\"\""][..])
            .prop_map(str::to_owned),
        select(&[r#""\ud800""#, r#""é\n""#, r#""unknown""#, r#""User""#][..])
            .prop_map(str::to_owned),
        ".{0,6}".prop_map(|string| serde_json::to_string(&string).expect("a string")),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|values| format!("[{}]", values.join(" ,"))),
            members(inner),
        ]
    })
}

/// An object, with duplicates.
fn members(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::collection::vec((select(&NAMES[..]), value), 0..6).prop_map(|members| {
        let members = members.iter().map(|(name, value)| format!("\"{name}\" : {value}"));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    })
}

/// An object with an event's type somewhere in it.
fn event() -> impl Strategy<Value = String> {
    (members(value()), any::<bool>()).prop_map(|(members, is_first)| {
        let kind = r#""eventType":"user.session.start""#;
        let inner = &members[1..members.len() - 1];
        match (inner.is_empty(), is_first) {
            (true, _) => format!("{{{kind}}}"),
            (false, true) => format!("{{{kind},{inner}}}"),
            (false, false) => format!("{{{inner},{kind}}}"),
        }
    })
}

fn expression() -> impl Strategy<Value = String> {
    const WORDS: [&str; 30] = [
        "event.actor.id",
        "event.eventType",
        "event.target.?[",
        "type",
        "].size()>0",
        "eq",
        "ne",
        "'User'",
        "\"00u1\"",
        "&&",
        "||",
        "and",
        "or",
        "not",
        "(",
        ")",
        "user.id",
        "==",
        "!=",
        "!",
        "pr",
        "sw",
        "actor.id",
        "target.type",
        "null",
        "5",
        "String.startsWith(user.id, \"0\")",
        "AND",
        "OR",
        "ä",
    ];
    prop::collection::vec(select(&WORDS[..]), 0..12).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_delivery_reads_as_serde_json_says(
        events in prop::collection::vec(prop_oneof![3 => event(), 1 => value()], 0..4),
        around in value(),
    ) {
        let events = events.join(",");
        delivery(format!(r#"{{"a":{around},"data":{{"events":[{events}]}},"eventId":{around}}}"#).as_bytes());
    }

    #[test]
    fn any_inline_request_reads_as_serde_json_says(
        kind in select(&["oauth2.tokens.transform", "saml.tokens.transform", "user.pre-registration"][..]),
        part in select(&["access", "assertion", "userProfile", "context"][..]),
        value in value(),
    ) {
        let body = format!(r#"{{"eventType":"com.okta.{kind}","data":{{"{part}":{value},"access":{{"claims":{value}}}}}}}"#);
        inline(body.as_bytes());
        // With the right secret, and a body that arrives in pieces of three bytes.
        inline_hook(&[b"\x0e\x32\0", body.as_bytes()].concat());
    }

    #[test]
    fn any_history_leads_to_one_directory(bytes in prop::collection::vec(any::<u8>(), 0..96)) {
        projection(&bytes);
    }

    #[test]
    fn any_expression_means_the_same_in_parentheses(expression in expression()) {
        filters(expression.as_bytes());
    }

    #[test]
    fn any_name_is_a_type_of_itself(name in "[a-z.]{0,12}|.{0,8}") {
        event_type(name.as_bytes());
    }
}
