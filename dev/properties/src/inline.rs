use std::fmt::Debug;

use bytes::Bytes;
use http::StatusCode;
use okta_hooks::inline::{Answer, AnswerError, Envelope, Request, telephony, token};
use okta_hooks::simulate::inline::Verdict;
use serde_json::Value;

use crate::cost::linear;
use crate::marks::assert_debug_hides;
use crate::reference;

/// Bytes that are allocated for each byte of a request, which is indexed where it stands.
const PER_BYTE: usize = 8;

/// Bytes that are allocated for each byte of a request when every part is read once.
const PER_BYTE_OF_PARTS: usize = 400;

/// Places of a request that are looked up: each look-up reads from the start.
const LOOKED_UP: usize = 8;

/// The request of an inline hook, and answers to it.
pub fn inline(body: &[u8]) {
    let bytes = Bytes::copy_from_slice(body);
    match linear(body.len(), PER_BYTE, || Request::from_bytes(bytes.clone())) {
        Ok(request) => accepted(body, &request),
        Err(error) => {
            reference::assert_refused(body, &error);
            assert!(serde_json::from_slice::<Request>(body).is_err());
        }
    }
}

fn accepted(body: &[u8], request: &Request) {
    let json = reference::json(body).expect("what is accepted is JSON");
    assert_eq!(&request.envelope().raw()[..], body);
    assert_eq!(serde_json::to_string(request).expect("it is JSON"), json.trim_ascii());
    let again: Request = serde_json::from_str(json).expect("it was read before");
    assert_eq!(again.hook_type(), request.hook_type());
    assert_debug_hides(request);
    envelope(json, request.envelope());
    linear(body.len(), PER_BYTE_OF_PARTS, || parts(request, |_| {}));
    parts(request, |part| assert_debug_hides(&part));
    let Ok(sent) = serde_json::from_str::<Value>(json) else { return };
    let mut found = Vec::new();
    places(&sent, String::new(), &mut found);
    let step = found.len().div_ceil(LOOKED_UP).max(1);
    for place in found.iter().skip(body.len() % step).step_by(step) {
        assert_same(request.envelope(), &sent, place);
    }
    // A name and a value that somebody may say in an answer, since they stand in a request.
    let place = found.get(body.len() % found.len().max(1)).map_or("", String::as_str);
    let name = place.rsplit('/').next().unwrap_or_default();
    let value = sent.pointer(place).unwrap_or(&Value::Null);
    for answer in answers(request, name, value).into_iter().flatten() {
        is_taken(request, &answer);
    }
}

fn envelope(json: &str, envelope: &Envelope) {
    let Some(members) = reference::members(json) else { return };
    let string = |name| members.get(name).and_then(|json| reference::string(json));
    assert_eq!(Some(envelope.hook_type().as_str()), string("eventType").as_deref());
    for (name, read) in [
        ("eventId", envelope.event_id()),
        ("eventTime", envelope.event_time()),
        ("contentType", envelope.content_type()),
        ("source", envelope.source()),
    ] {
        assert_eq!(read.as_deref(), string(name).as_deref(), "{name}");
    }
    assert!(envelope.event_timestamp().is_none() || envelope.event_time().is_some());
    for version in [envelope.event_type_version(), envelope.cloud_event_version()] {
        assert!(version.is_none_or(|version| json.contains(&*version) || json.contains('\\')));
    }
}

/// Hands each part to `see`, which may show it.
fn parts(request: &Request, see: impl Fn(&dyn Debug)) {
    see(&request.envelope().http_request());
    match request {
        Request::Token(it) => {
            see(&(it.protocol(), it.session(), it.user(), it.policy()));
            see(&(it.identity(), it.access(), it.refresh_token()));
        }
        Request::Saml(it) => see(&(it.protocol(), it.session(), it.user(), it.assertion())),
        Request::Registration(it) => {
            see(&(it.user_profile(), it.user_profile_update(), it.user()));
            see(&(it.action(), it.request_type()));
        }
        Request::PasswordImport(it) => see(&(it.credential(), it.action())),
        Request::UserImport(it) => {
            see(&(it.application(), it.job(), it.action(), it.app_user(), it.user()));
            let _ = (it.conflicts(), it.matches(), it.policy());
        }
        Request::Telephony(it) => see(&(it.request_type(), it.user_profile(), it.message())),
        _ => {}
    }
}

fn places(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            places(value, format!("{place}/{name}"), found);
        }),
        Value::Array(elements) => elements.iter().enumerate().for_each(|(nth, value)| {
            places(value, format!("{place}/{nth}"), found);
            // An index has no sign and no leading zero (RFC 6901, section 4).
            found.extend(["+", "0", "-"].map(|sign| format!("{place}/{sign}{nth}")));
        }),
        _ => {}
    }
    if !place.is_empty() {
        found.push(place);
    }
}

#[track_caller]
fn assert_same(envelope: &Envelope, sent: &Value, place: &str) {
    let found = envelope.get(place).map(|json| serde_json::from_str::<Value>(json.get()));
    let found = found.transpose().expect("a part of what was read");
    assert_eq!(found.as_ref(), sent.pointer(place), "{place}");
}

/// An answer that says as little as can be.
pub fn shortest_answer(request: &Request) -> Option<Answer> {
    match request {
        Request::Token(it) => it.answer().build(),
        Request::Saml(it) => it.answer().build(),
        Request::Registration(it) => it.answer().build(),
        Request::PasswordImport(it) => it.verified().build(),
        Request::UserImport(it) => it.answer().build(),
        Request::Telephony(it) => it.answer(telephony::Status::Successful).build(),
        Request::Other(it) => Ok(it.no_content()),
        _ => return None,
    }
    .ok()
}

fn answers(request: &Request, name: &str, value: &Value) -> Vec<Result<Answer, AnswerError>> {
    let patch = || token::Patch::new().add(name, value.clone()).lifetime(300);
    match request {
        Request::Token(it) => vec![
            it.answer().patch_access(patch()).build(),
            it.answer().patch_identity(patch().remove(name)).build(),
            it.answer().patch_access(token::Patch::new().replace(name, value.clone())).build(),
            it.fail(name).build(),
        ],
        Request::Saml(it) => vec![
            it.answer().add_claim(name, name).session_lifetime(1).build(),
            it.answer().replace(["subject", name], value.clone()).build(),
            it.answer().replace(["claims", name], value.clone()).build(),
        ],
        Request::Registration(it) => vec![
            it.answer().with_attribute(name, value.clone()).build(),
            it.deny(name).with_debug(name, value.clone()).build(),
        ],
        Request::PasswordImport(it) => vec![it.unverified().build(), it.verified().build()],
        Request::UserImport(it) => vec![
            it.answer().with_profile_attribute(name, value.clone()).link_user(name).build(),
            it.answer().with_app_attribute(name, value.clone()).create_user().build(),
            it.fail(name).build(),
        ],
        Request::Telephony(it) => vec![
            it.answer(telephony::Status::Pending).with_provider(name).build(),
            it.fail(name).build(),
        ],
        _ => Vec::new(),
    }
}

/// An answer that could be built is one that Okta takes.
#[track_caller]
fn is_taken(request: &Request, answer: &Answer) {
    assert_debug_hides(answer);
    let response = answer.to_response();
    let (status, headers) = (response.status(), response.headers());
    assert!(status == StatusCode::OK || response.body().is_empty());
    let verdict = Verdict::of(request, status, headers, response.body());
    assert!(verdict.findings().is_empty(), "{:?}", verdict.findings());
    assert_debug_hides(&verdict);
}
