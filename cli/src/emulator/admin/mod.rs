//! The emulator's own endpoints, without a token. `cli/README.md` has a table of them.

mod calls;
mod event_types;
mod hooks;
mod preview;
mod replay;

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::chaos::Chaos;
use super::errors::OktaError;
use super::query_params::{Params, object};
use super::request_body::ApiBody;
use super::state::App;
use super::users::lifecycle;

type Answer = Result<Json<Value>, OktaError>;
type Org = State<Arc<App>>;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/info", get(info))
        .route("/admin/health", get(health))
        .route("/admin/chaos", get(get_chaos).put(put_chaos))
        .route("/admin/calls", get(calls::list).delete(calls::clear))
        .route("/admin/calls/summary", get(calls::summary))
        .route("/admin/calls/live", get(calls::live_summaries))
        .route("/admin/calls/{id}", get(calls::get))
        .route("/admin/live", get(calls::live))
        .route("/admin/replay/{id}", post(replay::replay))
        .route("/admin/sample", get(preview::sample))
        .route("/admin/deliver/{hook}", post(preview::deliver))
        .route("/admin/event-types", get(event_types::list))
        .route("/admin/hooks", post(hooks::create))
        .route("/admin/hooks/{id}", put(hooks::replace).delete(hooks::delete))
        .route("/admin/hooks/{id}/verify", post(hooks::verify))
        .route("/admin/hooks/{id}/restore", post(hooks::restore))
        .route("/admin/hooks/{id}/preview", get(preview::preview))
        .route("/admin/users/{id}/lock", post(lock_user))
        .method_not_allowed_fallback(|| async { OktaError::method() })
}

async fn info(State(app): Org, RawQuery(query): RawQuery) -> Json<Value> {
    let reveal = reveals(&Params::parse(&query.unwrap_or_default()));
    let token = if reveal { app.api_auth.api_token() } else { "••••••••" };
    Json(json!({ "org": app.base, "apiToken": token, "calls": "/admin/calls" }))
}

/// Cheap enough to be asked each second.
async fn health(State(app): Org) -> Json<Value> {
    let (_, _, change) = app.calls.state();
    Json(json!({ "run": app.run, "change": change }))
}

async fn get_chaos(State(app): Org) -> Json<Chaos> {
    Json(app.chaos())
}

/// Replaces all of it: what is not in the body is off.
async fn put_chaos(State(app): Org, ApiBody(body): ApiBody) -> Result<Json<Chaos>, OktaError> {
    let chaos: Chaos =
        serde_json::from_value(object(&body)?).map_err(|_| OktaError::malformed())?;
    chaos.check().map_err(|why| OktaError::validation("chaos", why))?;
    *app.chaos.write().unwrap_or_else(std::sync::PoisonError::into_inner) = chaos.clone();
    Ok(Json(chaos))
}

async fn lock_user(State(app): Org, Path(name): Path<String>) -> Answer {
    let lock = lifecycle::operation("lock").expect("it is in the table");
    let user = app.change(|org| org.operate(&name, &lock))?;
    Ok(Json(user.to_json(&app.base)))
}

fn reveals(params: &Params) -> bool {
    params.get("reveal") == Some("1")
}

/// A number in the query.
fn number(params: &Params, name: &str) -> Result<Option<u64>, OktaError> {
    let Some(text) = params.get(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| OktaError::parameter(name))
}
