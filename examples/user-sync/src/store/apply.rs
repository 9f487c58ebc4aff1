//! One change as SQL. The event's key and what it changes are in the same transaction, so a second
//! delivery of it finds the key and changes nothing.

use okta_hooks::LogEvent;
use rusqlite::{Transaction, params};

use super::{Change, Found, Origin, Outcome, Profile, Unread};
use crate::clock::millis;
use crate::effect::{DELETED, Effect, Membership, Stamp, UserEffect};

pub(super) fn apply(transaction: &Transaction<'_>, change: &Change) -> rusqlite::Result<Outcome> {
    match change {
        Change::Events { events, origin } => events_of(transaction, events, *origin),
        Change::DeadLetters(letters) => {
            letters.iter().try_for_each(|letter| dead_letter(transaction, letter))?;
            Ok(Outcome::default())
        }
        Change::Resolved(id) => {
            done(transaction, "DELETE FROM dead_letters WHERE id = ?1", params![id])
        }
        Change::Profile(found) => profile(transaction, found),
        Change::Later { user_id, due_at } => {
            let sql =
                "UPDATE refreshes SET due_at = ?2, attempts = attempts + 1 WHERE user_id = ?1";
            done(transaction, sql, params![user_id, due_at])
        }
        Change::Repaired { events, next } => {
            let outcome = events_of(transaction, events, Origin::Repair)?;
            let sql = "INSERT INTO meta (name, value) VALUES ('system_log', ?1)
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            if let Some(next) = next {
                done(transaction, sql, params![next])?;
            }
            Ok(outcome)
        }
    }
}

fn done(
    transaction: &Transaction<'_>,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> rusqlite::Result<Outcome> {
    transaction.prepare_cached(sql)?.execute(parameters)?;
    Ok(Outcome::default())
}

fn events_of(
    transaction: &Transaction<'_>,
    events: &[(LogEvent, Effect)],
    origin: Origin,
) -> rusqlite::Result<Outcome> {
    let mut outcome = Outcome::default();
    for (event, effect) in events {
        match record(transaction, event, effect, origin)? {
            true => outcome.new += 1,
            false => {
                outcome.duplicates += 1;
                continue;
            }
        }
        let last_event = event.event_type();
        for user in &effect.users {
            upsert_user(transaction, user, last_event.as_str(), &effect.stamp)?;
        }
        for membership in &effect.memberships {
            upsert_membership(transaction, membership, &effect.stamp)?;
        }
    }
    Ok(outcome)
}

/// Whether the event is new.
fn record(
    transaction: &Transaction<'_>,
    event: &LogEvent,
    effect: &Effect,
    origin: Origin,
) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO events (uuid, event_type, published, received_at, origin, effect, raw)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (uuid) DO NOTHING";
    let event_type = event.event_type();
    let inserted = transaction.prepare_cached(sql)?.execute(params![
        effect.key,
        event_type.as_str(),
        event.published(),
        millis(),
        origin.as_str(),
        effect.summary(),
        event.raw(),
    ])?;
    Ok(inserted == 1)
}

fn upsert_user(
    transaction: &Transaction<'_>,
    user: &UserEffect,
    last_event: &str,
    stamp: &Stamp,
) -> rusqlite::Result<()> {
    // A column that the event says nothing about has no stamp, and so changes nothing.
    let sql = "INSERT INTO users (key, id, login, login_stamp, display_name, display_name_stamp,
                                  status, status_stamp, last_event, last_event_stamp)
               VALUES (?1, ?2, ?3, iif(?3 IS NULL, '', ?7), ?4, iif(?4 IS NULL, '', ?7),
                       ?5, iif(?5 IS NULL, '', ?7), ?6, ?7)
               ON CONFLICT (key) DO UPDATE SET
                   login = iif(excluded.login_stamp > login_stamp, excluded.login, login),
                   login_stamp = max(excluded.login_stamp, login_stamp),
                   display_name = iif(excluded.display_name_stamp > display_name_stamp,
                                      excluded.display_name, display_name),
                   display_name_stamp = max(excluded.display_name_stamp, display_name_stamp),
                   status = iif(excluded.status_stamp > status_stamp, excluded.status, status),
                   status_stamp = max(excluded.status_stamp, status_stamp),
                   last_event = iif(excluded.last_event_stamp > last_event_stamp,
                                    excluded.last_event, last_event),
                   last_event_stamp = max(excluded.last_event_stamp, last_event_stamp)";
    let UserEffect { key, id, login, display_name, status, refresh } = user;
    let stamp = stamp.as_str();
    let parameters = params![key, id, login, display_name, status, last_event, stamp];
    transaction.prepare_cached(sql)?.execute(parameters)?;
    match id {
        Some(id) if *refresh => ask_for_profile(transaction, id),
        _ => Ok(()),
    }
}

/// Puts a profile on the work list, once however often it is asked for.
fn ask_for_profile(transaction: &Transaction<'_>, id: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO refreshes (user_id, due_at) VALUES (?1, ?2)
               ON CONFLICT (user_id) DO UPDATE SET asked = asked + 1";
    done(transaction, sql, params![id, millis()]).map(drop)
}

fn upsert_membership(
    transaction: &Transaction<'_>,
    membership: &Membership,
    stamp: &Stamp,
) -> rusqlite::Result<()> {
    let Membership { user_key, group_id, group_name, member } = membership;
    let group = "INSERT INTO groups (id, name, name_stamp) VALUES (?1, ?2, iif(?2 IS NULL, '', ?3))
                 ON CONFLICT (id) DO UPDATE SET
                     name = iif(excluded.name_stamp > name_stamp, excluded.name, name),
                     name_stamp = max(excluded.name_stamp, name_stamp)";
    done(transaction, group, params![group_id, group_name, stamp.as_str()])?;
    let sql = "INSERT INTO memberships (user_key, group_id, member, stamp) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (user_key, group_id) DO UPDATE SET
                   member = iif(excluded.stamp > stamp, excluded.member, member),
                   stamp = max(excluded.stamp, stamp)";
    done(transaction, sql, params![user_key, group_id, member, stamp.as_str()]).map(drop)
}

fn dead_letter(transaction: &Transaction<'_>, letter: &Unread) -> rusqlite::Result<()> {
    let sql = "INSERT INTO dead_letters (received_at, reason, path, raw) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (path, raw) DO NOTHING";
    let Unread { reason, path, raw } = letter;
    done(transaction, sql, params![millis(), reason, path, raw]).map(drop)
}

/// Okta's own word on a user, as of a time: events after it still count. No event has the same stamp,
/// and of two answers the one that is written last was asked for last.
fn profile(transaction: &Transaction<'_>, profile: &Profile) -> rusqlite::Result<Outcome> {
    let Profile { id, stamp, asked, found } = profile;
    let deleted = Found { status: Some(DELETED.to_owned()), ..Found::default() };
    let Found { login, email, first_name, last_name, display_name, status } =
        found.as_ref().unwrap_or(&deleted);
    let sql = "UPDATE users SET
                   login = iif(?3 IS NOT NULL AND ?2 >= login_stamp, ?3, login),
                   login_stamp = iif(?3 IS NOT NULL, max(?2, login_stamp), login_stamp),
                   display_name = iif(?4 IS NOT NULL AND ?2 >= display_name_stamp, ?4, display_name),
                   display_name_stamp = iif(?4 IS NOT NULL, max(?2, display_name_stamp), display_name_stamp),
                   status = iif(?5 IS NOT NULL AND ?2 >= status_stamp, ?5, status),
                   status_stamp = iif(?5 IS NOT NULL, max(?2, status_stamp), status_stamp),
                   email = iif(?9 AND ?2 >= profile_stamp, ?6, email),
                   first_name = iif(?9 AND ?2 >= profile_stamp, ?7, first_name),
                   last_name = iif(?9 AND ?2 >= profile_stamp, ?8, last_name),
                   profile_stamp = max(?2, profile_stamp)
               WHERE key = ?1";
    let parameters = params![
        id,
        stamp.as_str(),
        login,
        display_name,
        status,
        email,
        first_name,
        last_name,
        found.is_some()
    ];
    transaction.prepare_cached(sql)?.execute(parameters)?;
    let answered = "DELETE FROM refreshes WHERE user_id = ?1 AND asked = ?2";
    let again = "UPDATE refreshes SET attempts = 0, due_at = ?2 WHERE user_id = ?1";
    done(transaction, answered, params![id, asked])?;
    done(transaction, again, params![id, millis()])
}
