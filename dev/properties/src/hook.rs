use std::future::pending;

use http::Method;
use okta_hooks::layer::{DeadLetter, HookLayer};
use okta_hooks::{CHALLENGE_HEADER, Delivery};
use serde_json::json;
use tower::{Layer, service_fn};

use crate::marks::{MARK, assert_debug_hides, assert_hidden};
use crate::sent::{HandlerDoes, Sent, deadline};

/// Bytes that are allocated for each byte of a body: a buffer that grows, the index, a copy of what
/// is kept of elements that are not events.
const PER_BYTE: usize = 400;

/// A request to the layer for event hooks.
pub fn hook(bytes: &[u8]) {
    let Some(sent) = Sent::of(bytes) else { return };
    let does = sent.handler;
    let handler = service_fn(async |_: Delivery| match does {
        HandlerDoes::Succeed => Ok(()),
        HandlerDoes::Fail => Err(MARK),
        HandlerDoes::NeverEnd => pending().await,
    });
    let keeps = sent.keeps_dead_letters;
    let dead_letters = service_fn(async |letter: DeadLetter| {
        assert_hidden(&letter);
        assert_debug_hides(&letter);
        if keeps { Ok(()) } else { Err(MARK) }
    });
    let layer = HookLayer::new(sent.receiver())
        .with_dead_letters(dead_letters)
        .with_deadline(deadline(&sent));
    assert_debug_hides(&layer);
    let mut service = layer.layer(handler);
    let status = expected(&sent);
    let body = sent.to(&mut service, PER_BYTE, status);
    if status == 200 {
        let challenge = sent.headers[CHALLENGE_HEADER].as_bytes();
        let challenge = std::str::from_utf8(challenge).expect("it is echoed");
        assert_eq!(body, json!({ "verification": challenge }).to_string());
    } else {
        assert_hidden(String::from_utf8_lossy(&body));
    }
}

fn expected(sent: &Sent) -> u16 {
    match sent.method {
        Method::GET | Method::POST if !sent.is_authorized() => 401,
        Method::GET => {
            if is_challenged(sent) {
                200
            } else {
                400
            }
        }
        Method::POST if sent.is_too_long() => 413,
        Method::POST if sent.breaks => 503,
        Method::POST => expected_of_body(sent),
        _ => 405,
    }
}

fn expected_of_body(sent: &Sent) -> u16 {
    let read = Delivery::from_bytes(sent.body.clone());
    let has_dead_letter = read.as_ref().is_ok_and(|read| !read.invalid_events().is_empty());
    match read {
        Err(_) if sent.keeps_dead_letters => 400,
        Ok(_) if has_dead_letter && !sent.keeps_dead_letters => 503,
        Ok(_) if sent.handler == HandlerDoes::Succeed => 204,
        _ => 503,
    }
}

fn is_challenged(sent: &Sent) -> bool {
    let mut challenges = sent.headers.get_all(CHALLENGE_HEADER).iter();
    match (challenges.next(), challenges.next()) {
        (Some(only), None) => !only.is_empty() && std::str::from_utf8(only.as_bytes()).is_ok(),
        _ => false,
    }
}
