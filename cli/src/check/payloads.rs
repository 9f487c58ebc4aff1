//! Bodies of all kinds: what Okta sends, what it might, and what only others send.

use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};
use okta_hooks::EventType;
use okta_hooks::simulate::{self, Nulls};
use serde_json::{Value, json};

use super::finding::Finding;
use super::probe::{Probe, Role, describe, malformed_elements, status};
use super::rules;

/// What Okta sends, or documents that it might.
pub async fn valid(probe: &Probe<'_>) -> Vec<Finding> {
    vec![
        nulls(probe).await,
        targets(probe).await,
        unknown(probe).await,
        odd_shapes(probe).await,
        probe.accepts(&rules::EMPTY_BATCH, "no event", Probe::body(Vec::new()), &[]).await,
        batch(probe).await,
        isolation(probe).await,
        content_type(probe).await,
        duplicate(probe).await,
    ]
}

/// What anybody might send.
pub async fn hostile(probe: &Probe<'_>, large: u32) -> Vec<Finding> {
    vec![
        bad_json(probe).await,
        methods(probe).await,
        body_limit(probe, large).await,
        crash(probe).await,
    ]
}

async fn nulls(probe: &Probe<'_>) -> Finding {
    let mut found = Vec::new();
    for (what, nulls) in [("nulls written", Nulls::Explicit), ("nulls left out", Nulls::Omitted)] {
        let login = probe.login();
        let seed = fastrand::u64(..);
        let made = simulate::delivery().seed(seed).nulls(nulls).event(Probe::event(&login));
        push(&mut found, what, probe, made.to_body(), &[(&login, Role::First)]).await;
    }
    Finding::unless(&rules::NULLS, found)
}

async fn targets(probe: &Probe<'_>) -> Finding {
    let mut found = Vec::new();
    let edited = json!([{ "alternateId": probe.login() }]);
    for (what, target) in
        [("null", Value::Null), ("an empty list", json!([])), ("edited by hand", edited)]
    {
        let event = Probe::event(&probe.login()).member("target", target).to_json();
        push(&mut found, what, probe, Probe::body(vec![event]), &[]).await;
    }
    let mut event = Probe::event(&probe.login()).to_json();
    event.as_object_mut().expect("an event is an object").remove("target");
    push(&mut found, "absent", probe, Probe::body(vec![event]), &[]).await;
    Finding::unless(&rules::TARGET, found)
}

async fn unknown(probe: &Probe<'_>) -> Finding {
    let mut found = Vec::new();
    let other = simulate::event(EventType::POLICY_LIFECYCLE_UPDATE).seed(fastrand::u64(..));
    let future = Probe::event(&probe.login()).member("eventType", "user.lifecycle.added_next_year");
    let member = Probe::event(&probe.login()).member("addedNextYear", json!({ "a": [1] }));
    for (what, event) in [
        ("a type of another family", other),
        ("a type that is not known yet", future),
        ("a member that is not known yet", member),
    ] {
        push(&mut found, what, probe, Probe::body(vec![event.to_json()]), &[]).await;
    }
    Finding::unless(&rules::UNKNOWN_TYPE, found)
}

async fn odd_shapes(probe: &Probe<'_>) -> Finding {
    let mut found = Vec::new();
    for (what, event) in [
        ("a version that is a number", Probe::event(&probe.login()).member("version", 0)),
        (
            "a debugContext that is a string",
            Probe::event(&probe.login()).member("debugContext", "null"),
        ),
        ("a client with nothing in it", Probe::event(&probe.login()).by_system()),
        ("a client that is null", Probe::event(&probe.login()).member("client", Value::Null)),
        (
            "a time that does not exist",
            Probe::event(&probe.login()).member("published", "2017-09-31T22:23:07.777Z"),
        ),
    ] {
        push(&mut found, what, probe, Probe::body(vec![event.to_json()]), &[]).await;
    }
    Finding::unless(&rules::UNEXPECTED_SHAPES, found)
}

async fn batch(probe: &Probe<'_>) -> Finding {
    let logins: Vec<String> = (0..50).map(|_| probe.login()).collect();
    let events = logins.iter().map(|login| Probe::event(login).to_json()).collect();
    let role = |nth| if nth == 0 { Role::First } else { Role::Later };
    let users: Vec<_> =
        logins.iter().enumerate().map(|(nth, login)| (login.as_str(), role(nth))).collect();
    probe.accepts(&rules::BATCH, "50 events", Probe::body(events), &users).await
}

async fn isolation(probe: &Probe<'_>) -> Finding {
    let mut found = Vec::new();
    for malformed in malformed_elements() {
        let (before, after) = (probe.login(), probe.login());
        let what = format!("{} between two events", json_kind(&malformed));
        let events =
            vec![Probe::event(&before).to_json(), malformed, Probe::event(&after).to_json()];
        let users =
            [(before.as_str(), Role::AmongMalformed), (after.as_str(), Role::AmongMalformed)];
        push(&mut found, &what, probe, Probe::body(events), &users).await;
    }
    Finding::unless(&rules::ISOLATION, found)
}

fn json_kind(json: &Value) -> &'static str {
    match json {
        Value::Null => "null",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        _ => "an object without eventType",
    }
}

async fn content_type(probe: &Probe<'_>) -> Finding {
    let body = Probe::body(vec![Probe::event(&probe.login()).to_json()]);
    let mut request = probe.request(body);
    let value = HeaderValue::from_static("application/json; charset=utf-8");
    request.headers_mut().insert(CONTENT_TYPE, value);
    let exchange = probe.send(request).await;
    match status(&exchange) {
        Some(200..=299 | 503) => Finding::held(&rules::CONTENT_TYPE),
        _ => Finding::short(&rules::CONTENT_TYPE, describe(&exchange)),
    }
}

async fn duplicate(probe: &Probe<'_>) -> Finding {
    let login = probe.login();
    let event = Probe::event(&login).to_json();
    let body = Probe::body(vec![event.clone()]);
    let mut found = Vec::new();
    let users = [(login.as_str(), Role::Twice)];
    push(&mut found, "the first time", probe, body.clone(), &users).await;
    push(&mut found, "the same delivery again", probe, body, &[]).await;
    let other = Probe::body(vec![event]);
    push(&mut found, "the same event in another delivery", probe, other, &[]).await;
    Finding::unless(&rules::DUPLICATE, found)
}

async fn push(
    found: &mut Vec<String>,
    what: &str,
    probe: &Probe<'_>,
    body: Bytes,
    users: &[(&str, Role)],
) {
    let (exchange, next) = probe.deliver(body, users).await;
    if next != simulate::Next::Accepted {
        found.push(format!("{what}: {}", describe(&exchange)));
    }
}

async fn bad_json(probe: &Probe<'_>) -> Finding {
    let whole = Probe::body(vec![Probe::event(&probe.login()).to_json()]);
    let half = whole.slice(..whole.len() / 2);
    let mut found = Vec::new();
    for (what, body) in [
        ("half a delivery", half),
        ("an empty body", Bytes::new()),
        ("a string", Bytes::from_static(b"\"text\"")),
        ("no UTF-8", Bytes::from_static(b"{\"data\":{\"events\":[]},\"x\":\"\xff\"}")),
        ("events that are no list", Bytes::from_static(b"{\"data\":{\"events\":{}}}")),
    ] {
        let exchange = probe.send(probe.request(body)).await;
        if !matches!(status(&exchange), Some(400..=499)) {
            found.push(format!("{what}: {}", describe(&exchange)));
        }
    }
    Finding::unless(&rules::BAD_JSON, found)
}

async fn methods(probe: &Probe<'_>) -> Finding {
    let mut found = Vec::new();
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let name = method.to_string();
        let exchange = probe.method(method).await;
        if !matches!(status(&exchange), Some(400..=499 | 501)) {
            found.push(format!("{name}: {}", describe(&exchange)));
        }
    }
    Finding::unless(&rules::METHODS, found)
}

async fn body_limit(probe: &Probe<'_>, large: u32) -> Finding {
    let padding = "x".repeat(large as usize);
    let event = Probe::event(&probe.login()).member("padding", padding).to_json();
    let exchange = probe.send(probe.request(Probe::body(vec![event]))).await;
    match status(&exchange) {
        Some(200..=299) => {
            let what = format!("accepted a body of {:.1} MiB", f64::from(large) / 1_048_576.0);
            Finding::short(&rules::BODY_LIMIT, what)
        }
        // It may hang up before it has read everything, and then its answer may be lost.
        _ => Finding::held(&rules::BODY_LIMIT),
    }
}

async fn crash(probe: &Probe<'_>) -> Finding {
    let deep =
        format!("{{\"data\":{{\"events\":[{}{}]}}}}", "[".repeat(100_000), "]".repeat(100_000));
    let exchange = probe.send(probe.request(deep.into())).await;
    if exchange.result.is_err() {
        return Finding::short(&rules::CRASH, format!("100,000 brackets: {}", describe(&exchange)));
    }
    match probe.is_alive().await {
        true => Finding::held(&rules::CRASH),
        false => Finding::short(&rules::CRASH, "it does not answer any more"),
    }
}
