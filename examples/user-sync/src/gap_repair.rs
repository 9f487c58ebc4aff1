//! Reads the System Log from where it last stopped, and puts what it has into the database as
//! the hook does: what hooks lost comes back, and duplicates cost nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use okta_hooks::system_log::{Cursor, Page, Query};

use crate::okta::{Answered, Client, ClientError, Endpoint, ErrorKind};
use crate::profiles::PERMANENT_WAIT;
use crate::store::{
    Batch, Change, DeadLetter, LogPage, Origin, Reader, Store, Turns, Unrecoverable,
};

/// How far back the first reading goes: the System Log's own default.
const FIRST: SignedDuration = SignedDuration::from_hours(24 * 7);

/// How long the System Log keeps events. Source: Okta, [System Log API](
/// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/).
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// An event can appear in the log somewhat later than one that was published after it.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// How long to wait after an error that says nothing of its own.
const RETRY: Duration = Duration::from_secs(5);

/// How often a replica whose turn it is not looks whether it is.
const STAND_BY: Duration = Duration::from_secs(1);

pub async fn run(client: Arc<Client>, store: Store, reader: Reader, turns: Turns, every: Duration) {
    let mut attempt = 0;
    loop {
        // If the database is away, its writer says so.
        if !turns.may_repair_gaps().await.unwrap_or(false) {
            tokio::time::sleep(STAND_BY).await;
            continue;
        }
        let pause = match step(&client, &store, &reader, attempt).await {
            Ok(Step { is_last, pause }) => {
                attempt = 0;
                if is_last { every.max(pause) } else { pause }
            }
            Err(Failed { wait, is_for_all }) => {
                attempt = attempt.saturating_add(1);
                // Another replica may reach Okta, or may see what this one may not.
                if !is_for_all && let Err(error) = turns.leave_gap_repair().await {
                    tracing::debug!(%error, "no other replica repairs gaps meanwhile");
                }
                wait
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// A page was read and written.
struct Step {
    /// There is no other page yet.
    is_last: bool,
    /// How long the rate limit has us wait before the next one.
    pause: Duration,
}

/// A page was not read or not written.
struct Failed {
    /// How long to wait before trying again.
    wait: Duration,
    /// Whether another replica would fare no better.
    is_for_all: bool,
}

/// The database, or something else that is the same for all replicas.
const RETRY_LATER: Failed = Failed { wait: RETRY, is_for_all: true };

/// Reads one page and writes it together with where to go on.
async fn step(
    client: &Client,
    store: &Store,
    reader: &Reader,
    attempt: u32,
) -> Result<Step, Failed> {
    let saved = reader.system_log_cursor().await.map_err(unread)?;
    // None the first time, or if it is of another org.
    let saved = saved.and_then(|saved| Cursor::restore(client.org(), &saved).ok());
    let answered = match &saved {
        Some(saved) => match client.logs(saved, attempt).await {
            Err(error) if is_bad_request(&error) => {
                tracing::warn!(%error, "the saved cursor of the System Log is not good any more");
                let start = start(client, store, reader, KEPT).await?;
                client.logs(&start, attempt).await
            }
            answered => answered,
        },
        None => client.logs(&start(client, store, reader, FIRST).await?, attempt).await,
    };
    let Answered { value: page, pause } = answered.map_err(|error| {
        tracing::warn!(%error, "the System Log was not read");
        // Okta counts the calls of all replicas together.
        let is_for_all = matches!(error.kind(), ErrorKind::Status { status: 429, .. });
        Failed { wait: error.retry_after().unwrap_or(PERMANENT_WAIT), is_for_all }
    })?;
    if page.next.is_none() {
        tracing::warn!(
            "the System Log does not say where it goes on: is there a proxy that drops Link headers?"
        );
    }
    // The same page once more would bring nothing new.
    let is_last = !page.is_full || page.next.is_none();
    keep(store, client.org(), page).await.map_err(|error| {
        tracing::warn!(%error, "a page of the System Log was not written, and is read again");
        RETRY_LATER
    })?;
    Ok(Step { is_last, pause })
}

/// As for a cursor that is too old, or was never one.
fn is_bad_request(error: &ClientError) -> bool {
    matches!(error.kind(), ErrorKind::Status { status: 400, .. })
        && error.endpoint() == Endpoint::Logs
}

fn unread(error: String) -> Failed {
    tracing::error!(%error, "where to go on in the System Log cannot be read");
    RETRY_LATER
}

/// Where to read from without a cursor: from what was read last, or else from so long ago.
async fn start(
    client: &Client,
    store: &Store,
    reader: &Reader,
    unknown: SignedDuration,
) -> Result<Cursor, Failed> {
    let now = Timestamp::now();
    let since = match reader.system_log_read_up_to(client.org()).await.map_err(unread)? {
        Some(latest) => {
            if latest < now - KEPT {
                say_lost(store, reader, Unrecoverable { from: latest, until: now - KEPT }).await?;
            }
            (latest.min(now) - MARGIN).max(now - KEPT)
        }
        None => now - unknown,
    };
    let query = Query::new().with_since(since.to_string()).with_limit(1_000);
    Cursor::start(client.org(), &query).map_err(|error| {
        tracing::error!(%error, "the System Log cannot be read");
        RETRY_LATER
    })
}

/// Says once, and keeps, that there is a gap for good.
async fn say_lost(store: &Store, reader: &Reader, lost: Unrecoverable) -> Result<(), Failed> {
    let known = reader.unrecoverable().await.map_err(unread)?;
    if known.is_some_and(|known| known.from == lost.from) {
        return Ok(());
    }
    let Unrecoverable { from, until } = &lost;
    tracing::error!(%from, %until, "the System Log has no older events any more: what hooks lost between these times cannot be recovered");
    store.write(Change::Unrecoverable(lost)).await.map(drop).map_err(|_| RETRY_LATER)
}

async fn keep(store: &Store, org: &str, page: Page) -> Result<(), crate::store::StoreError> {
    let letters = DeadLetter::of_log_page(&page.invalid_events);
    if !letters.is_empty() {
        store.write(Change::DeadLetters(letters)).await?;
    }
    let next = page.next.map(|next| next.as_str().to_owned());
    let events = Batch::of_events(page.events, Origin::GapRepair);
    store.write(Change::LogPage(LogPage { org: org.to_owned(), events, next })).await?;
    Ok(())
}
