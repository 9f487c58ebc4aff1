//! Reads the System Log from where it last stopped, and puts what it has through the same door as
//! the hook: what hooks lost comes back, and duplicates cost nothing.

use std::sync::Arc;
use std::time::Duration;

use okta_hooks::system_log::{Cursor, Page, Query};

use crate::effect::Effect;
use crate::okta::Client;
use crate::store::{Change, Reader, Store, Unread};

/// How far back the first reading goes: the System Log's own default.
const FIRST_DAYS: i64 = 7;

/// How long to wait after an error that says nothing of its own.
const RETRY: Duration = Duration::from_secs(5);

pub async fn run(client: Arc<Client>, store: Store, reader: Reader, every: Duration) {
    let mut attempt = 0;
    loop {
        let pause = match step(&client, &store, &reader, attempt).await {
            Ok(Some(pause)) => {
                attempt = 0;
                pause
            }
            Ok(None) => {
                attempt = 0;
                every
            }
            Err(wait) => {
                attempt = attempt.saturating_add(1);
                wait
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Reads one page and writes it together with where to go on. `Some` is how long to wait before the
/// next page, `None` that there is none yet; an error is how long to wait before trying again.
async fn step(
    client: &Client,
    store: &Store,
    reader: &Reader,
    attempt: u32,
) -> Result<Option<Duration>, Duration> {
    let saved = reader.system_log_cursor().await.map_err(|error| {
        tracing::error!(%error, "where to go on in the System Log cannot be read");
        RETRY
    })?;
    let cursor = cursor(client, saved.as_deref())?;
    let answered = client.logs(&cursor, attempt).await.map_err(|error| {
        tracing::warn!(%error, "the System Log was not read");
        error.retry_after().unwrap_or(Duration::from_secs(15 * 60))
    })?;
    let page = answered.value;
    let more = page.is_full;
    keep(store, page).await.map_err(|error| {
        tracing::warn!(%error, "a page of the System Log was not written, and is read again");
        RETRY
    })?;
    Ok(more.then_some(answered.pause))
}

fn cursor(client: &Client, saved: Option<&str>) -> Result<Cursor, Duration> {
    if let Some(cursor) = saved.and_then(|saved| Cursor::restore(client.org(), saved).ok()) {
        return Ok(cursor);
    }
    // The first time, or with another org than before.
    let since = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * FIRST_DAYS);
    let query = Query::new().with_since(since.to_string()).with_limit(1_000);
    Cursor::start(client.org(), &query).map_err(|error| {
        tracing::error!(%error, "the System Log cannot be read");
        RETRY
    })
}

async fn keep(store: &Store, page: Page) -> Result<(), crate::store::StoreError> {
    let letters: Vec<_> = page
        .defects
        .iter()
        .map(|defect| Unread {
            reason: format!("expected {}", defect.expected()),
            // Its place in a page says nothing later on.
            path: "system log".to_owned(),
            raw: defect.raw().into(),
        })
        .collect();
    if !letters.is_empty() {
        store.write(Change::DeadLetters(letters)).await?;
    }
    let events = page.events.into_iter().map(|event| {
        let effect = Effect::of(&event, None);
        (event, effect)
    });
    let next = page.next.map(|next| next.as_str().to_owned());
    store.write(Change::Repaired { events: events.collect(), next }).await?;
    Ok(())
}
