//! Reads the System Log from where it last stopped, and puts what it has through the same door as
//! the hook: what hooks lost comes back, and duplicates cost nothing.

use std::sync::Arc;
use std::time::Duration;

use okta_hooks::system_log::{Cursor, Page, Query};

use crate::okta::{Answered, Call, Client, ClientError, Why};
use crate::profiles::HOPELESS;
use crate::store::{Batch, Change, Origin, Reader, Store, Unread};

/// How far back the first reading goes: the System Log's own default.
const FIRST_DAYS: i64 = 7;

/// How long to wait after an error that says nothing of its own.
const RETRY: Duration = Duration::from_secs(5);

pub async fn run(client: Arc<Client>, store: Store, reader: Reader, every: Duration) {
    let mut attempt = 0;
    loop {
        let pause = match step(&client, &store, &reader, attempt).await {
            Ok(Step { is_last, pause }) => {
                attempt = 0;
                if is_last { every.max(pause) } else { pause }
            }
            Err(wait) => {
                attempt = attempt.saturating_add(1);
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

/// Reads one page and writes it together with where to go on. An error is how long to wait before
/// trying again.
async fn step(
    client: &Client,
    store: &Store,
    reader: &Reader,
    attempt: u32,
) -> Result<Step, Duration> {
    let saved = reader.system_log_cursor().await.map_err(|error| {
        tracing::error!(%error, "where to go on in the System Log cannot be read");
        RETRY
    })?;
    // None the first time, or if it is of another org.
    let saved = saved.and_then(|saved| Cursor::restore(client.org(), &saved).ok());
    let answered = match &saved {
        Some(saved) => match client.logs(saved, attempt).await {
            Err(error) if is_bad_request(&error) => {
                tracing::warn!(%error, "the System Log is read from its start: the saved cursor is not good any more");
                client.logs(&start(client)?, attempt).await
            }
            answered => answered,
        },
        None => client.logs(&start(client)?, attempt).await,
    };
    let Answered { value: page, pause } = answered.map_err(|error| {
        tracing::warn!(%error, "the System Log was not read");
        error.retry_after().unwrap_or(HOPELESS)
    })?;
    if page.next.is_none() {
        tracing::warn!(
            "the System Log does not say where it goes on: is there a proxy that drops Link headers?"
        );
    }
    // The same page once more would bring nothing new.
    let is_last = !page.is_full || page.next.is_none();
    keep(store, page).await.map_err(|error| {
        tracing::warn!(%error, "a page of the System Log was not written, and is read again");
        RETRY
    })?;
    Ok(Step { is_last, pause })
}

/// As for a cursor that is too old, or was never one.
fn is_bad_request(error: &ClientError) -> bool {
    matches!(error.why(), Why::Status { status: 400, .. }) && error.call() == Call::Logs
}

fn start(client: &Client) -> Result<Cursor, Duration> {
    let since = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * FIRST_DAYS);
    let query = Query::new().with_since(since.to_string()).with_limit(1_000);
    Cursor::start(client.org(), &query).map_err(|error| {
        tracing::error!(%error, "the System Log cannot be read");
        RETRY
    })
}

async fn keep(store: &Store, page: Page) -> Result<(), crate::store::StoreError> {
    let letters: Vec<_> = page
        .invalid_events
        .iter()
        .map(|defect| Unread {
            reason: format!("expected {}", defect.reason().expected()),
            // Its place in a page says nothing later on.
            path: "system log".to_owned(),
            raw: defect.raw().into(),
        })
        .collect();
    if !letters.is_empty() {
        store.write(Change::DeadLetters(letters)).await?;
    }
    let next = page.next.map(|next| next.as_str().to_owned());
    let page = Batch::of_events(page.events, Origin::Repair);
    store.write(Change::Repaired { page, next }).await?;
    Ok(())
}
