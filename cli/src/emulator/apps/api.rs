//! `/api/v1/apps`: from a request to the org, and back.

use std::ops::Bound;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::emulator::api::{Answer, Org};
use crate::emulator::errors::OktaError;
use crate::emulator::filter::Filter;
use crate::emulator::paging::{self, Page};
use crate::emulator::query_params::{Params, object};
use crate::emulator::request_body::ApiBody;

/// `q` is how the label begins.
pub async fn list(State(app): Org, RawQuery(query): RawQuery) -> Result<Response, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let limit = paging::limit(&params, 20, 200)?;
    let after = paging::after(&params)?.unwrap_or(0);
    let q = params.get("q").unwrap_or_default().to_lowercase();
    let filter = params.get("filter").map(Filter::parse).transpose();
    let filter = filter.map_err(|_| OktaError::search("filter"))?;
    let org = app.org();
    let apps = org.apps.range((Bound::Excluded(after), Bound::Unbounded));
    let begins = apps.filter(|(_, app)| app.label.to_lowercase().starts_with(&q));
    let found = begins.map(|(place, app)| (*place, app.to_json(&org.base)));
    let found = found.filter(|(_, json)| filter.as_ref().is_none_or(|filter| filter.matches(json)));
    Ok(Page::of(found, limit).answer(&app.base, "/api/v1/apps", &params, limit))
}

pub async fn create(State(app): Org, RawQuery(query): RawQuery, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    let activate = Params::parse(&query.unwrap_or_default()).flag("activate", true)?;
    app.change(|org| org.create_app(&body, activate)).map(Json)
}

pub async fn get(State(app): Org, Path(id): Path<String>) -> Answer {
    let org = app.org();
    let (_, found) = org.app(&id)?;
    Ok(Json(found.to_json(&org.base)))
}

pub async fn replace(State(app): Org, Path(id): Path<String>, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.replace_app(&id, &body)).map(Json)
}

pub async fn delete(State(app): Org, Path(id): Path<String>) -> Result<StatusCode, OktaError> {
    app.change(|org| org.delete_app(&id))?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn operate(
    State(app): Org,
    Path((id, operation)): Path<(String, String)>,
) -> Result<Json<Value>, OktaError> {
    let active = match operation.as_str() {
        "activate" => true,
        "deactivate" => false,
        _ => return Err(OktaError::no_path()),
    };
    app.change(|org| org.set_app_active(&id, active))?;
    Ok(Json(json!({})))
}
