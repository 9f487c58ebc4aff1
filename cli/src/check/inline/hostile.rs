//! What anybody might send.

use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};
use okta_hooks::simulate::inline::Effect;
use serde_json::json;

use super::super::finding::Finding;
use super::super::probe::{describe, status};
use super::probe::{Outcome, Probe, outcome};
use super::rules;
use crate::http_client::Exchange;

pub async fn check(probe: &Probe<'_>, large: u32) -> Vec<Finding> {
    vec![
        content_type(probe).await,
        not_a_request(probe).await,
        methods(probe).await,
        body_limit(probe, large).await,
        crash(probe).await,
    ]
}

async fn content_type(probe: &Probe<'_>) -> Finding {
    let mut request = probe.request(probe.plain().to_body());
    let value = HeaderValue::from_static("application/json; charset=utf-8");
    request.headers_mut().insert(CONTENT_TYPE, value);
    let exchange = probe.send(request).await;
    match status(&exchange) {
        Some(200 | 204) => Finding::held(&rules::CONTENT_TYPE),
        _ => Finding::short(&rules::CONTENT_TYPE, describe(&exchange)),
    }
}

async fn not_a_request(probe: &Probe<'_>) -> Finding {
    let whole = probe.plain().to_body();
    let mut found = Vec::new();
    for (what, body) in [
        ("half a request", whole.slice(..whole.len() / 2)),
        ("an empty body", Bytes::new()),
        ("a string", Bytes::from_static(b"\"text\"")),
    ] {
        let exchange = probe.send(probe.request(body)).await;
        if !matches!(status(&exchange), Some(400..=499)) && !is_fallback(probe, &exchange) {
            found.push(format!("{what}: {}", describe(&exchange)));
        }
    }
    Finding::unless(&rules::BAD_JSON, found)
}

/// Whether it is an answer that Okta takes and that changes nothing: a denial, an error, 204.
fn is_fallback(probe: &Probe<'_>, exchange: &Exchange) -> bool {
    let Outcome { effect, wrong } = outcome(&probe.plain(), exchange);
    effect != Effect::Applied && wrong.is_empty()
}

async fn methods(probe: &Probe<'_>) -> Finding {
    let mut found = Vec::new();
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let name = method.to_string();
        let mut request = probe.request(Bytes::new());
        *request.method_mut() = method;
        let exchange = probe.send(request).await;
        if !matches!(status(&exchange), Some(400..=499 | 501)) {
            found.push(format!("{name}: {}", describe(&exchange)));
        }
    }
    Finding::unless(&rules::METHODS, found)
}

async fn body_limit(probe: &Probe<'_>, large: u32) -> Finding {
    let padded = probe.plain().with("/padding", "x".repeat(large as usize));
    let exchange = probe.send(probe.request(padded.to_body())).await;
    match status(&exchange) {
        Some(200..=299) => {
            let what = "answered 2xx: it either read it all, or sent its fallback";
            let size = f64::from(large) / 1_048_576.0;
            Finding::short(&rules::BODY_LIMIT, format!("a body of {size:.1} MiB: {what}"))
        }
        // It may hang up before it has read everything, and then its answer may be lost.
        _ => Finding::held(&rules::BODY_LIMIT),
    }
}

async fn crash(probe: &Probe<'_>) -> Finding {
    let marked = probe.plain().with("/data/deep", json!("here")).to_json().to_string();
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let exchange = probe.send(probe.request(marked.replace("\"here\"", &deep).into())).await;
    if exchange.result.is_err() {
        return Finding::short(&rules::CRASH, format!("100,000 brackets: {}", describe(&exchange)));
    }
    match probe.ask(&probe.plain()).await.effect {
        Effect::NotUsed => Finding::short(&rules::CRASH, "it does not answer any more"),
        _ => Finding::held(&rules::CRASH),
    }
}
