//! A receiver of inline hooks that does everything right, but for one fault it is told to have.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use okta_hooks::inline::{self, Fallback, HookType};
use okta_hooks::layer::InlineHookLayer;
use okta_hooks::{HeaderAuth, Receiver};
use serde_json::{Value, json};
use tower::{BoxError, Layer};

use crate::receiver::SECRET;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    AcceptsAnySecret,
    ExpectsAnotherSecret,
    NoBodyLimit,
    ExactContentType,
    FourSeconds,
    Redirects,
    Html,
    TooLong,
    NullError,
    NullClaim,
    WrongCommand,
    ArrayForObject,
    ObjectForArray,
    ReservedClaim,
    ShortLifetime,
    ReplacesWhatIsNotThere,
    PatchesWhatIsNotAskedFor,
    CommandBesideError,
    LinksWithoutUser,
    VerifiesEverybody,
    NothingForTelephony,
    UnknownStatus,
    AllowsWhatItCannotRead,
}

/// Starts one, whose hook is at `/hook`.
pub async fn start(fault: Fault) -> SocketAddr {
    serve(Router::new().route("/hook", post(hook)).with_state(fault)).await
}

/// Starts one with the library's layer, which is told the type of its hook, and takes bodies of 4 KB: it
/// sends its fallback for what it cannot read.
pub async fn start_with_hook_type(hook_type: HookType) -> SocketAddr {
    let auth = HeaderAuth::new("authorization", SECRET).expect("a valid header");
    let receiver = Receiver::new(auth).with_body_limit(4_096);
    let fallback = Fallback::new().with_token_error("Not at the moment.");
    let layer = InlineHookLayer::new(receiver, fallback).with_hook_type(hook_type);
    let hook = layer.layer(tower::service_fn(async |request: inline::Request| match request {
        inline::Request::Token(request) => request.answer().build().map_err(BoxError::from),
        inline::Request::Registration(request) => Ok(request.answer().build()?),
        _ => Err("not at the moment".into()),
    }));
    serve(Router::new().route_service("/hook", hook)).await
}

async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it listens");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn hook(State(fault): State<Fault>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !authorized(fault, &parts.headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match fault {
        Fault::FourSeconds => tokio::time::sleep(Duration::from_secs(4)).await,
        Fault::Redirects => return Redirect::temporary("/hook/").into_response(),
        Fault::Html => return Html("<html>Sign in</html>").into_response(),
        Fault::ExactContentType if parts.headers["content-type"] != "application/json" => {
            return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
        }
        _ => {}
    }
    let limit = if fault == Fault::NoBodyLimit { usize::MAX } else { 1024 * 1024 };
    let Ok(body) = to_bytes(body, limit).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Ok(request) = serde_json::from_slice::<Value>(&body) else {
        if fault == Fault::AllowsWhatItCannotRead {
            return axum::Json(registration(fault)).into_response();
        }
        return StatusCode::BAD_REQUEST.into_response();
    };
    match answer(fault, &request) {
        Ok(Value::Null) => StatusCode::NO_CONTENT.into_response(),
        Ok(json) => axum::Json(json).into_response(),
        Err(status) => status.into_response(),
    }
}

fn authorized(fault: Fault, headers: &HeaderMap) -> bool {
    let sent: Vec<_> = headers.get_all("authorization").iter().collect();
    match fault {
        Fault::AcceptsAnySecret => true,
        Fault::ExpectsAnotherSecret => false,
        _ => sent.len() == 1 && sent[0] == SECRET,
    }
}

fn answer(fault: Fault, request: &Value) -> Result<Value, StatusCode> {
    match request["eventType"].as_str() {
        Some("com.okta.oauth2.tokens.transform") => Ok(token(fault, &request["data"])),
        Some("com.okta.saml.tokens.transform") => {
            let role = json!({ "attributeValues": [{ "value": "admin" }] });
            let add = json!([{ "op": "add", "path": "/claims/role", "value": role }]);
            Ok(commands(vec![command("com.okta.assertion.patch", add)]))
        }
        Some("com.okta.user.pre-registration") => Ok(registration(fault)),
        Some("com.okta.user.credential.password.import") => {
            let is_right = fault == Fault::VerifiesEverybody;
            let said = if is_right { "VERIFIED" } else { "UNVERIFIED" };
            let value = json!({ "credential": said });
            Ok(commands(vec![command("com.okta.action.update", value)]))
        }
        Some("com.okta.import.transform") => Ok(match fault {
            Fault::LinksWithoutUser => {
                commands(vec![command("com.okta.action.update", json!({ "result": "LINK_USER" }))])
            }
            _ => json!({}),
        }),
        Some("com.okta.telephony.provider") => Ok(telephony(fault)),
        _ => Err(StatusCode::BAD_REQUEST),
    }
}

fn token(fault: Fault, data: &Value) -> Value {
    let add = |name: &str, value: Value| json!([{ "op": "add", "path": format!("/claims/{name}"), "value": value }]);
    let value = match fault {
        Fault::NullClaim => add("tenant", json!({ "name": null })),
        Fault::ReservedClaim => add("iss", json!("https://other.example")),
        Fault::ObjectForArray => add("tenant", json!("acme"))[0].clone(),
        Fault::ShortLifetime => {
            json!([{ "op": "replace", "path": "/token/lifetime/expiration", "value": 60 }])
        }
        Fault::ReplacesWhatIsNotThere => {
            json!([{ "op": "replace", "path": "/claims/tenant", "value": "acme" }])
        }
        Fault::TooLong => add("tenant", "x".repeat(300_000).into()),
        // Longer than what is kept of the answers to deliveries, and short enough for Okta.
        _ => add("tenant", "x".repeat(100_000).into()),
    };
    if data["access"].is_null() && fault != Fault::PatchesWhatIsNotAskedFor {
        return Value::Null;
    }
    let mut answer = commands(vec![command("com.okta.access.patch", value)]);
    match fault {
        Fault::NullError => answer["error"] = Value::Null,
        Fault::CommandBesideError => answer["error"] = json!({ "errorSummary": "It failed." }),
        _ => {}
    }
    answer
}

fn registration(fault: Fault) -> Value {
    let allow = json!({ "registration": "ALLOW" });
    commands(vec![match fault {
        Fault::WrongCommand => command("com.action.update", allow),
        Fault::ArrayForObject => command("com.okta.action.update", json!([allow])),
        _ => command("com.okta.action.update", allow),
    }])
}

fn telephony(fault: Fault) -> Value {
    let action = |status: &str| {
        let value = json!([{ "status": status, "provider": "Acme" }]);
        commands(vec![command("com.okta.telephony.action", value)])
    };
    match fault {
        Fault::NothingForTelephony => Value::Null,
        Fault::UnknownStatus => action("SENT"),
        _ => action("SUCCESSFUL"),
    }
}

fn command(kind: &str, value: Value) -> Value {
    json!({ "type": kind, "value": value })
}

fn commands(commands: Vec<Value>) -> Value {
    json!({ "commands": commands })
}
