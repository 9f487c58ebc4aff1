//! The recorded calls: in pages, in short, one by one, and as they come.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;

use super::{Answer, Org, number, reveals};
use crate::emulator::errors::OktaError;
use crate::emulator::query_params::Params;
use crate::emulator::recorded_calls::{Call, Summary};
use crate::emulator::state::App;

/// The longest that anybody waits for a call.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Summaries in one answer: all that are kept, as a rule.
const MAX_SUMMARIES: usize = 5_000;

fn wait(params: &Params) -> Result<Duration, OktaError> {
    Ok(Duration::from_secs(number(params, "wait")?.unwrap_or(0)).min(MAX_WAIT))
}

/// Without `after`, the last ones (before `before`); with it, those made since, for which it waits
/// `wait` seconds.
pub async fn list(State(app): Org, RawQuery(query): RawQuery) -> Answer {
    let params = Params::parse(&query.unwrap_or_default());
    let limit = params.limit(100, 1000)?;
    let calls = match number(&params, "after")? {
        None => app.calls.latest(number(&params, "before")?.unwrap_or(u64::MAX), limit),
        Some(after) => {
            let calls = until_some(&app, || app.calls.after(after, limit));
            tokio::time::timeout(wait(&params)?, calls).await.unwrap_or_default()
        }
    };
    let reveal = reveals(&params);
    Ok(Json(calls.iter().map(|call| call.to_json(reveal)).collect()))
}

/// Looks again after each change until there is something.
async fn until_some(app: &App, look: impl Fn() -> Vec<Arc<Call>>) -> Vec<Arc<Call>> {
    let mut changed = app.calls.watch();
    loop {
        changed.mark_unchanged();
        let calls = look();
        if !calls.is_empty() || changed.changed().await.is_err() {
            return calls;
        }
    }
}

/// Calls without headers and bodies: the newest before `before`, newest first, or with `since` those
/// that changed after that change, in that order, for which it waits `wait` seconds.
pub async fn summary(State(app): Org, RawQuery(query): RawQuery) -> Result<Response, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let limit = params.limit(1000, MAX_SUMMARIES)?;
    let (state, calls) = match number(&params, "since")? {
        None => {
            // Before the calls are read: one more change is only seen twice.
            let state = app.calls.state();
            let before = number(&params, "before")?.unwrap_or(u64::MAX);
            (state, app.calls.newest(before, limit))
        }
        Some(since) => {
            let mut changed = app.calls.watch();
            let waiting = changed.wait_for(|change| *change != since);
            let _ = tokio::time::timeout(wait(&params)?, waiting).await;
            changed_since(&app, since, limit)
        }
    };
    Ok(Summaries::new(&app, state, &calls).to_response())
}

/// What changed after a change; where that is more than `limit` calls, the state is that of the last one
/// here, so that the others are asked for next.
fn changed_since(app: &App, since: u64, limit: usize) -> ((usize, u64, u64), Vec<Arc<Call>>) {
    let (kept, oldest, mut change) = app.calls.state();
    let calls = app.calls.changed_since(since, limit);
    if calls.len() == limit {
        change = calls.last().map_or(change, |call| call.change);
    }
    ((kept, oldest, change), calls)
}

/// Thousands of calls are written as they are, without a tree of values on the way.
#[derive(Serialize)]
struct Summaries<'a> {
    run: &'a str,
    change: u64,
    kept: usize,
    oldest: u64,
    calls: Vec<Summary<'a>>,
}

impl<'a> Summaries<'a> {
    fn new(app: &'a App, state: (usize, u64, u64), calls: &'a [Arc<Call>]) -> Self {
        let (kept, oldest, change) = state;
        let calls = calls.iter().map(|call| call.summary()).collect();
        Self { run: &app.run, change, kept, oldest, calls }
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).expect("our own types")
    }

    fn to_response(&self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.to_json()).into_response()
    }
}

pub async fn clear(State(app): Org) -> StatusCode {
    app.calls.clear();
    StatusCode::NO_CONTENT
}

pub async fn get(State(app): Org, Path(id): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let reveal = reveals(&Params::parse(&query.unwrap_or_default()));
    Ok(Json(kept(&app, &id)?.to_json(reveal)))
}

pub fn kept(app: &App, id: &str) -> Result<Arc<Call>, OktaError> {
    let call = id.parse().ok().and_then(|id| app.calls.get(id));
    call.ok_or_else(|| OktaError::not_found(id, "Call"))
}

/// Every call that is over from now on, or from `Last-Event-ID` on, with the secrets masked.
pub async fn live(
    State(app): Org,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let newest = app.calls.latest(u64::MAX, 1).pop().map_or(0, |call| call.id);
    let start = last_event(&headers).unwrap_or(newest);
    let stream = futures_util::stream::unfold((app, start), |(app, seen)| async move {
        let call = until_some(&app, || app.calls.after(seen, 1)).await.pop()?;
        let event = Event::default().id(call.id.to_string()).data(call.to_json(false).to_string());
        Some((Ok(event), (app, call.id)))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// What `GET /admin/calls/summary?since=` answers, again and again; the id of each is its `change`.
pub async fn live_summaries(
    State(app): Org,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let (_, _, newest) = app.calls.state();
    let start = last_event(&headers).or(number(&params, "since")?).unwrap_or(newest);
    let stream = futures_util::stream::unfold((app, start), next_changes);
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

type Changes = (Arc<App>, u64);

async fn next_changes((app, seen): Changes) -> Option<(Result<Event, Infallible>, Changes)> {
    const AT_ONCE: usize = 200;
    // Another number, not only a greater one: the org may have been started anew.
    app.calls.watch().wait_for(|change| *change != seen).await.ok()?;
    let (state, calls) = changed_since(&app, seen, AT_ONCE);
    let (_, _, change) = state;
    let data = Summaries::new(&app, state, &calls).to_json();
    let event = Event::default().id(change.to_string()).data(data);
    Some((Ok(event), (app, change)))
}

fn last_event(headers: &HeaderMap) -> Option<u64> {
    headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok())
}
