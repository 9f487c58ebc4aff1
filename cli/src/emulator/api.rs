//! Okta's APIs: from a request to the org, and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::time::SystemTime;

use super::api_auth::LIFETIME;
use super::errors::OktaError;
use super::groups::Group;
use super::query_params::{Params, link, object};
use super::request_body::ApiBody;
use super::state::App;
use super::system_log::Query;
use super::user_list::UserList;
use super::{public_url, user_lifecycle, verify};

type Answer = Result<Json<Value>, OktaError>;
type Org = State<Arc<App>>;

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

pub async fn list_users(State(app): Org, RawQuery(query): RawQuery) -> Result<Response, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let listing = UserList::read(&params)?;
    let (page, next) = listing.page(&app.org());
    Ok(linked(&app, &params, "/api/v1/users", page, next.as_deref(), &[]))
}

pub async fn create_user(
    State(app): Org,
    RawQuery(query): RawQuery,
    ApiBody(body): ApiBody,
) -> Answer {
    let body = object(&body)?;
    let params = Params::parse(&query.unwrap_or_default());
    let activate = params.get("activate") != Some("false");
    app.change(|org| org.create_user(&body, activate)).map(Json)
}

pub async fn get_user(State(app): Org, Path(name): Path<String>) -> Answer {
    let org = app.org();
    let (_, user) = org.user(&name)?;
    Ok(Json(user.to_json(&org.base)))
}

pub async fn update_user(
    State(app): Org,
    Path(name): Path<String>,
    ApiBody(body): ApiBody,
) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.update_user(&name, &body, false)).map(Json)
}

pub async fn replace_user(
    State(app): Org,
    Path(name): Path<String>,
    ApiBody(body): ApiBody,
) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.update_user(&name, &body, true)).map(Json)
}

pub async fn delete_user(
    State(app): Org,
    Path(name): Path<String>,
) -> Result<StatusCode, OktaError> {
    app.change(|org| org.delete_user(&name))?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn operate_user(
    State(app): Org,
    Path((name, operation)): Path<(String, String)>,
) -> Answer {
    // Locking is the emulator's own, and has a path of its own.
    let known = user_lifecycle::operation(&operation).filter(|_| operation != "lock");
    let known = known.ok_or_else(OktaError::no_path)?;
    let user = app.change(|org| org.operate(&name, &known))?;
    Ok(Json(match operation.as_str() {
        "expire_password" => user.to_json(&app.base),
        "activate" | "reactivate" => {
            json!({ "activationUrl": format!("{}/welcome/{}", app.base, user.id), "activationToken": null })
        }
        "reset_password" => {
            json!({ "resetPasswordUrl": format!("{}/signin/reset-password/{}", app.base, user.id) })
        }
        _ => json!({}),
    }))
}

pub async fn groups_of_user(State(app): Org, Path(name): Path<String>) -> Answer {
    let org = app.org();
    let (_, user) = org.user(&name)?;
    let groups = org.groups.values().filter(|group| group.members.contains(&user.id));
    Ok(Json(groups.map(Group::to_json).collect()))
}

pub async fn list_groups(State(app): Org) -> Json<Value> {
    Json(app.org().groups.values().map(Group::to_json).collect())
}

pub async fn create_group(State(app): Org, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    app.change(|org| org.create_group(&body)).map(Json)
}

pub async fn get_group(State(app): Org, Path(id): Path<String>) -> Answer {
    let (_, group) = app.org().group(&id)?;
    Ok(Json(group.to_json()))
}

pub async fn members(State(app): Org, Path(id): Path<String>) -> Answer {
    let org = app.org();
    let (_, group) = org.group(&id)?;
    let users = group.members.iter().filter_map(|id| org.user(id).ok());
    Ok(Json(users.map(|(_, user)| user.to_json(&org.base)).collect()))
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

pub async fn logs(State(app): Org, RawQuery(query): RawQuery) -> Result<Response, OktaError> {
    let params = Params::parse(&query.unwrap_or_default());
    let query = Query::read(&params, SystemTime::now())?;
    let page = query.page(&app.org().log);
    Ok(linked(&app, &params, "/api/v1/logs", page.events, page.next.as_deref(), &["since"]))
}

fn linked(
    app: &App,
    params: &Params,
    path: &str,
    page: Vec<Value>,
    next: Option<&str>,
    instead_of: &[&str],
) -> Response {
    // A cursor takes the place of `since` here, too: who polls until both are alike comes to an end.
    let own = link(&params.page(&app.base, path, params.get("after"), instead_of), "self");
    let next =
        next.map(|after| link(&params.page(&app.base, path, Some(after), instead_of), "next"));
    (AppendHeaders([own].into_iter().chain(next)), Json(page)).into_response()
}

/// Parameters in the query count as well as those in the form: the older SDKs send them there.
pub async fn token(
    State(app): Org,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    ApiBody(body): ApiBody,
) -> Response {
    let typed = headers
        .get("content-type")
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let query = query.unwrap_or_default();
    let form = match typed {
        true => String::from_utf8(body.to_vec()).ok(),
        false => Some(String::new()).filter(|_| !query.is_empty()),
    };
    let Some(form) = form else {
        return refused(400, "invalid_request", "a form is expected");
    };
    let params = Params::parse(&format!("{form}&{query}"));
    match app.api_auth.issue(&params, &audiences(&app, &headers)) {
        Ok((token, scope)) => Json(json!({
            "token_type": "Bearer", "expires_in": LIFETIME, "access_token": token, "scope": scope,
        }))
        .into_response(),
        Err(refusal) => refused(refusal.status, refusal.error, refusal.description),
    }
}

/// The URLs of the token endpoint: those of this machine, and that of a front.
fn audiences(app: &App, headers: &HeaderMap) -> Vec<String> {
    let port = app.address.port();
    let own = [app.address.to_string(), format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let own = own.map(|host| format!("http://{host}"));
    let front = public_url::forwarded(headers);
    let bases = own.into_iter().chain([app.base.clone()]).chain(front);
    bases.map(|base| format!("{base}/oauth2/v1/token")).collect()
}

fn refused(status: u16, error: &str, description: &str) -> Response {
    let body = BTreeMap::from([("error", error), ("error_description", description)]);
    let status = StatusCode::from_u16(status).expect("one of ours");
    (status, Json(body)).into_response()
}
