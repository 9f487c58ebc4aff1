//! `/api/v1/inlineHooks`: from a request to the org, and back; and what the console adds to it.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;

use super::execute;
use crate::emulator::api::{Answer, Org};
use crate::emulator::errors::OktaError;
use crate::emulator::query_params::{Params, object};
use crate::emulator::request_body::ApiBody;
use crate::emulator::state::App;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/inlineHooks", get(list).post(create))
        .route("/api/v1/inlineHooks/{id}", get(get_one).post(update).put(replace).delete(delete))
        .route("/api/v1/inlineHooks/{id}/execute", post(execute))
        .route("/api/v1/inlineHooks/{id}/lifecycle/{operation}", post(operate))
}

/// What the console needs beside them.
pub fn admin_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/inline-hooks/{id}/sample", get(sample))
        .route("/admin/inline-hooks/{id}/execute", post(try_out))
}

async fn list(State(app): Org, RawQuery(query): RawQuery) -> Answer {
    let params = Params::parse(&query.unwrap_or_default());
    let org = app.org();
    let wanted = params.get("type");
    let hooks = org.inline_hooks.values();
    let hooks = hooks.filter(|hook| wanted.is_none_or(|kind| hook.kind == kind));
    Ok(Json(hooks.map(|hook| hook.to_json(&org.base)).collect()))
}

async fn create(State(app): Org, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.create_inline_hook(&body)).map(Json)
}

async fn get_one(State(app): Org, Path(id): Path<String>) -> Answer {
    let org = app.org();
    let (_, hook) = org.inline_hook(&id)?;
    Ok(Json(hook.to_json(&org.base)))
}

async fn update(State(app): Org, Path(id): Path<String>, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.update_inline_hook(&id, &body, false)).map(Json)
}

async fn replace(State(app): Org, Path(id): Path<String>, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.update_inline_hook(&id, &body, true)).map(Json)
}

async fn delete(State(app): Org, Path(id): Path<String>) -> Result<StatusCode, OktaError> {
    app.change(|org| org.delete_inline_hook(&id))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn operate(State(app): Org, Path((id, operation)): Path<(String, String)>) -> Answer {
    let active = match operation.as_str() {
        "activate" => true,
        "deactivate" => false,
        _ => return Err(OktaError::no_path()),
    };
    app.change(|org| org.set_inline_hook_active(&id, active)).map(Json)
}

async fn execute(State(app): Org, Path(id): Path<String>, ApiBody(body): ApiBody) -> Answer {
    let (_, hook) = app.org().inline_hook(&id)?;
    if !hook.active {
        return Err(super::invalid("Only an active inline hook can be executed"));
    }
    execute::run(&app, &hook, body).await?.to_answer().map(Json)
}

async fn sample(State(app): Org, Path(id): Path<String>) -> Answer {
    let (_, hook) = app.org().inline_hook(&id)?;
    execute::sample(&app, &hook).map(Json)
}

/// In any state. A receiver that answers wrongly is no error here: that is what is looked for.
async fn try_out(State(app): Org, Path(id): Path<String>, ApiBody(body): ApiBody) -> Answer {
    let (_, hook) = app.org().inline_hook(&id)?;
    Ok(Json(execute::run(&app, &hook, body).await?.to_json()))
}
