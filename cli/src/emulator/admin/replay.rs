//! Calls made again: as they were, or with modifications.

use std::collections::HashSet;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use okta_hooks::Delivery;
use okta_hooks::simulate::Attempt;
use reqwest::Url;
use serde_json::{Value, json};

use super::{Answer, Org, calls, reveals};
use crate::emulator::errors::OktaError;
use crate::emulator::query_params::{Params, object};
use crate::emulator::recorded_calls::{Ending, Recorded, Start};
use crate::emulator::request_body::ApiBody;
use crate::emulator::state::App;
use crate::{destination, loopback, new_ids};

/// Makes a call again, once.
pub async fn replay(
    State(app): Org,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    ApiBody(body): ApiBody,
) -> Answer {
    let call = calls::kept(&app, &id)?;
    let changes = if body.is_empty() { json!({}) } else { object(&body)? };
    let mut request = call.request.clone();
    change(&mut request, &changes)?;
    let reveal = reveals(&Params::parse(&query.unwrap_or_default()));
    let start = Start {
        kind: "replay",
        hook: call.hook.clone(),
        hook_name: call.hook_name.clone(),
        first_attempt: None,
        replay_of: Some(call.id),
        source: None,
        request,
    };
    send(&app, start, reveal).await
}

fn invalid(of: &str, cause: &str) -> OktaError {
    OktaError::validation(of, format!("{of}: {cause}"))
}

fn change(request: &mut Recorded, changes: &Value) -> Result<(), OktaError> {
    change_target(request, changes)?;
    for (name, value) in changes["headers"].as_object().into_iter().flatten() {
        let unsendable = |_| invalid("headers", "cannot be sent");
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable(()))?;
        let Some(text) = value.as_str() else {
            request.headers.remove(name);
            continue;
        };
        let mut value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| unsendable(()))?;
        let was_secret = request.headers.get(&name).is_some_and(HeaderValue::is_sensitive);
        value.set_sensitive(was_secret);
        request.headers.insert(name, value);
    }
    match &changes["body"] {
        Value::Null => {}
        Value::String(text) => request.body = Bytes::from(text.clone()),
        _ => return Err(invalid("body", "must be a string")),
    }
    match &changes["newIds"] {
        Value::Null | Value::Bool(false) => Ok(()),
        Value::Bool(true) => {
            request.body = with_new_ids(&request.body)?;
            Ok(())
        }
        _ => Err(invalid("newIds", "must be true or false")),
    }
}

/// By the rules for a hook's URL: the request has the secret in it.
fn change_target(request: &mut Recorded, changes: &Value) -> Result<(), OktaError> {
    if let Some(method) = changes.get("method") {
        let method = method.as_str().and_then(|method| Method::from_bytes(method.as_bytes()).ok());
        request.method = method.ok_or_else(|| invalid("method", "not a method of HTTP"))?;
    }
    let Some(url) = changes.get("url") else { return Ok(()) };
    let url = url.as_str().and_then(|url| Url::parse(url).ok());
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| invalid("url", "must be a URL"))?;
    if !loopback::is_private(&url) {
        return Err(invalid("url", "must begin with https:// (or be on this machine)"));
    }
    if !destination::is_sendable(url.as_str()) {
        return Err(invalid("url", "cannot be sent"));
    }
    request.url = url.into();
    Ok(())
}

/// The delivery as one that nobody has seen.
pub fn with_new_ids(body: &Bytes) -> Result<Bytes, OktaError> {
    let new = std::str::from_utf8(body).ok().and_then(new_ids::replace);
    new.map(Bytes::from).ok_or_else(|| invalid("newIds", "the body is not a delivery"))
}

/// Makes a call once. The answer says, as `seen`, in which call before it the receiver has accepted
/// one of its events already.
pub async fn send(app: &App, start: Start, reveal: bool) -> Answer {
    let request = start.request.to_request().map_err(|_| OktaError::malformed())?;
    let seen = seen(app, &start.request).await;
    let call = app.calls.open(start);
    let exchange = app.client.exchange(request, Attempt::TIMEOUT).await;
    let accepted = exchange.result.as_ref().is_ok_and(|answer| answer.status.is_success());
    let next = if accepted { "accepted" } else { "lost" };
    let call = call.close(Ending { exchange, next, note: None, answered: None });
    let mut json = call.to_json(reveal);
    json["seen"] = seen.into();
    Ok(Json(json))
}

async fn seen(app: &App, request: &Recorded) -> Option<u64> {
    let (body, before) = (request.body.clone(), app.calls.accepted_at(&request.url));
    // It reads many bodies.
    let found = tokio::task::spawn_blocking(move || {
        let uuids = uuids(&body);
        before.into_iter().find(|(_, body)| !uuids.is_disjoint(&self::uuids(body)))
    });
    found.await.ok().flatten().map(|(id, _)| id)
}

fn uuids(body: &Bytes) -> HashSet<String> {
    let Ok(delivery) = Delivery::from_bytes(body.clone()) else { return HashSet::new() };
    delivery.events().iter().filter_map(|event| Some(event.uuid()?.to_owned())).collect()
}
