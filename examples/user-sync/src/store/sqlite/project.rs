//! What events change, as SQL: of two values the one with the later version stays, as
//! `okta_hooks::projection` has it.

use okta_hooks::LogEvent;
use okta_hooks::projection::{
    GroupChange, MembershipChange, Projection, UserChange, UserKey, Version,
};
use rusqlite::{Transaction, params};

use super::apply::done;
use super::{duplicates, hooks};
use crate::clock::millis;
use crate::store::{Batch, Outcome, summary};

/// How many users that had one login are asked about. Two are rare.
const MAX_NAMESAKES: u32 = 8;

pub(super) fn events(transaction: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<Outcome> {
    let mut outcome = Outcome::default();
    for event in &batch.events {
        let projection = batch.projection(event);
        let recorded = record(transaction, event, &projection, batch)?;
        match recorded {
            Recorded::New => outcome.new += 1,
            Recorded::Later | Recorded::Known => outcome.duplicates += 1,
        }
        outcome.lost += u64::from(hooks::is_lost(transaction, &projection, batch, recorded)?);
        if recorded == Recorded::Known {
            continue;
        }
        outcome.unpaired += u64::from(projection.unpaired().is_some());
        changes(transaction, &projection, Profiles::Ask)?;
    }
    if outcome.unpaired > 0 {
        tracing::warn!(
            events = outcome.unpaired,
            "several users and several groups in one membership event: who is in which is not said, and they are in `events` only"
        );
    }
    Ok(outcome)
}

/// What the table of events knew of one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Recorded {
    New,
    /// It was there, with an earlier version: see `okta_hooks::projection` on copies of an event.
    Later,
    Known,
}

fn record(
    transaction: &Transaction<'_>,
    event: &LogEvent,
    projection: &Projection<'_>,
    batch: &Batch,
) -> rusqlite::Result<Recorded> {
    let sql = "INSERT INTO events (uuid, event_type, published, version, received_at, origin,
                                   summary, delivery_id, raw)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (uuid) DO NOTHING";
    let key = event.uuid().filter(|uuid| !uuid.is_empty()).unwrap_or_else(|| event.raw());
    let inserted = transaction.prepare_cached(sql)?.execute(params![
        key,
        event.event_type().as_str(),
        event.published(),
        projection.version.as_str(),
        millis(),
        batch.origin.as_str(),
        summary::of(projection),
        batch.delivery_id,
        event.raw(),
    ])?;
    if inserted == 1 {
        return Ok(Recorded::New);
    }
    duplicates::save(transaction, key, batch)?;
    let sql = "UPDATE events SET version = ?2 WHERE uuid = ?1 AND version < ?2";
    let version = params![key, projection.version.as_str()];
    let is_later = transaction.prepare_cached(sql)?.execute(version)? == 1;
    Ok(if is_later { Recorded::Later } else { Recorded::Known })
}

/// Whether profiles that may have changed are put on the work list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Profiles {
    Ask,
    DoNotAsk,
}

/// All that one event changes.
pub(super) fn changes(
    transaction: &Transaction<'_>,
    projection: &Projection<'_>,
    profiles: Profiles,
) -> rusqlite::Result<()> {
    let asks = profiles == Profiles::Ask && projection.profile_changed;
    for user in &projection.users {
        upsert_user(transaction, user, projection)?;
        match (&user.id, &user.login) {
            (Some(id), login) => {
                if let Some(login) = login {
                    claim_login(transaction, login, id)?;
                }
                if asks {
                    ask_for_profile(transaction, id)?;
                }
            }
            (None, Some(login)) if asks => ask_for_profiles_by_login(transaction, login)?,
            (None, _) => {}
        }
    }
    for group in &projection.groups {
        upsert_group(transaction, group, &projection.version)?;
    }
    for membership in projection.memberships() {
        upsert_membership(transaction, &membership, &projection.version)?;
    }
    Ok(())
}

fn upsert_user(
    transaction: &Transaction<'_>,
    user: &UserChange<'_>,
    projection: &Projection<'_>,
) -> rusqlite::Result<()> {
    // A column that the event says nothing about has no version, and so changes nothing.
    let sql = "INSERT INTO users (key, id, login, login_version, display_name, display_name_version,
                                  status, status_version, last_event, last_event_version,
                                  profile_wanted)
               VALUES (?1, ?2, ?3, iif(?3 IS NULL, '', ?8), ?4, iif(?4 IS NULL, '', ?8),
                       ?5, ifnull(?6, ''), ?7, ?8, ?9)
               ON CONFLICT (key) DO UPDATE SET
                   login = iif((excluded.login_version, excluded.login) > (login_version, login),
                               excluded.login, login),
                   login_version = max(excluded.login_version, login_version),
                   display_name = iif((excluded.display_name_version, excluded.display_name)
                                          > (display_name_version, display_name),
                                      excluded.display_name, display_name),
                   display_name_version = max(excluded.display_name_version, display_name_version),
                   status = iif((excluded.status_version, excluded.status) > (status_version, status),
                                excluded.status, status),
                   status_version = max(excluded.status_version, status_version),
                   last_event = iif((excluded.last_event_version, excluded.last_event)
                                        > (last_event_version, last_event),
                                    excluded.last_event, last_event),
                   last_event_version = max(excluded.last_event_version, last_event_version),
                   profile_wanted = max(excluded.profile_wanted, profile_wanted)";
    let status = projection.status.as_ref();
    let parameters = params![
        user.key().to_string(),
        user.id,
        user.login,
        user.display_name,
        status.map(|status| status.value.as_str()),
        status.map(|status| status.version.as_str()),
        projection.event_type.as_str(),
        projection.version.as_str(),
        user.id.is_none() && projection.profile_changed,
    ];
    done(transaction, sql, parameters)
}

/// A login was seen with an id. What came with the login alone is that user's from now on, the wish
/// for a profile included.
pub(super) fn claim_login(
    transaction: &Transaction<'_>,
    login: &str,
    id: &str,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO logins (login, user_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    if transaction.prepare_cached(sql)?.execute(params![login.to_ascii_lowercase(), id])? == 0 {
        return Ok(());
    }
    let key = UserKey::from_login(login).to_string();
    let sql = "INSERT INTO refreshes (user_id, due_at)
               SELECT ?2, ?3 FROM users WHERE key = ?1 AND profile_wanted
               ON CONFLICT (user_id) DO UPDATE SET
                   asked = asked + 1, due_at = min(due_at, excluded.due_at)";
    done(transaction, sql, params![key, id, millis()])
}

/// Puts a profile on the work list, once however often it is asked for. It is due now, even if it was
/// put off: what has happened may be what it waited for.
fn ask_for_profile(transaction: &Transaction<'_>, id: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO refreshes (user_id, due_at) VALUES (?1, ?2)
               ON CONFLICT (user_id) DO UPDATE SET
                   asked = asked + 1, due_at = min(due_at, excluded.due_at)";
    done(transaction, sql, params![id, millis()])
}

fn ask_for_profiles_by_login(transaction: &Transaction<'_>, login: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO refreshes (user_id, due_at)
               SELECT user_id, ?2 FROM logins WHERE login = ?1 ORDER BY user_id DESC LIMIT ?3
               ON CONFLICT (user_id) DO UPDATE SET
                   asked = asked + 1, due_at = min(due_at, excluded.due_at)";
    done(transaction, sql, params![login.to_ascii_lowercase(), millis(), MAX_NAMESAKES])
}

fn upsert_group(
    transaction: &Transaction<'_>,
    group: &GroupChange<'_>,
    version: &Version,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO groups (id, name, name_version)
               VALUES (?1, ?2, iif(?2 IS NULL, '', ?3))
               ON CONFLICT (id) DO UPDATE SET
                   name = iif((excluded.name_version, excluded.name) > (name_version, name),
                              excluded.name, name),
                   name_version = max(excluded.name_version, name_version)";
    done(transaction, sql, params![group.id, group.name, version.as_str()])
}

fn upsert_membership(
    transaction: &Transaction<'_>,
    change: &MembershipChange<'_>,
    version: &Version,
) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO memberships (user_key, group_id, member, version) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (user_key, group_id) DO UPDATE SET
                   member = iif((excluded.version, excluded.member) > (version, member),
                                excluded.member, member),
                   version = max(excluded.version, version)";
    let key = change.user.key().to_string();
    done(transaction, sql, params![key, change.group.id, change.is_member, version.as_str()])
}
