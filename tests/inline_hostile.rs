//! Requests of inline hooks that nobody would write, and answers with any name and value in them. What
//! holds for damaged ones is in dev/properties.

#![cfg(feature = "simulate")]

use std::fs;

use okta_hooks::inline::token::Patch;
use okta_hooks::inline::{AnswerErrorKind, HookType, Pointer, Request};
use okta_hooks::simulate::inline::{self, Effect, Verdict};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn bodies() -> Vec<Vec<u8>> {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inline")).unwrap();
    let mut paths: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Everything that reads a part, and an answer; what comes out does not matter here.
fn read_all(request: &Request) {
    let envelope = request.envelope();
    let texts = (envelope.event_id(), envelope.event_time(), envelope.source());
    let versions = (envelope.event_type_version(), envelope.cloud_event_version());
    let _ = format!("{request:?}{texts:?}{versions:?}{:?}", envelope.http_request());
    assert!(envelope.get("/eventType").is_some());
    let _ = envelope.get("/data/context/user/profile/login");
    match request {
        Request::Token(it) => {
            let _ = format!("{:?}{:?}{:?}", it.protocol(), it.session(), it.user());
            let _ = format!("{:?}{:?}{:?}", it.policy(), it.identity(), it.access());
            let patch = || Patch::new().add("a", 1).replace(["address", "city"], 2);
            let _ = it.answer().patch_access(patch()).patch_identity(patch()).build();
        }
        Request::Saml(it) => {
            let _ = format!("{:?}{:?}{:?}", it.protocol(), it.session(), it.user());
            let roles = it.assertion().map(|it| it.claim("roles").is_some());
            let _ = format!("{roles:?}");
            let answer = it.answer().add_claim("a", "b").replace(["claims", "roles", "x"], 1);
            let _ = answer.build();
        }
        Request::Registration(it) => {
            let _ = format!("{:?}{:?}", it.user_profile(), it.user_profile_update());
            let _ = format!("{:?}{:?}{:?}", it.user(), it.action(), it.request_type());
            let _ = it.answer().with_attribute("a", 1).build();
        }
        Request::PasswordImport(it) => {
            let _ = format!("{:?}{:?}", it.credential(), it.action());
            assert!(it.unverified().build().is_ok());
        }
        Request::UserImport(it) => {
            let _ = format!("{:?}{:?}{:?}", it.conflicts(), it.application(), it.job());
            let _ = format!("{:?}{:?}{:?}", it.matches(), it.policy(), it.action());
            let _ = format!("{:?}{:?}", it.app_user(), it.user());
        }
        Request::Telephony(it) => {
            let _ = format!("{:?}{:?}{:?}", it.request_type(), it.user_profile(), it.message());
        }
        _ => {}
    }
}

#[test]
fn depth_and_length_cost_no_stack_and_no_member() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for at in ["context", "access", "identity", "other"] {
        let body = format!(
            r#"{{"eventType":"com.okta.oauth2.tokens.transform","data":{{"{at}":{deep},"refresh_token":{{"jti":"j"}}}}}}"#
        );
        let request = Request::from_slice(body.as_bytes()).unwrap();
        read_all(&request);
        let Request::Token(token) = &request else { panic!("a token") };
        assert!(token.refresh_token().is_some(), "what stands beside it is read");
    }
    let claims: Map<String, Value> = (0..50_000).map(|n| (format!("claim{n}"), n.into())).collect();
    let huge = inline::token().with("/data/access/claims", claims).build();
    let Request::Token(token) = &huge else { panic!("a token") };
    let patch = Patch::new().replace("claim49999", 1).remove("claim0");
    assert!(token.answer().patch_access(patch).build().is_ok());
}

#[test]
fn a_member_of_any_shape_is_absent_or_read_and_never_a_panic() {
    let shapes = [
        json!(null),
        json!(true),
        json!(-1.5),
        json!(""),
        json!("x"),
        json!([]),
        json!([[], {}, null]),
        json!({}),
        json!({"": {}}),
    ];
    for body in bodies() {
        let json: Value = serde_json::from_slice(&body).unwrap();
        let mut pointers = Vec::new();
        collect(&json, String::new(), &mut pointers);
        for pointer in pointers.iter().filter(|pointer| *pointer != "/eventType") {
            for shape in &shapes {
                let mut changed = json.clone();
                *changed.pointer_mut(pointer).unwrap() = shape.clone();
                read_all(&Request::from_slice(changed.to_string().as_bytes()).unwrap());
            }
        }
    }
}

fn collect(json: &Value, at: String, found: &mut Vec<String>) {
    match json {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            collect(value, format!("{at}/{name}"), found);
        }),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .for_each(|(nth, value)| collect(value, format!("{at}/{nth}"), found)),
        _ => {}
    }
    if !at.is_empty() {
        found.push(at);
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".*", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}

proptest! {
    #[test]
    fn a_pointer_leads_back_to_its_tokens(tokens in prop::collection::vec(".*", 1..4)) {
        let pointer = Pointer::from(tokens.clone()).to_string();
        let back: Vec<String> = pointer[1..]
            .split('/')
            .map(|token| token.replace("~1", "/").replace("~0", "~"))
            .collect();
        prop_assert_eq!(back, tokens);
    }

    #[test]
    fn any_claim_is_said_as_it_is_or_is_an_error_that_says_where(name in ".*", value in any_json()) {
        let request = inline::token().build();
        let Request::Token(token) = &request else { panic!("a token") };
        let patch = Patch::new().add(name.as_str(), value.clone());
        match token.answer().patch_access(patch).build() {
            Ok(answer) => {
                let said: Value = serde_json::from_slice(answer.body()).unwrap();
                prop_assert_eq!(&said["commands"][0]["value"][0]["value"], &value);
                let response = answer.to_response();
                let verdict =
                    Verdict::of(&request, response.status(), response.headers(), response.body());
                prop_assert_eq!(verdict.effect(), Effect::Applied);
                prop_assert!(verdict.findings().is_empty());
                prop_assert!(!has_null(&value));
            }
            Err(error) => {
                prop_assert!(error.path().is_some_and(|path| path.starts_with("/claims/")));
                match error.kind() {
                    AnswerErrorKind::Null => prop_assert!(has_null(&value)),
                    AnswerErrorKind::Empty => prop_assert!(name.is_empty()),
                    kind => prop_assert_eq!(kind, AnswerErrorKind::Reserved),
                }
            }
        }
    }

    #[test]
    fn no_answer_is_too_strange_for_a_verdict(body in any_json(), command in any_json()) {
        let types = [
            HookType::TOKEN, HookType::SAML, HookType::REGISTRATION, HookType::PASSWORD_IMPORT,
            HookType::USER_IMPORT, HookType::TELEPHONY,
        ];
        let kinds = [
            "com.okta.access.patch", "com.okta.assertion.patch", "com.okta.action.update",
            "com.okta.user.profile.update", "com.okta.user.update", "com.okta.telephony.action",
        ];
        for hook_type in &types {
            let request = inline::request(hook_type).unwrap().build();
            let judge = |body: &Value| {
                let body = body.to_string();
                let headers = http::HeaderMap::new();
                Verdict::of(&request, http::StatusCode::OK, &headers, body.as_bytes())
            };
            let _ = judge(&body).consequence();
            for kind in kinds {
                for value in [json!([command]), command.clone()] {
                    let _ = judge(&json!({"commands": [{"type": kind, "value": value}]}));
                }
            }
            let _ = judge(&json!({"commands": command, "error": command, "debugContext": command}));
        }
    }
}
