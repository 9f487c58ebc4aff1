//! `/api/v1/groups`: from a request to the org, and back.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::StatusCode;

use super::list::{self, GroupList};
use crate::emulator::api::{Answer, Org};
use crate::emulator::errors::OktaError;
use crate::emulator::query_params::{Params, object};
use crate::emulator::request_body::ApiBody;

pub async fn list(State(app): Org, RawQuery(query): RawQuery) -> Result<Response, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let listing = GroupList::read(&params)?;
    let page = listing.page(&app.org());
    Ok(page.answer(&app.base, "/api/v1/groups", &params, listing.limit()))
}

pub async fn create(State(app): Org, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.create_group(&body)).map(Json)
}

pub async fn get(State(app): Org, Path(id): Path<String>) -> Answer {
    let org = app.org();
    let (_, group) = org.group(&id)?;
    Ok(Json(group.to_json(&org.base)))
}

pub async fn replace(State(app): Org, Path(id): Path<String>, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.replace_group(&id, &body)).map(Json)
}

pub async fn delete(State(app): Org, Path(id): Path<String>) -> Result<StatusCode, OktaError> {
    app.change(|org| org.delete_group(&id))?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn members(
    State(app): Org,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let org = app.org();
    let (page, limit) = list::members(&org, &id, &params)?;
    Ok(page.answer(&app.base, &format!("/api/v1/groups/{id}/users"), &params, limit))
}

pub async fn add_member(
    State(app): Org,
    Path((group, user)): Path<(String, String)>,
) -> Result<StatusCode, OktaError> {
    app.change(|org| org.set_member(&group, &user, true))?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn remove_member(
    State(app): Org,
    Path((group, user)): Path<(String, String)>,
) -> Result<StatusCode, OktaError> {
    app.change(|org| org.set_member(&group, &user, false))?;
    Ok(StatusCode::NO_CONTENT)
}
