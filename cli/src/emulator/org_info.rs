//! What clients ask an org about itself at their start: `/api/v1/org`, user types, and the schemas of
//! users and groups.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::api::{Answer, Org};
use super::errors::OktaError;
use super::query_params::object;
use super::request_body::ApiBody;
use super::users::{USER_SCHEMA, USER_TYPE, text_attributes};

const CREATED: &str = "2024-01-01T00:00:00.000Z";

pub async fn org(State(app): Org) -> Json<Value> {
    Json(org_json(&app.base))
}

fn org_json(base: &str) -> Value {
    let link = |path: &str| json!({ "href": format!("{base}{path}") });
    json!({
        "id": "00oEmulatorOrg000000",
        "companyName": "Okta emulator",
        "status": "ACTIVE",
        "subdomain": "emulator",
        "website": null,
        "supportPhoneNumber": null,
        "endUserSupportHelpURL": null,
        "phoneNumber": null,
        "address1": null,
        "address2": null,
        "city": null,
        "state": null,
        "country": null,
        "postalCode": null,
        "created": CREATED,
        "lastUpdated": CREATED,
        "expiresAt": null,
        "_links": {
            "preferences": link("/api/v1/org/preferences"),
            "contacts": link("/api/v1/org/contacts"),
            "oktaSupport": link("/api/v1/org/privacy/oktaSupport"),
        },
    })
}

pub async fn user_types(State(app): Org) -> Json<Value> {
    Json(json!([user_type(&app.base)]))
}

pub async fn user_type_by_id(State(app): Org, Path(id): Path<String>) -> Answer {
    match id == USER_TYPE || id == "default" {
        true => Ok(Json(user_type(&app.base))),
        false => Err(OktaError::not_found(&id, "UserType")),
    }
}

fn user_type(base: &str) -> Value {
    json!({
        "id": USER_TYPE,
        "name": "user",
        "displayName": "User",
        "description": "Okta user profile template with default permission settings",
        "default": true,
        "created": CREATED,
        "createdBy": "sprEmulatorSystem000",
        "lastUpdated": CREATED,
        "lastUpdatedBy": "sprEmulatorSystem000",
        "_links": {
            "self": { "rel": "self", "href": format!("{base}/api/v1/meta/types/user/{USER_TYPE}"), "method": "GET" },
            "schema": { "rel": "schema", "href": format!("{base}/api/v1/meta/schemas/user/{USER_SCHEMA}"), "method": "GET" },
        },
    })
}

pub async fn user_schema(State(app): Org, Path(id): Path<String>) -> Answer {
    if id != "default" && id != USER_SCHEMA {
        return Err(OktaError::not_found(&id, "UserSchema"));
    }
    let custom = app.org().custom_attributes("user");
    Ok(Json(user_schema_json(&app.base, &custom)))
}

pub async fn group_schema(State(app): Org) -> Json<Value> {
    let custom = app.org().custom_attributes("group");
    Json(group_schema_json(&app.base, &custom))
}

/// Adds custom attributes, changes them, and removes those that are null.
pub async fn update_user_schema(
    State(app): Org,
    Path(id): Path<String>,
    ApiBody(body): ApiBody,
) -> Answer {
    if id != "default" && id != USER_SCHEMA {
        return Err(OktaError::not_found(&id, "UserSchema"));
    }
    let body = object(&body)?;
    let custom = app.change(|org| org.change_custom_attributes("user", &body))?;
    Ok(Json(user_schema_json(&app.base, &custom)))
}

pub async fn update_group_schema(State(app): Org, ApiBody(body): ApiBody) -> Answer {
    let body = object(&body)?;
    let custom = app.change(|org| org.change_custom_attributes("group", &body))?;
    Ok(Json(group_schema_json(&app.base, &custom)))
}

fn user_schema_json(base: &str, custom: &Value) -> Value {
    let required = ["login", "email"];
    let property = |name: &str| {
        let mut property = attribute(name, "READ_WRITE");
        if name == "login" || name == "email" || name == "firstName" || name == "lastName" {
            property["required"] = json!(true);
        }
        (name.to_owned(), property)
    };
    let properties: serde_json::Map<String, Value> =
        text_attributes().iter().map(|name| property(name)).collect();
    let own = format!("{base}/api/v1/meta/schemas/user/{USER_SCHEMA}");
    let base_part =
        json!({ "id": "#base", "type": "object", "properties": properties, "required": required });
    schema(&own, "user", "User", base_part, custom)
}

fn group_schema_json(base: &str, custom: &Value) -> Value {
    let own = format!("{base}/api/v1/meta/schemas/group/default");
    let properties = json!({ "name": attribute("name", "READ_WRITE"), "description": attribute("description", "READ_WRITE") });
    let base_part =
        json!({ "id": "#base", "type": "object", "properties": properties, "required": ["name"] });
    schema(&own, "group", "Okta group", base_part, custom)
}

fn schema(own: &str, name: &str, title: &str, base: Value, custom: &Value) -> Value {
    json!({
        "id": own,
        "$schema": "http://json-schema.org/draft-04/schema#",
        "name": name,
        "title": title,
        "description": format!("{title} profile template"),
        "type": "object",
        "created": CREATED,
        "lastUpdated": CREATED,
        "definitions": {
            "custom": { "id": "#custom", "type": "object", "properties": custom, "required": [] },
            "base": base,
        },
        "properties": {
            "profile": { "allOf": [{ "$ref": "#/definitions/custom" }, { "$ref": "#/definitions/base" }] },
        },
        "_links": { "self": { "rel": "self", "href": own, "method": "GET" } },
    })
}

fn attribute(name: &str, action: &str) -> Value {
    json!({
        "title": title(name),
        "type": "string",
        "mutability": "READ_WRITE",
        "scope": "NONE",
        "permissions": [{ "principal": "SELF", "action": action }],
        "master": { "type": "PROFILE_MASTER" },
    })
}

/// `firstName` as `First name`.
fn title(name: &str) -> String {
    let mut title = String::new();
    for (position, letter) in name.chars().enumerate() {
        match letter {
            _ if position == 0 => title.extend(letter.to_uppercase()),
            'A'..='Z' => title.extend([' ', letter.to_ascii_lowercase()]),
            _ => title.push(letter),
        }
    }
    title
}
