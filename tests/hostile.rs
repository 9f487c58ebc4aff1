//! Bodies that nobody would write: damaged in every way that chance finds. Nothing panics, and this
//! crate takes for JSON exactly what serde_json does.

use std::collections::HashMap;
use std::fs;

use okta_hooks::{Delivery, LogEvent, ParseErrorKind};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// How many damaged bodies are read.
const ROUNDS: usize = 30_000;

fn bodies() -> Vec<Vec<u8>> {
    let fixtures = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus")).unwrap();
    let mut paths: Vec<_> = fixtures.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let bodies = paths.iter().map(|path| {
        let case: HashMap<String, Box<RawValue>> =
            serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        case["input"].get().as_bytes().to_vec()
    });
    bodies.filter(|body| body.len() < 10_000).collect()
}

/// Cuts, repeats, swaps and overwrites some bytes, most of them with what JSON is made of.
fn damage(body: &mut Vec<u8>, random: &mut fastrand::Rng) {
    const PIECES: [&[u8]; 18] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\\",
        b"\\u00",
        b"null",
        b"-",
        b"1e",
        b"0",
        b" ",
        b"\n",
        b"\xff",
        b"\"events\":",
        b"\"eventType\":",
    ];
    for _ in 0..1 + random.usize(..3) {
        let at = random.usize(..=body.len());
        let end = (at + random.usize(..8)).min(body.len());
        match random.usize(..4) {
            0 => drop(body.drain(at..end)),
            1 => drop(body.splice(at..end, PIECES[random.usize(..PIECES.len())].iter().copied())),
            2 => body.truncate(at),
            _ => {
                let piece = body[at..end].to_vec();
                let to = random.usize(..=body.len());
                drop(body.splice(to..to, piece));
            }
        }
    }
}

/// Everything that reads a part; what comes out does not matter here.
fn read_all(event: &LogEvent) {
    let mismatches = event.schema_mismatches();
    assert!(mismatches.iter().all(|mismatch| !mismatch.path().is_empty()));
    let parts =
        (event.actor(), event.client(), event.device(), event.outcome(), event.transaction());
    let contexts =
        (event.debug_context(), event.authentication_context(), event.security_context());
    let lists = (event.targets(), event.ip_chain(), event.request());
    let _ = format!("{event:?}{parts:?}{contexts:?}{lists:?}");
    let alone = event.detach();
    assert_eq!(
        (alone.raw(), alone.uuid(), alone.published()),
        (event.raw(), event.uuid(), event.published())
    );
}

#[test]
fn damaged_bodies_never_panic_and_are_json_when_serde_json_says_so() {
    let mut random = fastrand::Rng::with_seed(42);
    let bodies = bodies();
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let mut body = bodies[random.usize(..bodies.len())].clone();
        damage(&mut body, &mut random);
        let is_json = std::str::from_utf8(&body)
            .is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
        match Delivery::from_slice(&body) {
            Ok(delivery) => {
                assert!(is_json, "round {round}: accepted no JSON");
                delivery.events().iter().for_each(read_all);
                delivery
                    .invalid_events()
                    .iter()
                    .for_each(|element| assert!(!element.raw().is_empty()));
                accepted += 1;
            }
            Err(error) => {
                let about_json = matches!(
                    error.kind(),
                    ParseErrorKind::Syntax | ParseErrorKind::Eof | ParseErrorKind::NotUtf8
                );
                assert_eq!(about_json, !is_json, "round {round}: {error}");
                let lines = body.iter().filter(|&&byte| byte == b'\n').count() + 1;
                assert!(
                    (1..=lines).contains(&error.line()) && error.column() <= body.len(),
                    "round {round}: {error}"
                );
                refused += 1;
            }
        }
        if let Ok(event) = LogEvent::from_slice(&body) {
            assert!(is_json, "round {round}: accepted no JSON");
            read_all(&event);
        }
    }
    assert!(
        accepted > 100 && refused > 1_000,
        "{accepted} and {refused}: the damage is of both kinds"
    );
}
