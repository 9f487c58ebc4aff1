//! `/api/v1/users`: from a request to the org, and back.

use std::ops::Bound;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::create::Creation;
use super::lifecycle;
use super::list::UserList;
use super::response::{Fields, Omitted};
use super::user::User;
use crate::emulator::api::{Answer, Org};
use crate::emulator::errors::OktaError;
use crate::emulator::paging::{self, Page};
use crate::emulator::query_params::{Params, object};
use crate::emulator::request_body::ApiBody;
use crate::emulator::state::App;

pub async fn list(
    State(app): Org,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let listing = UserList::read(&params)?;
    let (fields, omitted) = (Fields::read(&params), Omitted::read(&headers));
    let org = app.org();
    let (page, path) = (listing.page(&org), "/api/v1/users");
    if fields.is_all() && omitted.is_nothing() {
        return Ok(page.answer(&app.base, path, &params, listing.limit()));
    }
    let page = page.map(|user| {
        let mut user = user.to_json();
        omitted.apply(&mut user);
        fields.apply(&mut user);
        user
    });
    Ok(page.answer(&app.base, path, &params, listing.limit()))
}

pub async fn create(State(app): Org, RawQuery(query): RawQuery, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    let creation = Creation::read(&Params::parse(&query.unwrap_or_default()))?;
    app.change(|org| org.create_user(&body, &creation)).map(Json)
}

pub async fn get(
    State(app): Org,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, OktaError> {
    let user = named(&app, &name)?;
    let tag = format!("W/\"{}-{}\"", user.id, user.last_updated);
    let mut user = user.to_json(&app.base);
    Omitted::read(&headers).apply(&mut user);
    Ok(([(header::ETAG, tag)], Json(user)).into_response())
}

/// `me` is who owns the API token.
fn named(app: &App, name: &str) -> Result<User, OktaError> {
    let org = app.org();
    match org.user(name) {
        Err(_) if name == "me" || name == super::user::ADMIN => Ok(User::admin()),
        found => found.map(|(_, user)| user),
    }
}

pub async fn update(State(app): Org, Path(name): Path<String>, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.update_user(&name, &body, false)).map(Json)
}

pub async fn replace(State(app): Org, Path(name): Path<String>, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.update_user(&name, &body, true)).map(Json)
}

pub async fn delete(State(app): Org, Path(name): Path<String>) -> Result<StatusCode, OktaError> {
    app.change(|org| org.delete_user(&name))?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn operate(
    State(app): Org,
    Path((name, operation)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let params = Params::parse(&query.unwrap_or_default());
    match operation.as_str() {
        "reset_factors" => {
            app.change(|org| org.reset_factors(&name))?;
            return Ok(Json(json!({})));
        }
        "expire_password_with_temp_password" => {
            return app.change(|org| org.expire_with_temporary(&name)).map(Json);
        }
        "expire_password" if params.flag("tempPassword", false)? => {
            return app.change(|org| org.expire_with_temporary(&name)).map(Json);
        }
        _ => {}
    }
    // Locking is the emulator's own, and has a path of its own.
    let known = lifecycle::operation(&operation).filter(|_| operation != "lock");
    let known = known.ok_or_else(OktaError::no_path)?;
    let sends_email = params.flag("sendEmail", operation != "reactivate")?;
    let user = app.change(|org| org.operate(&name, &known))?;
    Ok(Json(match operation.as_str() {
        "expire_password" => user.to_json(&app.base),
        // What would be in the e-mail, where none is sent.
        _ if sends_email => json!({}),
        "activate" | "reactivate" => {
            let token = token(&app);
            json!({ "activationUrl": format!("{}/welcome/{token}", app.base), "activationToken": token })
        }
        "reset_password" => reset_link(&app),
        _ => json!({}),
    }))
}

fn token(app: &App) -> String {
    let mut rng = app.rng();
    (0..20).map(|_| rng.alphanumeric()).collect()
}

fn reset_link(app: &App) -> Value {
    json!({ "resetPasswordUrl": format!("{}/reset_password/{}", app.base, token(app)) })
}

pub async fn credentials(
    State(app): Org,
    Path((name, operation)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    ApiBody(body): ApiBody,
) -> Answer {
    match operation.as_str() {
        "change_password" => {
            let body = object(&body)?;
            app.change(|org| org.change_password(&name, &body)).map(Json)
        }
        "change_recovery_question" => {
            let body = object(&body)?;
            app.change(|org| org.change_question(&name, &body)).map(Json)
        }
        "forgot_password" => {
            let params = Params::parse(&query.unwrap_or_default());
            let sends_email = params.flag("sendEmail", true)?;
            let reset = lifecycle::operation("reset_password").expect("it is in the table");
            app.change(|org| org.operate(&name, &reset))?;
            Ok(Json(if sends_email { json!({}) } else { reset_link(&app) }))
        }
        _ => Err(OktaError::no_path()),
    }
}

pub async fn clear_sessions(
    State(app): Org,
    Path(name): Path<String>,
) -> Result<StatusCode, OktaError> {
    app.change(|org| org.clear_sessions(&name))?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn groups(
    State(app): Org,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let user = named(&app, &name)?;
    let org = app.org();
    let after = Bound::Excluded(paging::after(&params)?.unwrap_or(0));
    let groups = org.groups.range((after, Bound::Unbounded));
    let groups = groups.filter(|(_, group)| group.has(&user.id));
    let limit = paging::limit(&params, 1000, 1000)?;
    let page = Page::of(groups.map(|(place, group)| (*place, group.to_json(&org.base))), limit);
    let path = format!("/api/v1/users/{}/groups", user.id);
    Ok(page.answer(&app.base, &path, &params, limit))
}
