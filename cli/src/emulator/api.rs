//! Okta's APIs: from a request to the org, and back.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use http::StatusCode;
use serde_json::Value;
use std::time::SystemTime;

use super::errors::OktaError;
use super::query_params::{Params, link, object};
use super::request_body::ApiBody;
use super::state::App;
use super::system_log::Query;
use super::system_log_event::ApiEvent;
use super::verify;

pub type Answer = Result<Json<Value>, OktaError>;
pub type Org = State<Arc<App>>;

pub async fn list_hooks(State(app): Org) -> Json<Value> {
    let org = app.org();
    Json(org.hooks.values().map(|hook| hook.to_json(&org.base)).collect())
}

pub async fn create_hook(State(app): Org, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.create_hook(&body)).map(Json)
}

pub async fn get_hook(State(app): Org, Path(id): Path<String>) -> Answer {
    let org = app.org();
    let (_, hook) = org.hook(&id)?;
    Ok(Json(hook.to_json(&org.base)))
}

pub async fn replace_hook(
    State(app): Org,
    Path(id): Path<String>,
    ApiBody(body): ApiBody,
) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.replace_hook(&id, &body)).map(Json)
}

pub async fn delete_hook(State(app): Org, Path(id): Path<String>) -> Result<StatusCode, OktaError> {
    app.change(|org| org.delete_hook(&id))?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn operate_hook(
    State(app): Org,
    Path((id, operation)): Path<(String, String)>,
) -> Answer {
    match operation.as_str() {
        "verify" => verify::verify(&app, &id).await.map(Json),
        "activate" => app.change(|org| org.set_active(&id, true)).map(Json),
        "deactivate" => app.change(|org| org.set_active(&id, false)).map(Json),
        _ => Err(OktaError::no_path()),
    }
}

pub async fn logs(State(app): Org, RawQuery(query): RawQuery) -> Result<Response, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let query = Query::read(&params, SystemTime::now())?;
    let org = app.org();
    let page = query.page(&org.log);
    // Polling goes on from its cursor; bounds stay bounds.
    let instead_of: &[&str] = if query.polls() { &["since"] } else { &[] };
    Ok(linked(&app, &params, "/api/v1/logs", page.events, page.next.as_deref(), instead_of))
}

fn linked(
    app: &App,
    params: &Params,
    path: &str,
    page: Vec<ApiEvent<'_>>,
    next: Option<&str>,
    instead_of: &[&str],
) -> Response {
    // A cursor takes the place of `since` here, too: who polls until both are alike comes to an end.
    let own = link(&params.page(&app.base, path, params.get("after"), instead_of), "self");
    let next =
        next.map(|after| link(&params.page(&app.base, path, Some(after), instead_of), "next"));
    (AppendHeaders([own].into_iter().chain(next)), Json(page)).into_response()
}
