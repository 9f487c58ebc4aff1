use std::future::pending;

use http::Method;
use okta_hooks::inline::{Answer, Fallback, Request};
use okta_hooks::layer::InlineHookLayer;
use tower::{Layer, service_fn};

use crate::inline::shortest_answer;
use crate::marks::{MARK, assert_debug_hides, assert_hidden};
use crate::sent::{HandlerDoes, Sent, deadline};

/// Bytes that are allocated for each byte of a body: a buffer that grows, and for an assertion what
/// an answer is checked against.
const PER_BYTE: usize = 200;

/// A request to the layer for inline hooks.
pub fn inline_hook(bytes: &[u8]) {
    let Some(sent) = Sent::of(bytes) else { return };
    let does = sent.handler;
    let handler = service_fn(async |request: Request| match does {
        HandlerDoes::Succeed => shortest_answer(&request).ok_or(MARK),
        HandlerDoes::Fail => Err(MARK),
        HandlerDoes::NeverEnd => pending::<Result<Answer, _>>().await,
    });
    let layer =
        InlineHookLayer::new(sent.receiver(), Fallback::new()).with_deadline(deadline(&sent));
    assert_debug_hides(&layer);
    let mut service = layer.layer(handler);
    let body = sent.to(&mut service, PER_BYTE, expected(&sent));
    assert_hidden(String::from_utf8_lossy(&body));
}

fn expected(sent: &Sent) -> u16 {
    match sent.method {
        Method::POST if !sent.is_authorized() => 401,
        Method::POST if sent.is_too_long() => 413,
        Method::POST if sent.breaks => 503,
        Method::POST => expected_of_body(sent),
        _ => 405,
    }
}

fn expected_of_body(sent: &Sent) -> u16 {
    let Ok(request) = Request::from_bytes(sent.body.clone()) else { return 400 };
    let answer = match sent.handler {
        HandlerDoes::Succeed => shortest_answer(&request),
        _ => Fallback::new().answer(&request),
    };
    answer.map_or(503, |answer| answer.status().as_u16())
}
