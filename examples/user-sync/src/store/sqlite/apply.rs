//! One change as SQL. The event's key and what it changes are in the same transaction, so a second
//! delivery of it finds the key and changes nothing.

use okta_hooks::projection::UserStatus;
use rusqlite::params;

use super::hooks::HookTypes;
use super::statements::Statements;
use super::{dead_letter, project, system_log};
use crate::clock::{millis, millis_after};
use crate::store::{Change, Found, Outcome, Profile};

pub(super) fn apply(
    statements: &mut Statements<'_>,
    hook_types: &mut HookTypes,
    change: &Change,
) -> rusqlite::Result<Outcome> {
    match change {
        Change::Events(batch) => project::events(statements, hook_types, batch),
        Change::DeadLetters(letters) => {
            letters.iter().try_for_each(|letter| dead_letter::save(statements, letter))?;
            Ok(Outcome::default())
        }
        Change::Resolved(id) => {
            statements.run("DELETE FROM dead_letters WHERE id = ?1", params![id])?;
            Ok(Outcome::default())
        }
        Change::Profile(found) => {
            profile(statements, found)?;
            Ok(Outcome::default())
        }
        Change::Later { user_id, wait } => {
            let sql =
                "UPDATE refreshes SET due_at = ?2, attempts = attempts + 1 WHERE user_id = ?1";
            statements.run(sql, params![user_id, millis_after(*wait)])?;
            Ok(Outcome::default())
        }
        Change::Dismissed { user_id, asked } => {
            answered(statements, user_id, *asked)?;
            Ok(Outcome::default())
        }
        Change::LogPage(page) => {
            system_log::save(statements, page)?;
            project::events(statements, hook_types, &page.events)
        }
        Change::Unrecoverable(lost) => {
            system_log::save_unrecoverable(statements, lost)?;
            Ok(Outcome::default())
        }
        Change::Probe => {
            let sql = "INSERT INTO meta (name, value) VALUES ('probed_at', ?1)
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            statements.run(sql, params![millis().to_string()])?;
            Ok(Outcome::default())
        }
    }
}

/// Okta's own word on a user, as of a time: events after it still count. No event has the same version,
/// and of two answers the one that is written last was asked for last.
fn profile(statements: &mut Statements<'_>, profile: &Profile) -> rusqlite::Result<()> {
    let Profile { id, version, asked, found } = profile;
    let deleted =
        Found { status: Some(UserStatus::DELETED.as_str().to_owned()), ..Found::default() };
    let Found { login, email, first_name, last_name, display_name, status } =
        found.as_ref().unwrap_or(&deleted);
    let sql = "UPDATE users SET
                   login = iif(?3 IS NOT NULL AND ?2 >= login_version, ?3, login),
                   login_version = iif(?3 IS NOT NULL, max(?2, login_version), login_version),
                   display_name = iif(?4 IS NOT NULL AND ?2 >= display_name_version, ?4, display_name),
                   display_name_version = iif(?4 IS NOT NULL, max(?2, display_name_version), display_name_version),
                   status = iif(?5 IS NOT NULL AND ?2 >= status_version, ?5, status),
                   status_version = iif(?5 IS NOT NULL, max(?2, status_version), status_version),
                   email = iif(?9 AND ?2 >= profile_version, ?6, email),
                   first_name = iif(?9 AND ?2 >= profile_version, ?7, first_name),
                   last_name = iif(?9 AND ?2 >= profile_version, ?8, last_name),
                   profile_version = max(?2, profile_version)
               WHERE key = ?1";
    let parameters = params![
        id,
        version.as_str(),
        login,
        display_name,
        status,
        email,
        first_name,
        last_name,
        found.is_some()
    ];
    statements.run(sql, parameters)?;
    if let Some(login) = login {
        project::claim_login(statements, login, id)?;
    }
    answered(statements, id, *asked)
}

/// Takes a profile off the work list; if it was asked for again meanwhile, it is to be fetched now.
fn answered(statements: &mut Statements<'_>, id: &str, asked: i64) -> rusqlite::Result<()> {
    let answered = "DELETE FROM refreshes WHERE user_id = ?1 AND asked = ?2";
    let again = "UPDATE refreshes SET attempts = 0, due_at = ?2 WHERE user_id = ?1";
    statements.run(answered, params![id, asked])?;
    statements.run(again, params![id, millis()])
}
