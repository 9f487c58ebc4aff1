//! From version 1 of the schema to version 2: what events changed is worked out anew from all of
//! them, since the first version could end with a wrong status where two had the same time.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use okta_hooks::LogEvent;
use okta_hooks::projection::Version;
use rusqlite::{Row, Transaction, params};

use super::profiles::Profiles;
use super::project;
use super::statements::Statements;
use crate::store::{Batch, Origin};

/// How often it is said how far it is: many events take a while, and nothing is served before.
const TELL_EVERY: Duration = Duration::from_secs(5);

pub(super) fn run(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    keep_profiles(transaction)?;
    transaction.execute_batch("DROP TABLE users_1")?;
    project_events(transaction)
}

/// Takes over what the Users API said, and the row that is there before the first event.
fn keep_profiles(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let kept = "SELECT key, id, login, login_stamp, display_name, display_name_stamp, status,
                       status_stamp, email, first_name, last_name, profile_stamp
                FROM users_1 WHERE profile_stamp <> ''";
    let mut kept = transaction.prepare(kept)?;
    let mut rows = kept.query([])?;
    while let Some(row) = rows.next()? {
        keep_profile(transaction, row)?;
    }
    Ok(())
}

fn keep_profile(transaction: &Transaction<'_>, row: &Row<'_>) -> rusqlite::Result<()> {
    let (id, login): (Option<String>, Option<String>) = (row.get(1)?, row.get(2)?);
    let versioned = |value: usize| {
        let version = version(&row.get::<_, String>(value + 1)?);
        let value: Option<String> = row.get(value)?;
        Ok::<_, rusqlite::Error>((value.filter(|_| version.is_some()), version.unwrap_or_default()))
    };
    let sql =
        "INSERT INTO users (key, id, login, login_version, display_name, display_name_version,
                                  status, status_version, email, first_name, last_name,
                                  profile_version)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let (kept_login, name, status) = (versioned(2)?, versioned(4)?, versioned(6)?);
    let profile_version = version(&row.get::<_, String>(11)?).unwrap_or_default();
    transaction.prepare_cached(sql)?.execute(params![
        row.get::<_, String>(0)?,
        id,
        kept_login.0,
        kept_login.1,
        name.0,
        name.1,
        status.0,
        status.1,
        row.get::<_, Option<String>>(8)?,
        row.get::<_, Option<String>>(9)?,
        row.get::<_, Option<String>>(10)?,
        profile_version,
    ])?;
    match (id, login) {
        (Some(id), Some(login)) => {
            project::claim_login(&mut Statements::new(transaction, Profiles::DoNotAsk), &login, &id)
        }
        _ => Ok(()),
    }
}

/// The version of what no event said; `None` for what an event did.
fn version(stamp: &str) -> Option<String> {
    if stamp == "0" {
        return Some(String::new());
    }
    let is_profile = stamp.ends_with(" profile") || stamp.ends_with(" then");
    let micros: i64 = stamp.split(' ').next().filter(|_| is_profile)?.parse().ok()?;
    let time = Timestamp::from_microsecond(micros).ok()?;
    Some(Version::observed(&time.to_string()).as_str().to_owned())
}

fn project_events(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut statements = Statements::new(transaction, Profiles::DoNotAsk);
    let mut events = transaction.prepare("SELECT raw, received_at FROM events ORDER BY seq")?;
    let mut rows = events.query([])?;
    let (mut done, mut told) = (0_u64, Instant::now());
    while let Some(row) = rows.next()? {
        done += 1;
        if told.elapsed() > TELL_EVERY {
            tracing::warn!(
                events = done,
                "the database is brought up to date: what its events changed is worked out anew"
            );
            told = Instant::now();
        }
        let received_at = Timestamp::from_millisecond(row.get(1)?).unwrap_or(Timestamp::MAX);
        // It was read as an event before.
        let Ok(event) = LogEvent::from_bytes(row.get::<_, String>(0)?) else { continue };
        let batch = Batch::of_events(vec![event], Origin::Hook).received_at(received_at);
        for event in &batch.events {
            project::changes(&mut statements, &batch.projection(event))?;
        }
    }
    Ok(())
}
