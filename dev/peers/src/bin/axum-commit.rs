//! An event hook that keeps each delivery before it answers, as one would write it by hand: axum,
//! SQLite, one transaction for each request.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use rusqlite::{Connection, params};
use serde_json::Value;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS events (
        uuid TEXT PRIMARY KEY, event_type TEXT, published TEXT, login TEXT, raw TEXT NOT NULL);";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let connection = Connection::open("events.db")?;
    connection.execute_batch(SCHEMA)?;
    let connection = Arc::new(Mutex::new(connection));
    let secret = peers::service::secret();
    let deliver = async move |headers: HeaderMap, body: Bytes| {
        if headers.get("authorization").is_none_or(|sent| sent != secret.as_str()) {
            return StatusCode::UNAUTHORIZED;
        }
        let connection = connection.clone();
        let kept = tokio::task::spawn_blocking(move || keep(&connection, &body)).await;
        match kept {
            Ok(Ok(())) => StatusCode::NO_CONTENT,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        }
    };
    peers::service::serve(Router::new().route("/hook", post(deliver))).await?;
    Ok(())
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

fn keep(connection: &Mutex<Connection>, body: &[u8]) -> Result<(), BoxError> {
    let delivery: Value = serde_json::from_slice(body)?;
    let mut connection = connection.lock().map_err(|_| "it panicked")?;
    let transaction = connection.transaction()?;
    for event in delivery["data"]["events"].as_array().into_iter().flatten() {
        let sql = "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
        transaction.prepare_cached(sql)?.execute(params![
            event["uuid"].as_str(),
            event["eventType"].as_str(),
            event["published"].as_str(),
            event["target"][0]["alternateId"].as_str(),
            event.to_string(),
        ])?;
    }
    Ok(transaction.commit()?)
}
