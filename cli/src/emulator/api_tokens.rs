//! `/api/v1/api-tokens`: the one there is, and how it is revoked.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use okta_hooks::EventType;
use okta_hooks::simulate::TargetBuilder;
use serde_json::{Value, json};

use super::api::{Answer, Org};
use super::errors::OktaError;
use super::org::happened;
use super::state::App;

const ID: &str = "00TEmulatorToken0000";
const NAME: &str = "Emulator";

pub async fn list(State(app): Org) -> Json<Value> {
    Json(if app.api_auth.is_revoked() { json!([]) } else { json!([token(&app)]) })
}

pub async fn get(State(app): Org, Path(id): Path<String>) -> Answer {
    match id == ID && !app.api_auth.is_revoked() {
        true => Ok(Json(token(&app))),
        false => Err(OktaError::not_found(&id, "ApiToken")),
    }
}

/// From then on the token is not accepted, until the emulator starts anew. `current` is the one of
/// the request.
pub async fn revoke(State(app): Org, Path(id): Path<String>) -> Result<StatusCode, OktaError> {
    if id != ID && id != "current" || app.api_auth.is_revoked() {
        return Err(OktaError::not_found(&id, "ApiToken"));
    }
    app.change(|org| {
        let target = TargetBuilder::new("Token").id(ID).display_name(NAME);
        org.record(happened(EventType::SYSTEM_API_TOKEN_REVOKE).target(target));
        Ok(())
    })?;
    app.api_auth.revoke();
    Ok(StatusCode::NO_CONTENT)
}

fn token(app: &App) -> Value {
    let created = "2024-01-01T00:00:00.000Z";
    let link = |path: &str, methods: Value| json!({ "href": format!("{}/api/v1/{path}", app.base), "hints": { "allow": methods } });
    json!({
        "id": ID,
        "name": NAME,
        "userId": super::users::ADMIN,
        "clientName": "Okta API",
        "tokenWindow": "P30D",
        "network": { "connection": "ANYWHERE" },
        "expiresAt": "2999-01-01T00:00:00.000Z",
        "created": created,
        "lastUpdated": created,
        "_links": {
            "self": link(&format!("api-tokens/{ID}"), json!(["GET", "DELETE"])),
            "user": link(&format!("users/{}", super::users::ADMIN), json!(["GET"])),
        },
    })
}
