//! What events change, as SQL: of two values the one with the later version stays, as
//! `okta_hooks::projection` has it.

use okta_hooks::LogEvent;
use okta_hooks::projection::{
    GroupChange, MembershipChange, Projection, UserChange, UserKey, Version,
};
use rusqlite::params;

use super::duplicates;
use super::hooks::HookTypes;
use super::profiles::{self, Profiles};
use super::statements::Statements;
use crate::clock::millis;
use crate::store::{Batch, Outcome, summary};

pub(super) fn events(
    statements: &mut Statements<'_>,
    hook_types: &mut HookTypes,
    batch: &Batch,
) -> rusqlite::Result<Outcome> {
    let mut outcome = Outcome::default();
    for event in &batch.events {
        let projection = batch.projection(event);
        let recorded = record(statements, event, &projection, batch)?;
        match recorded {
            Recorded::New => outcome.new += 1,
            Recorded::Later | Recorded::Known => outcome.duplicates += 1,
        }
        let is_lost = hook_types.is_lost(statements, event, &projection, batch, recorded)?;
        outcome.lost += u64::from(is_lost);
        if recorded == Recorded::Known {
            continue;
        }
        outcome.unpaired += u64::from(projection.unpaired().is_some());
        changes(statements, &projection)?;
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
    statements: &mut Statements<'_>,
    event: &LogEvent,
    projection: &Projection<'_>,
    batch: &Batch,
) -> rusqlite::Result<Recorded> {
    let sql = "INSERT INTO events (uuid, event_type, published, version, received_at, origin,
                                   summary, delivery_id, raw)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (uuid) DO NOTHING";
    let key = event.uuid().filter(|uuid| !uuid.is_empty()).unwrap_or_else(|| event.raw());
    let inserted = statements.execute(
        sql,
        params![
            key,
            event.event_type().as_str(),
            event.published(),
            projection.version.as_str(),
            millis(),
            batch.origin.as_str(),
            summary::of(projection),
            batch.delivery_id,
            event.raw(),
        ],
    )?;
    if inserted == 1 {
        return Ok(Recorded::New);
    }
    duplicates::save(statements, key, batch)?;
    let sql = "UPDATE events SET version = ?2 WHERE uuid = ?1 AND version < ?2";
    let version = params![key, projection.version.as_str()];
    let is_later = statements.execute(sql, version)? == 1;
    Ok(if is_later { Recorded::Later } else { Recorded::Known })
}

/// All that one event changes.
pub(super) fn changes(
    statements: &mut Statements<'_>,
    projection: &Projection<'_>,
) -> rusqlite::Result<()> {
    let asks = statements.profiles == Profiles::Ask && projection.profile_changed;
    for user in &projection.users {
        upsert_user(statements, user, projection)?;
        match (&user.id, &user.login) {
            (Some(id), login) => {
                if let Some(login) = login {
                    claim_login(statements, login, id)?;
                }
                if asks {
                    profiles::ask(statements, id)?;
                }
            }
            (None, Some(login)) if asks => profiles::ask_by_login(statements, login)?,
            (None, _) => {}
        }
    }
    for group in &projection.groups {
        upsert_group(statements, group, &projection.version)?;
    }
    for membership in projection.memberships() {
        upsert_membership(statements, &membership, &projection.version)?;
    }
    Ok(())
}

fn upsert_user(
    statements: &mut Statements<'_>,
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
    statements.run(sql, parameters)
}

/// A login was seen with an id. What came with the login alone is that user's from now on, the wish
/// for a profile included.
pub(super) fn claim_login(
    statements: &mut Statements<'_>,
    login: &str,
    id: &str,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO logins (login, user_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    let is_new = statements.execute(sql, params![login.to_ascii_lowercase(), id])? == 1;
    if is_new && statements.profiles == Profiles::Ask {
        profiles::ask_if_wanted(statements, &UserKey::from_login(login).to_string(), id)?;
    }
    Ok(())
}

fn upsert_group(
    statements: &mut Statements<'_>,
    group: &GroupChange<'_>,
    version: &Version,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO groups (id, name, name_version)
               VALUES (?1, ?2, iif(?2 IS NULL, '', ?3))
               ON CONFLICT (id) DO UPDATE SET
                   name = iif((excluded.name_version, excluded.name) > (name_version, name),
                              excluded.name, name),
                   name_version = max(excluded.name_version, name_version)";
    statements.run(sql, params![group.id, group.name, version.as_str()])
}

fn upsert_membership(
    statements: &mut Statements<'_>,
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
    statements.run(sql, params![key, change.group.id, change.is_member, version.as_str()])
}
