//! The listener for people and machines of one's own: it shows personal data, so it never shares a port
//! with the hook, and answers only to requests that were meant for it.

mod local;
mod paging;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use okta_hooks::{Delivery, LogEvent};
use serde::Serialize;

use self::paging::{After, Before, MAX_LIMIT, Page, limited};
use crate::metrics::Metrics;
use crate::store::{
    Batch, Change, DeadLetterSummary, Event, Origin, Person, Reader, Store, Unrecoverable,
};

#[derive(Clone)]
pub struct Pages {
    pub store: Store,
    pub reader: Reader,
    pub metrics: Arc<Metrics>,
}

pub fn router(pages: Pages) -> Router {
    Router::new()
        .route("/", get(|| asset("text/html; charset=utf-8", include_str!("index.html"))))
        .route("/page.js", get(|| asset("text/javascript; charset=utf-8", include_str!("page.js"))))
        .route("/page.css", get(|| asset("text/css; charset=utf-8", include_str!("page.css"))))
        .route("/getUsers", get(users))
        .route("/events", get(events))
        .route("/dead-letters", get(dead_letters))
        .route("/dead-letters/{id}/retry", post(retry))
        .route("/status", get(status))
        .route("/metrics", get(prometheus))
        .with_state(pages)
        .layer(middleware::from_fn(local::only_local))
}

/// What the page may load and run: only what this server sends, nothing that is in a string.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text)
}

/// Something that could not be answered, in words that may be shown.
struct Failed(StatusCode, String);

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (self.0, self.1 + "\n").into_response()
    }
}

impl From<String> for Failed {
    fn from(message: String) -> Self {
        tracing::debug!(%message, "a page could not be shown");
        Self(StatusCode::SERVICE_UNAVAILABLE, message)
    }
}

async fn users(
    State(pages): State<Pages>,
    Query(After { after, limit }): Query<After>,
) -> Result<Page<Person>, Failed> {
    let limit = limited(limit, MAX_LIMIT);
    let after = match after.as_deref().map(paging::from_token) {
        Some(None) => {
            let message = "after: not a place that a link has named".to_owned();
            return Err(Failed(StatusCode::BAD_REQUEST, message));
        }
        after => after.flatten(),
    };
    let people = pages.reader.people(after, limit + 1).await?;
    Ok(Page::new(people, limit, |last| {
        format!("/getUsers?after={}&limit={limit}", paging::to_token(&last.place))
    }))
}

async fn events(
    State(pages): State<Pages>,
    Query(Before { before, limit }): Query<Before>,
) -> Result<Page<Event>, Failed> {
    let limit = limited(limit, 50);
    let events = pages.reader.events(before, limit + 1).await?;
    Ok(Page::new(events, limit, |last| format!("/events?before={}&limit={limit}", last.seq)))
}

async fn dead_letters(
    State(pages): State<Pages>,
    Query(Before { before, limit }): Query<Before>,
) -> Result<Page<DeadLetterSummary>, Failed> {
    let limit = limited(limit, 100);
    let letters = pages.reader.dead_letters(before, limit + 1).await?;
    Ok(Page::new(letters, limit, |last| format!("/dead-letters?before={}&limit={limit}", last.id)))
}

/// Puts a dead letter through once more: after an update of this program, or of its models.
async fn retry(State(pages): State<Pages>, Path(id): Path<i64>) -> Result<StatusCode, Failed> {
    let Some(raw) = pages.reader.dead_letter(id).await? else {
        return Err(Failed(StatusCode::NOT_FOUND, "there is no such dead letter".to_owned()));
    };
    let batch = read_again(raw).map_err(|error| {
        Failed(StatusCode::UNPROCESSABLE_ENTITY, format!("still not readable: {error}"))
    })?;
    let written = pages.store.write(Change::Events(batch)).await;
    written.map_err(|error| error.to_string())?;
    pages.store.write(Change::Resolved(id)).await.map_err(|error| error.to_string())?;
    Ok(StatusCode::NO_CONTENT)
}

/// A dead letter is a delivery or one event of it.
fn read_again(raw: Vec<u8>) -> Result<Batch, String> {
    match Delivery::from_slice(&raw) {
        Ok(delivery) if delivery.invalid_events().is_empty() => {
            Ok(Batch::of_delivery(&delivery, Origin::Retry))
        }
        Ok(delivery) => Err(delivery.invalid_events()[0].to_string()),
        Err(_) => {
            let event = LogEvent::from_bytes(raw).map_err(|error| error.to_string())?;
            Ok(Batch::of_events(vec![event], Origin::Retry))
        }
    }
}

/// How it is, for the page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    users: i64,
    events: i64,
    dead_letters: i64,
    refresh_backlog: i64,
    /// Since the start of the process, as everything below.
    deliveries: u64,
    duplicates: u64,
    recovered: u64,
    refused: u64,
    failed_commits: u64,
    queue_length: u64,
    seconds_since_last_event: Option<u64>,
    /// Whatever hooks lost between these times stays lost; null unless there is such a gap.
    unrecoverable: Option<Gap>,
}

/// Two times as in RFC 3339.
#[derive(Serialize)]
struct Gap {
    from: String,
    until: String,
}

impl From<Unrecoverable> for Gap {
    fn from(Unrecoverable { from, until }: Unrecoverable) -> Self {
        Self { from: from.to_string(), until: until.to_string() }
    }
}

async fn status(State(pages): State<Pages>) -> Result<Json<Status>, Failed> {
    let Pages { reader, metrics, .. } = &pages;
    Ok(Json(Status {
        users: reader.count("people").await?,
        events: reader.count("events").await?,
        dead_letters: reader.count("dead_letters").await?,
        refresh_backlog: reader.count("refreshes").await?,
        deliveries: metrics.deliveries.get(),
        duplicates: metrics.duplicates.get(),
        recovered: metrics.recovered.get(),
        refused: metrics.refused.get(),
        failed_commits: metrics.failed_commits.get(),
        queue_length: metrics.queued.get(),
        seconds_since_last_event: metrics.seconds_since_last_event(),
        unrecoverable: reader.unrecoverable().await?.map(Gap::from),
    }))
}

async fn prometheus(State(pages): State<Pages>) -> Result<impl IntoResponse, Failed> {
    let users = pages.reader.count("people").await?;
    let dead = pages.reader.count("dead_letters").await?;
    let backlog = pages.reader.count("refreshes").await?;
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, pages.metrics.to_prometheus(users, dead, backlog)))
}
