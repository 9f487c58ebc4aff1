//! An event hook on axum as one would write it by hand: the secret compared with `==`, the body as
//! `serde_json::Value`, the first target of each event looked at.

use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = peers::service::secret();
    let deliver = async move |headers: HeaderMap, Json(delivery): Json<Value>| {
        if headers.get("authorization").is_none_or(|sent| sent != secret.as_str()) {
            return StatusCode::UNAUTHORIZED;
        }
        for event in delivery["data"]["events"].as_array().into_iter().flatten() {
            std::hint::black_box((&event["eventType"], &event["target"][0]["alternateId"]));
        }
        StatusCode::NO_CONTENT
    };
    let router = Router::new().route("/hook", get(verify).merge(post(deliver)));
    peers::service::serve(router).await
}

async fn verify(headers: HeaderMap) -> Json<Value> {
    let challenge = headers.get("x-okta-verification-challenge");
    let challenge = challenge.and_then(|challenge| challenge.to_str().ok());
    Json(json!({ "verification": challenge }))
}
