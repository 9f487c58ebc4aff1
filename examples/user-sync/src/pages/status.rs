//! How it is, for the page and for Prometheus.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;

use super::{Failed, Pages};
use crate::metrics::Metrics;
use crate::store::{Counted, Unrecoverable};

/// All of it costs next to nothing while nothing changes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    users: i64,
    events: i64,
    dead_letters: i64,
    refresh_backlog: i64,
    /// Since the start of the process, as everything below.
    deliveries: u64,
    duplicates: u64,
    /// New events that only the System Log had.
    from_system_log: u64,
    /// Those of them that a hook should have brought.
    recovered: u64,
    refused: u64,
    failed_commits: u64,
    queue_length: u64,
    seconds_since_last_event: Option<u64>,
    /// Whether the last transaction failed.
    is_failing: bool,
    /// Whatever hooks lost between these times stays lost; null unless there is such a gap.
    unrecoverable: Option<Gap>,
    /// When the process started, in milliseconds since 1970.
    started_at: i64,
    /// What is shown is as it was while these are.
    revisions: Revisions,
}

/// A number grows with every change of what a list shows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Revisions {
    users: u64,
    activity: u64,
    dead_letters: u64,
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

impl From<&Metrics> for Revisions {
    fn from(metrics: &Metrics) -> Self {
        let revisions = &metrics.revisions;
        Self {
            users: revisions.users.get(),
            activity: revisions.activity.get(),
            dead_letters: revisions.dead_letters.get(),
        }
    }
}

pub async fn status(State(pages): State<Pages>) -> Result<Json<Status>, Failed> {
    let metrics = &*pages.metrics;
    // Before the rest: what changes meanwhile is asked for again.
    let revisions = Revisions::from(metrics);
    let (counted, unrecoverable) = pages.counts.get().await?;
    let Counted { users, events, dead_letters, refresh_backlog } = counted;
    Ok(Json(Status {
        users,
        events,
        dead_letters,
        refresh_backlog,
        deliveries: metrics.deliveries.get(),
        duplicates: metrics.duplicates.get(),
        from_system_log: metrics.from_system_log.get(),
        recovered: metrics.recovered.get(),
        refused: metrics.refused.get(),
        failed_commits: metrics.failed_commits.get(),
        queue_length: metrics.queued.get(),
        seconds_since_last_event: metrics.seconds_since_last_event(),
        is_failing: metrics.is_failing.load(Ordering::Relaxed),
        unrecoverable: unrecoverable.map(Gap::from),
        started_at: metrics.started_at.0,
        revisions,
    }))
}

pub async fn prometheus(State(pages): State<Pages>) -> Result<impl IntoResponse, Failed> {
    let (Counted { users, dead_letters, refresh_backlog, .. }, _) = pages.counts.get().await?;
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, pages.metrics.to_prometheus(users, dead_letters, refresh_backlog)))
}
