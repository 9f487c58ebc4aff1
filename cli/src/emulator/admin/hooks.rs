//! Hooks as the console edits them: the secret stays where none is sent, one request creates and
//! verifies, and a deletion can be undone.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use super::{Answer, Org};
use crate::emulator::errors::OktaError;
use crate::emulator::query_params::{Params, object};
use crate::emulator::request_body::ApiBody;
use crate::emulator::verify;

/// Creates a hook, of the same JSON as in Okta's API; `verify=1` verifies it at once.
pub async fn create(State(app): Org, RawQuery(query): RawQuery, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    let hook = app.change(|org| org.create_hook(&body))?;
    changed(State(app), &hook, query).await
}

/// Replaces a hook. An `authScheme` without a `value` keeps the secret that is there.
pub async fn replace(
    State(app): Org,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    ApiBody(body): ApiBody,
) -> Answer {
    let mut body = object(&body)?;
    let hook = app.change(|org| {
        let (_, hook) = org.hook(&id)?;
        if let (Some((_, secret)), Some(scheme)) = (
            &hook.channel.auth,
            body.pointer_mut("/channel/config/authScheme").and_then(Value::as_object_mut),
        ) {
            let sent = scheme.get("value").and_then(Value::as_str).unwrap_or_default();
            if sent.is_empty() {
                scheme.insert("value".to_owned(), secret.as_str().into());
            }
        }
        org.replace_hook(&id, &body)
    })?;
    changed(State(app), &hook, query).await
}

async fn changed(State(app): Org, hook: &Value, query: Option<String>) -> Answer {
    let params = Params::parse(&query.unwrap_or_default());
    let id = hook["id"].as_str().unwrap_or_default().to_owned();
    match params.get("verify") {
        Some("1") => verify(State(app), Path(id)).await,
        _ => Ok(Json(json!({ "hook": hook, "verification": null }))),
    }
}

/// Verifies a hook. That it failed is no error here: the answer says why, and what to do about it.
pub async fn verify(State(app): Org, Path(id): Path<String>) -> Answer {
    let verification = verify::run(&app, &id).await?;
    let org = app.org();
    let (_, hook) = org.hook(&id)?;
    Ok(Json(json!({ "hook": hook.to_json(&org.base), "verification": verification.to_json() })))
}

/// Deletes a hook, an active one too, which Okta asks to deactivate first.
pub async fn delete(State(app): Org, Path(id): Path<String>) -> Answer {
    app.change(|org| {
        let (_, hook) = org.hook(&id)?;
        if hook.active {
            org.set_active(&id, false)?;
        }
        org.delete_hook(&id)?;
        org.deleted_hooks.note(hook);
        Ok(())
    })?;
    Ok(Json(json!({ "restore": format!("/admin/hooks/{id}/restore") })))
}

/// Undoes a deletion: the hook is what it was, secret and verification included.
pub async fn restore(State(app): Org, Path(id): Path<String>) -> Result<Json<Value>, OktaError> {
    app.change(|org| org.restore_hook(&id)).map(Json)
}
