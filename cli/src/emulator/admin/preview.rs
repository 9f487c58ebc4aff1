//! Okta's preview of a hook: a recent event of the System Log, or else sample data, to be edited and
//! delivered. The filter of the hook does not apply to it.

use std::time::SystemTime;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use okta_hooks::simulate::{self, EventBuilder};
use okta_hooks::{EventType, LogEvent};
use serde_json::{Value, json};

use super::replay::{send, with_new_ids};
use super::{Answer, Org, reveals};
use crate::emulator::errors::OktaError;
use crate::emulator::event_log::{EventLog, Logged};
use crate::emulator::hooks::Hook;
use crate::emulator::org;
use crate::emulator::query_params::Params;
use crate::emulator::recorded_calls::{Recorded, Start};
use crate::emulator::request_body::ApiBody;

/// Events to choose from.
const MAX_CANDIDATES: usize = 50;

/// How far back in the log they are looked for.
const MAX_LOOK_BACK: usize = 20_000;

/// What a hook could be sent: the newest events of its types (`type`: of this one), and a delivery
/// of the newest (`event`: of the one with this uuid), or of sample data if there is none.
pub async fn preview(State(app): Org, Path(id): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let params = Params::parse(&query.unwrap_or_default());
    let org = app.org();
    let (_, hook) = org.hook(&id)?;
    let event_type = params.get("type");
    if event_type.is_some_and(|event_type| !hook.wants(event_type)) {
        return Err(OktaError::parameter("type: the hook is not subscribed to it"));
    }
    let candidates = candidates(&org.log, &hook, event_type);
    let chosen = match params.get("event") {
        None => candidates.first(),
        Some(uuid) => {
            let found = candidates.iter().find(|(logged, _)| logged.uuid == uuid);
            Some(found.ok_or_else(|| OktaError::not_found(uuid, "LogEvent"))?)
        }
    };
    let event = match chosen {
        Some((logged, _)) => serde_json::from_str(logged.event.get()).unwrap_or(Value::Null),
        None => {
            let event_type = event_type.unwrap_or_else(|| hook.sample_type());
            let event_type = event_type.parse().map_err(|_| OktaError::parameter("type"))?;
            sample_event(&org, event_type, params.get("target")).to_json()
        }
    };
    let delivery = simulate::delivery()
        .seed(app.rng().u64(..))
        .sent_at(SystemTime::now())
        .source(hook.source(&app.base));
    Ok(Json(json!({
        "candidates": candidates.iter().map(|(logged, event)| candidate(logged, event)).collect::<Vec<_>>(),
        "event": chosen.map(|(logged, _)| logged.uuid.as_str()),
        "sample": chosen.is_none(),
        "types": hook.items(),
        "body": delivery.json(event).to_json(),
    })))
}

/// The newest events that the hook is subscribed to, newest first.
fn candidates<'a>(
    log: &'a EventLog,
    hook: &Hook,
    event_type: Option<&str>,
) -> Vec<(&'a Logged, LogEvent)> {
    let read = |logged: &'a Logged| {
        let event = LogEvent::from_slice(logged.event.get().as_bytes()).ok()?;
        let kind = event.event_type();
        let wanted = match event_type {
            Some(only) => kind.as_str() == only,
            None => hook.wants(kind.as_str()),
        };
        wanted.then_some((logged, event))
    };
    log.iter().rev().take(MAX_LOOK_BACK).filter_map(read).take(MAX_CANDIDATES).collect()
}

fn candidate(logged: &Logged, event: &LogEvent) -> Value {
    let targets = event.targets();
    let first = targets.first();
    json!({
        "uuid": logged.uuid,
        "type": event.event_type().as_str(),
        "published": logged.published,
        "target": first.and_then(|target| target.alternate_id.as_deref()),
        "name": first.and_then(|target| target.display_name.as_deref()),
    })
}

/// Sample data. As Okta's it has no target, unless there is a real person for it: a receiver would
/// take an invented id for somebody new.
fn sample_event(org: &org::Org, event_type: EventType, login: Option<&str>) -> EventBuilder {
    let event = simulate::event(event_type.clone()).published(SystemTime::now());
    let about_people = ["user.lifecycle", "user.account", "user.session", "user.mfa"];
    match login {
        Some(login) => match org.users.with_login(login) {
            Some(user) => event.target(user.target()),
            None => event.user(login),
        },
        None if about_people.iter().any(|family| event_type.is_in(family)) => {
            match org.users.newest() {
                Some(user) => event.target(user.target()),
                None => event.no_target(),
            }
        }
        None => event.no_target(),
    }
}

/// A delivery of sample data, whatever is in the log.
pub async fn sample(State(app): Org, RawQuery(query): RawQuery) -> Answer {
    let params = Params::parse(&query.unwrap_or_default());
    let event_type: EventType = params
        .get("type")
        .unwrap_or(EventType::USER_LIFECYCLE_CREATE.as_str())
        .parse()
        .map_err(|_| OktaError::parameter("type"))?;
    let mut delivery = simulate::delivery().seed(app.rng().u64(..)).sent_at(SystemTime::now());
    let org = app.org();
    if let Some(id) = params.get("hook") {
        let (_, hook) = org.hook(id)?;
        delivery = delivery.source(hook.source(&app.base));
    }
    let nobody = org.users.newest().is_none().then_some("john.doe@example.com");
    let event = sample_event(&org, event_type, params.get("target").or(nobody));
    let event = event.seed(app.rng().u64(..));
    Ok(Json(delivery.event(event).to_json()))
}

/// Delivers the body as it is (`newIds=1`: as a new delivery), whatever it is, to a hook in any
/// state: Okta's "Deliver Request".
pub async fn deliver(
    State(app): Org,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    ApiBody(body): ApiBody,
) -> Answer {
    let (_, hook) = app.org().hook(&id)?;
    let params = Params::parse(&query.unwrap_or_default());
    let request = simulate::delivery()
        .to_request(&hook.channel.uri, &hook.channel.configured())
        .map_err(|_| OktaError::malformed())?;
    let mut request = Recorded::of(&request);
    request.body = match params.get("newIds") {
        Some("1") => with_new_ids(&body)?,
        _ => body,
    };
    send(&app, start(hook, request), reveals(&params)).await
}

fn start(hook: Hook, request: Recorded) -> Start {
    Start {
        kind: "preview",
        hook: hook.id,
        hook_name: hook.name,
        first_attempt: None,
        replay_of: None,
        source: None,
        request,
    }
}
