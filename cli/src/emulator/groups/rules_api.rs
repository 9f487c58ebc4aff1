//! `/api/v1/groups/rules`: from a request to the org, and back.

use std::ops::Bound;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::StatusCode;

use crate::emulator::api::{Answer, Org};
use crate::emulator::errors::OktaError;
use crate::emulator::paging::{self, Page};
use crate::emulator::query_params::{Params, object};
use crate::emulator::request_body::ApiBody;

/// `search` is a part of the name.
pub async fn list(State(app): Org, RawQuery(query): RawQuery) -> Result<Response, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let limit = paging::limit(&params, 50, 200)?;
    let after = paging::after(&params)?.unwrap_or(0);
    let part = params.get("search").unwrap_or_default().to_lowercase();
    let org = app.org();
    let rules = org.rules.range((Bound::Excluded(after), Bound::Unbounded));
    let found = rules.filter(|(_, rule)| rule.name.to_lowercase().contains(&part));
    let page = Page::of(found.map(|(place, rule)| (*place, rule.to_json())), limit);
    Ok(page.answer(&app.base, "/api/v1/groups/rules", &params, limit))
}

pub async fn create(State(app): Org, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.create_rule(&body)).map(Json)
}

pub async fn get(State(app): Org, Path(id): Path<String>) -> Answer {
    let (_, rule) = app.org().rule(&id)?;
    Ok(Json(rule.to_json()))
}

pub async fn replace(State(app): Org, Path(id): Path<String>, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.replace_rule(&id, &body)).map(Json)
}

/// Okta does it later, and says so.
pub async fn delete(
    State(app): Org,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let remove_users = params.flag("removeUsers", false)?;
    app.change(|org| org.delete_rule(&id, remove_users))?;
    Ok(StatusCode::ACCEPTED)
}

pub async fn operate(
    State(app): Org,
    Path((id, operation)): Path<(String, String)>,
) -> Result<StatusCode, OktaError> {
    let active = match operation.as_str() {
        "activate" => true,
        "deactivate" => false,
        _ => return Err(OktaError::no_path()),
    };
    app.change(|org| org.set_rule_active(&id, active))?;
    Ok(StatusCode::NO_CONTENT)
}
