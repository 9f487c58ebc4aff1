//! The listener for people and machines of one's own: it shows personal data, so it never shares a port
//! with the hook, and answers only to requests that were meant for it.

mod local;
mod paging;
mod status;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use okta_hooks::{Delivery, LogEvent};

use self::paging::{After, Before, BeforePlace, MAX_LIMIT, Page, limited};
use self::status::{prometheus, status};
use crate::metrics::Metrics;
use crate::store::{
    Activity, Batch, Change, Counts, DeadLetterSummary, Event, Find, Origin, Person, Reader,
    Received, Replicas, Store,
};

#[derive(Clone)]
pub struct Pages {
    pub store: Store,
    pub reader: Reader,
    pub metrics: Arc<Metrics>,
    pub counts: Counts,
    pub replicas: Replicas,
}

pub fn router(pages: Pages) -> Router {
    Router::new()
        .route("/", get(|| asset("text/html; charset=utf-8", include_str!("index.html"))))
        .route("/page.js", get(|| asset("text/javascript; charset=utf-8", include_str!("page.js"))))
        .route("/list.js", get(|| asset("text/javascript; charset=utf-8", include_str!("list.js"))))
        .route(
            "/replicas.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("replicas.js"))),
        )
        .route("/design.css", get(|| asset("text/css; charset=utf-8", include_str!("design.css"))))
        .route("/page.css", get(|| asset("text/css; charset=utf-8", include_str!("page.css"))))
        .route("/getUsers", get(users))
        .route("/activity", get(activity))
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
    Query(After { after, find, limit }): Query<After>,
) -> Result<Page<Person>, Failed> {
    let limit = limited(limit, MAX_LIMIT);
    let after = place(after, "after", paging::from_token)?;
    let found = pages.reader.people(after, limit + 1, looked_for(find.as_deref())).await?;
    Ok(Page::new(found, limit, |last| {
        let after = paging::to_token(&last.place);
        format!("/getUsers?after={after}&limit={limit}{}", paging::finding(find.as_deref()))
    }))
}

async fn activity(
    State(pages): State<Pages>,
    Query(BeforePlace { before, find, limit }): Query<BeforePlace>,
) -> Result<Page<Received>, Failed> {
    let limit = limited(limit, 50);
    let before = place(before, "before", paging::place_from_token)?;
    let Activity { rows, next } =
        pages.reader.activity(before, limit, looked_for(find.as_deref())).await?;
    let next = next.map(|place| {
        let before = paging::place_to_token(place);
        format!("/activity?before={before}&limit={limit}{}", paging::finding(find.as_deref()))
    });
    Ok(Page::with_next(rows, next))
}

/// The place where a page begins, which a link has named.
fn place<T>(
    token: Option<String>,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Failed> {
    let Some(token) = token else { return Ok(None) };
    let message = || format!("{name}: not a place that a link has named");
    read(&token).map(Some).ok_or_else(|| Failed(StatusCode::BAD_REQUEST, message()))
}

fn looked_for(find: Option<&str>) -> Find {
    find.map(Find::new).unwrap_or_default()
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
