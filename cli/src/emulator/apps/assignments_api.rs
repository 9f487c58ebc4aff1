//! `/api/v1/apps/{id}/users` and `/groups`, and the same seen from a user or a group.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::assignments::app_group;
use crate::emulator::api::{Answer, Org};
use crate::emulator::errors::OktaError;
use crate::emulator::paging::{self, Page};
use crate::emulator::query_params::{Params, object};
use crate::emulator::request_body::ApiBody;

pub async fn users(
    State(app): Org,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let limit = paging::limit(&params, 50, 500)?;
    let after = paging::after(&params)?.unwrap_or(0);
    let org = app.org();
    let (_, found) = org.app(&id)?;
    let users = org.users.after(after);
    let page = Page::of(
        users.filter_map(|(place, user)| Some((place, org.app_user(&found, user)?))),
        limit,
    );
    Ok(page.answer(&app.base, &format!("/api/v1/apps/{id}/users"), &params, limit))
}

pub async fn user(State(app): Org, Path((id, user)): Path<(String, String)>) -> Answer {
    let org = app.org();
    let (_, found) = org.app(&id)?;
    let (_, user) = org.user(&user)?;
    org.app_user(&found, &user).map(Json).ok_or_else(|| OktaError::not_found(&user.id, "AppUser"))
}

/// The user is in the body.
pub async fn assign(State(app): Org, Path(id): Path<String>, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    let user = body["id"].as_str().unwrap_or_default().to_owned();
    app.change(|org| org.assign_user(&id, &user, &body)).map(Json)
}

pub async fn update(
    State(app): Org,
    Path((id, user)): Path<(String, String)>,
    ApiBody(body): ApiBody,
) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.assign_user(&id, &user, &body)).map(Json)
}

pub async fn unassign(
    State(app): Org,
    Path((id, user)): Path<(String, String)>,
) -> Result<StatusCode, OktaError> {
    app.change(|org| org.unassign_user(&id, &user))?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn groups(State(app): Org, Path(id): Path<String>) -> Answer {
    let org = app.org();
    let (_, found) = org.app(&id)?;
    let groups = found.groups.keys().filter_map(|group| app_group(&found, group, &org.base));
    Ok(Json(groups.collect()))
}

pub async fn group(State(app): Org, Path((id, group)): Path<(String, String)>) -> Answer {
    let org = app.org();
    let (_, found) = org.app(&id)?;
    let assignment = app_group(&found, &group, &org.base).map(Json);
    assignment.ok_or_else(|| OktaError::not_found(&group, "ApplicationGroupAssignment"))
}

pub async fn assign_group(State(app): Org, Path((id, group)): Path<(String, String)>) -> Answer {
    app.change(|org| org.set_app_group(&id, &group, true)).map(Json)
}

pub async fn unassign_group(
    State(app): Org,
    Path((id, group)): Path<(String, String)>,
) -> Result<StatusCode, OktaError> {
    app.change(|org| org.set_app_group(&id, &group, false))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/groups/{id}/apps`
pub async fn of_group(State(app): Org, Path(id): Path<String>) -> Answer {
    let org = app.org();
    let (_, group) = org.group(&id)?;
    let apps = org.apps.values().filter(|app| app.groups.contains_key(&group.id));
    Ok(Json(apps.map(|app| app.to_json(&org.base)).collect()))
}

/// `GET /api/v1/users/{id}/appLinks`
pub async fn of_user(State(app): Org, Path(id): Path<String>) -> Answer {
    let org = app.org();
    let (_, user) = org.user(&id)?;
    Ok(Json(Value::Array(org.app_links(&user))))
}
