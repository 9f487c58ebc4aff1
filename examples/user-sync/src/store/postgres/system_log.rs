//! Where to go on reading the System Log, saved together with what was read.

use tokio_postgres::Client;

use super::error::Error;
use crate::store::{LogPage, Unrecoverable};

/// The place where the next page begins.
pub const CURSOR: &str = "system_log";
/// Until when events were in the System Log without having been read.
pub const UNRECOVERABLE: &str = "system_log_unrecoverable";

/// An org's own: another one may have been read before.
pub fn read_up_to(org: &str) -> String {
    format!("system_log_read_up_to {org}")
}

pub async fn save(client: &Client, page: &LogPage) -> Result<(), Error> {
    if let Some(next) = &page.next {
        save_value(client, CURSOR, next).await?;
    }
    let Some(latest) = page.events.latest_published() else { return Ok(()) };
    let sql = "INSERT INTO meta AS known (name, value) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value
               WHERE excluded.value::timestamptz > known.value::timestamptz";
    client.execute(sql, &[&read_up_to(&page.org), &latest.to_string()]).await?;
    Ok(())
}

pub async fn save_unrecoverable(client: &Client, lost: &Unrecoverable) -> Result<(), Error> {
    save_value(client, UNRECOVERABLE, &lost.to_string()).await
}

pub async fn save_value(client: &Client, name: &str, value: &str) -> Result<(), Error> {
    let sql = "INSERT INTO meta (name, value) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    client.execute(sql, &[&name, &value]).await?;
    Ok(())
}
