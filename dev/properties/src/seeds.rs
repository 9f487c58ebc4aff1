//! Inputs to start from: our own fixtures, as they are and with a mark in every value.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use okta_hooks::EventType;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::marks::MARK;

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests");

const LINKS: [&str; 8] = [
    "",
    r#"<https://acme.okta.com/api/v1/logs?limit=3>; rel="self", <https://acme.okta.com/api/v1/logs?after=hunter2_1&limit=3>; rel="next""#,
    r#"</api/v1/logs?after=hunter2>; title="a, <v>; rel=\"self\""; rel=next"#,
    r#"<https://hunter2.example/api/v1/logs>; rel="prev next"; anchor="/other""#,
    r#"<https://ACME.okta.com:443/api/v1/logs?after=1,2;3>;REL="NeXt""#,
    "https://acme.okta.com/api/v1/logs?filter=a%20b+c%2f%2F&after=x%3D",
    "https://user:hunter2@acme.okta.com/",
    "http://[::1]:8084",
];

const FILTERS: [&str; 16] = [
    "event.eventType eq 'user.lifecycle.create'",
    "event.outcome.result eq 'SUCCESS' && event.actor.displayName ne \"it\"",
    "event.actor.alternateId eq 'a' || event.actor.displayName eq 'It''s'",
    "event.debugData.changedAttributes eq 'title,city'",
    "event.target.?[type eq 'UserGroup' && displayName eq 'Sales'].size()>0",
    "event.target.?[ id ne '00u2' || alternateId eq 'x' ].size() eq 1",
    "('SUCCESS' eq event.outcome.result) && (event.outcome.reason ne 'ä')",
    r#"eventType eq "user.lifecycle.create" and not (actor.id sw "00u2")"#,
    r#"target.type co "group" or (actor.id gt "00u0" and actor.id le "00u1")"#,
    "actor.id pr and not(outcome.reason pr) and outcome.reason eq null",
    r#"missing ne "\u0061\"b" or a.b.c ew "x" or n ge 5 or b lt true"#,
    r#"user.displayName == "It's" AND user.id != 'x'"#,
    r#"!(user.type eq "User") || user.city == null"#,
    r#"String.startsWith(user.id, "00") && not user.remote"#,
    r#"String.stringContains(user.id,"u") OR String.endsWith(user.type, "r")"#,
    "user.level == 3 and user.level ne -1.5e2",
];

/// The seeds of one target.
#[must_use]
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    match target {
        "event_type" => names(),
        "filters" => FILTERS.map(Vec::from).into(),
        "link" => LINKS.map(Vec::from).into(),
        "projection" => histories(),
        "delivery" => marked(events()),
        "inline" => marked(inline()),
        "hook" => marked(events()).into_iter().flat_map(requests).collect(),
        "inline_hook" => marked(inline()).into_iter().flat_map(requests).collect(),
        _ => pages(),
    }
}

/// The words that bodies are made of, as a dictionary of libFuzzer.
#[must_use]
pub fn dictionary() -> String {
    let mut words: Vec<String> =
        ["null", "true", "-1", "1e400", r"\\ud800", MARK, "unknown"].map(String::from).into();
    for json in events().into_iter().chain(inline()) {
        let value = serde_json::from_str(&json);
        keys(&value.unwrap_or_default(), &mut words);
    }
    words.sort_unstable();
    words.dedup();
    words.iter().map(|word| format!("\"{word}\"\n")).collect()
}

fn keys(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                words.push(format!(r#"\"{name}\":"#));
            }
            keys(value, words);
        }),
        Value::Array(elements) => elements.iter().for_each(|value| keys(value, words)),
        _ => {}
    }
}

fn files(directory: &str) -> Vec<String> {
    let directory = Path::new(TESTS).join(directory);
    let entries = fs::read_dir(&directory).expect("fixtures");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a fixture").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).expect("a fixture")).collect()
}

fn events() -> Vec<String> {
    let input = |case: String| {
        let case: BTreeMap<&str, &RawValue> = serde_json::from_str(&case).expect("a case");
        case["input"].get().to_owned()
    };
    files("corpus").into_iter().map(input).collect()
}

fn inline() -> Vec<String> {
    files("inline")
}

/// Each body, and where it can be the same body with a mark in each of its strings but the kinds.
fn marked(bodies: Vec<String>) -> Vec<Vec<u8>> {
    let with_mark = |body: &String| {
        let mut value: Value = serde_json::from_str(body).ok()?;
        mark("", &mut value);
        Some(value.to_string().into_bytes())
    };
    let marked: Vec<_> = bodies.iter().filter_map(with_mark).collect();
    bodies.into_iter().map(String::into_bytes).chain(marked).collect()
}

fn mark(key: &str, value: &mut Value) {
    match value {
        Value::String(string) if !matches!(key, "eventType" | "type" | "published") => {
            *string = format!("{MARK} {string}");
        }
        Value::Array(elements) => elements.iter_mut().for_each(|value| mark(key, value)),
        Value::Object(members) => members.iter_mut().for_each(|(key, value)| mark(key, value)),
        _ => {}
    }
}

/// Requests with this body: see `Sent::of`.
fn requests(body: Vec<u8>) -> Vec<Vec<u8>> {
    let heads: [(u8, u8, &[u8]); 6] = [
        (2 | 3 << 2 | 1 << 5, 2, b"120"),
        (2 | 1 << 2 | 3 << 5, 2 | 4 | 7 << 4, b"hunter2"),
        (2 | 3 << 2, 1 << 4, b"x"),
        (2 | 3 << 2, 1 | 8 | 3 << 4, b"x"),
        (3 << 2, 2, b"hunter2 challenge"),
        (1, 2, b"PATCH"),
    ];
    let request = |(head, service, value): (u8, u8, &[u8])| {
        [&[head, service, value.len() as u8], value, &body].concat()
    };
    heads.map(request).into()
}

fn pages() -> Vec<Vec<u8>> {
    let bodies = marked(events()).into_iter().zip(LINKS.iter().cycle());
    bodies.map(|(body, link)| [link.as_bytes(), b"\n[", &body, b"]"].concat()).collect()
}

fn names() -> Vec<Vec<u8>> {
    let known = EventType::catalog().iter().step_by(40).map(|info| info.event_type.to_string());
    let unknown = ["hunter2", "user..", "user.lifecycle.créate", "\"\\\u{1f980}"];
    known.chain(unknown.map(String::from)).map(String::into_bytes).collect()
}

fn histories() -> Vec<Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(42);
    (1..12).map(|events| (0..8 * events).map(|_| random.u8(..)).collect()).collect()
}
