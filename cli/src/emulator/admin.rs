//! The emulator's own endpoints: the inspector, replay, preview, chaos.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use okta_hooks::EventType;
use okta_hooks::simulate::{self, Attempt};
use serde_json::{Value, json};

use super::chaos::Chaos;
use super::errors::OktaError;
use super::query_params::{Params, object};
use super::recorded_calls::{Call, Finished, Recorded};
use super::request_body::ApiBody;
use super::state::App;
use super::user_lifecycle;

type Answer = Result<Json<Value>, OktaError>;
type Org = State<Arc<App>>;

/// The longest that anybody waits for a call.
const MAX_WAIT: Duration = Duration::from_secs(30);

pub async fn info(State(app): Org, RawQuery(query): RawQuery) -> Json<Value> {
    let reveal = reveals(&Params::parse(&query.unwrap_or_default()));
    let token = if reveal { app.api_auth.api_token() } else { "••••••••" };
    Json(json!({ "org": app.base, "apiToken": token, "calls": "/admin/calls" }))
}

pub async fn get_chaos(State(app): Org) -> Json<Chaos> {
    Json(app.chaos())
}

/// Replaces all of it: what is not in the body is off.
pub async fn put_chaos(State(app): Org, ApiBody(body): ApiBody) -> Result<Json<Chaos>, OktaError> {
    let chaos: Chaos =
        serde_json::from_value(object(&body)?).map_err(|_| OktaError::malformed())?;
    chaos.check().map_err(|why| OktaError::validation("chaos", why))?;
    *app.chaos.write().unwrap_or_else(std::sync::PoisonError::into_inner) = chaos.clone();
    Ok(Json(chaos))
}

/// Without `after`, the last ones; with it, those made since, for which it waits `wait` seconds.
pub async fn calls(State(app): Org, RawQuery(query): RawQuery) -> Answer {
    let params = Params::parse(&query.unwrap_or_default());
    let limit = params.limit(100, 1000)?;
    let number = |name: &str| match params.get(name) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| OktaError::parameter(name)),
    };
    let wait = Duration::from_secs(number("wait")?.unwrap_or(0)).min(MAX_WAIT);
    let calls = match number("after")? {
        None => app.calls.latest(limit),
        Some(after) => {
            let mut last = app.calls.watch();
            let _ = tokio::time::timeout(wait, last.wait_for(|last| *last > after)).await;
            app.calls.after(after, limit)
        }
    };
    let reveal = reveals(&params);
    Ok(Json(calls.iter().map(|call| call.to_json(reveal)).collect()))
}

fn kept(app: &App, id: &str) -> Result<Call, OktaError> {
    let call = id.parse().ok().and_then(|id| app.calls.get(id));
    call.ok_or_else(|| OktaError::not_found(id, "Call"))
}

pub async fn clear_calls(State(app): Org) -> StatusCode {
    app.calls.clear();
    StatusCode::NO_CONTENT
}

pub async fn call(State(app): Org, Path(id): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let reveal = reveals(&Params::parse(&query.unwrap_or_default()));
    let call = kept(&app, &id)?;
    Ok(Json(call.to_json(reveal)))
}

/// Every call from now on, or from `Last-Event-ID` on, with the secrets masked.
pub async fn live(
    State(app): Org,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let watch = app.calls.watch();
    let start = last.unwrap_or(*watch.borrow());
    let stream =
        futures_util::stream::unfold((app, watch, start), |(app, mut watch, seen)| async move {
            loop {
                if let Some(call) = app.calls.after(seen, 1).pop() {
                    let id = call.id;
                    let event =
                        Event::default().id(id.to_string()).data(call.to_json(false).to_string());
                    return Some((Ok(event), (app, watch, id)));
                }
                // The last call may have been forgotten already, so the number alone is not enough.
                watch.changed().await.ok()?;
            }
        });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// Makes a call again, once, as it was or with other headers or another body.
pub async fn replay(
    State(app): Org,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    ApiBody(body): ApiBody,
) -> Answer {
    let call = kept(&app, &id)?;
    let changes = if body.is_empty() { json!({}) } else { object(&body)? };
    let mut request = call.request;
    change(&mut request, &changes)?;
    let reveal = reveals(&Params::parse(&query.unwrap_or_default()));
    send(&app, "replay", call.hook, request, reveal).await
}

fn change(request: &mut Recorded, changes: &Value) -> Result<(), OktaError> {
    let invalid = |of: &str| OktaError::validation(of, format!("{of}: cannot be sent"));
    for (name, value) in changes["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("headers"))?;
        let Some(text) = value.as_str() else {
            request.headers.remove(name);
            continue;
        };
        let mut value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| invalid("headers"))?;
        let was_secret = request.headers.get(&name).is_some_and(HeaderValue::is_sensitive);
        value.set_sensitive(was_secret);
        request.headers.insert(name, value);
    }
    match &changes["body"] {
        Value::Null => {}
        Value::String(text) => request.body = Bytes::from(text.clone()),
        _ => return Err(OktaError::validation("body", "body: must be a string")),
    }
    Ok(())
}

async fn send(
    app: &App,
    kind: &'static str,
    hook: String,
    request: Recorded,
    reveal: bool,
) -> Answer {
    let sent = request.to_request().map_err(|_| OktaError::malformed())?;
    let exchange = app.client.exchange(sent, Attempt::TIMEOUT).await;
    let accepted = exchange.result.as_ref().is_ok_and(|answer| answer.status.is_success());
    let next = if accepted { "accepted" } else { "lost" };
    let call =
        app.calls.add(Finished { kind, hook, attempt: 1, request, exchange, next, note: None });
    Ok(Json(call.to_json(reveal)))
}

/// What `POST /admin/deliver/{hook}` could deliver.
pub async fn sample(State(app): Org, RawQuery(query): RawQuery) -> Answer {
    let params = Params::parse(&query.unwrap_or_default());
    let event_type: EventType = params
        .get("type")
        .unwrap_or(EventType::USER_LIFECYCLE_CREATE.as_str())
        .parse()
        .map_err(|_| OktaError::parameter("type"))?;
    let mut event = simulate::event(event_type).published(SystemTime::now());
    if let Some(login) = params.get("target") {
        event = event.user(login);
    }
    let mut delivery = simulate::delivery().seed(app.rng().u64(..)).sent_at(SystemTime::now());
    if let Some(id) = params.get("hook") {
        let (_, hook) = app.org().hook(id)?;
        delivery = delivery.source(hook.source(&app.base));
    }
    Ok(Json(delivery.event(event).to_json()))
}

/// Delivers the body as it is, whatever it is, to a hook in any state: Okta's "Deliver Request".
pub async fn deliver(
    State(app): Org,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    ApiBody(body): ApiBody,
) -> Answer {
    let (_, hook) = app.org().hook(&id)?;
    let request = simulate::delivery()
        .to_request(&hook.channel.uri, &hook.channel.configured())
        .map_err(|_| OktaError::malformed())?;
    let mut request = Recorded::of(&request);
    request.body = body;
    let reveal = reveals(&Params::parse(&query.unwrap_or_default()));
    send(&app, "preview", hook.id, request, reveal).await
}

pub async fn event_types() -> Json<Value> {
    let eligible = EventType::catalog().iter().filter(|info| info.hook_eligible);
    Json(
        eligible
            .map(|info| json!({ "type": info.event_type, "category": info.category }))
            .collect(),
    )
}

pub async fn lock_user(State(app): Org, Path(name): Path<String>) -> Answer {
    let lock = user_lifecycle::operation("lock").expect("it is in the table");
    let user = app.change(|org| org.operate(&name, &lock))?;
    Ok(Json(user.to_json(&app.base)))
}

fn reveals(params: &Params) -> bool {
    params.get("reveal") == Some("1")
}
