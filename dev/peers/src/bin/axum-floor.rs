//! The floor: reads the body and answers. Nobody is asked for a secret.

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let answer = |_: Bytes| async { StatusCode::NO_CONTENT };
    peers::service::serve(Router::new().route("/hook", post(answer))).await
}
