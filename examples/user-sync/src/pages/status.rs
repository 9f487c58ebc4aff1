//! How it is, for the page and for Prometheus.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;

use super::{Failed, Pages};
use crate::metrics::Counters;
use crate::store::{Counted, Replica, Revisions, Seen, Unrecoverable};

/// All of it costs next to nothing while nothing changes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    users: i64,
    events: i64,
    dead_letters: i64,
    refresh_backlog: i64,
    /// Whatever hooks lost between these times stays lost; null unless there is such a gap.
    unrecoverable: Option<Gap>,
    /// The name of the process that says so, and what it has counted itself.
    replica: String,
    #[serde(flatten)]
    counters: Counters,
    /// All over this database, as of their last sign of life; empty where there cannot be several.
    replicas: Vec<Replica>,
    /// What is shown is as it was while these are, whichever replica is asked.
    revisions: Revisions,
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

pub async fn status(State(pages): State<Pages>) -> Result<Json<Status>, Failed> {
    let metrics = &*pages.metrics;
    // Before the rest: what changes meanwhile is asked for again.
    let Seen { revisions, replicas } = pages.replicas.look(metrics).await?;
    let (counted, unrecoverable) = pages.counts.get(&revisions).await?;
    let Counted { users, events, dead_letters, refresh_backlog } = counted;
    Ok(Json(Status {
        users,
        events,
        dead_letters,
        refresh_backlog,
        unrecoverable: unrecoverable.map(Gap::from),
        replica: metrics.replica.clone(),
        counters: metrics.counters(),
        replicas,
        revisions,
    }))
}

/// What is counted in the process is there even while the database is not.
pub async fn prometheus(State(pages): State<Pages>) -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    let database = in_database(&pages).await.inspect_err(|error| {
        tracing::debug!(%error, "the metrics are without what is in the database");
    });
    (kind, pages.metrics.to_prometheus(database.ok()))
}

/// The rows, and how many replicas share them.
async fn in_database(pages: &Pages) -> Result<(Counted, usize), String> {
    let seen = pages.replicas.look(&pages.metrics).await?;
    let (counted, _) = pages.counts.get(&seen.revisions).await?;
    Ok((counted, seen.count()))
}
