//! Whose profiles are put on the work list: nobody's while there is no org to ask, everybody's once
//! there is one. Most events ask for one, and nobody would take it off the list.

use rusqlite::{Connection, TransactionBehavior, params};

use super::statements::Statements;
use crate::clock::millis;

/// Whether profiles that may have changed are put on the work list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profiles {
    Ask,
    DoNotAsk,
}

/// How many users that had one login are asked about. Two are rare.
const MAX_NAMESAKES: u32 = 8;

/// That some were not asked for is kept here, until they are.
const MARK: &str = "profiles_not_asked";

/// From now on it is like this.
pub(super) fn begin(connection: &mut Connection, profiles: Profiles) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut statements = Statements::new(&transaction, profiles);
    match profiles {
        Profiles::DoNotAsk => {
            let sql = "INSERT INTO meta (name, value) VALUES (?1, '') ON CONFLICT DO NOTHING";
            statements.run(sql, [MARK])?;
        }
        Profiles::Ask if statements.execute("DELETE FROM meta WHERE name = ?1", [MARK])? == 1 => {
            let sql = "INSERT INTO refreshes (user_id, due_at)
                       SELECT id, ?1 FROM users WHERE id IS NOT NULL ON CONFLICT DO NOTHING";
            statements.run(sql, params![millis()])?;
        }
        Profiles::Ask => {}
    }
    drop(statements);
    transaction.commit()
}

/// Puts a profile on the work list, once however often it is asked for. It is due now, even if it was
/// put off: what has happened may be what it waited for.
pub(super) fn ask(statements: &mut Statements<'_>, id: &str) -> rusqlite::Result<()> {
    // One that is due stays so: then its place among those that are due need not be written anew.
    let due = "UPDATE refreshes SET asked = asked + 1 WHERE user_id = ?1 AND due_at <= ?2";
    if statements.execute(due, params![id, millis()])? == 1 {
        return Ok(());
    }
    let sql = "INSERT INTO refreshes (user_id, due_at) VALUES (?1, ?2)
               ON CONFLICT (user_id) DO UPDATE SET
                   asked = asked + 1, due_at = min(due_at, excluded.due_at)";
    statements.run(sql, params![id, millis()])
}

/// Those of all who were ever seen with this login, or of the latest.
pub(super) fn ask_by_login(statements: &mut Statements<'_>, login: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO refreshes (user_id, due_at)
               SELECT user_id, ?2 FROM logins WHERE login = ?1 ORDER BY user_id DESC LIMIT ?3
               ON CONFLICT (user_id) DO UPDATE SET
                   asked = asked + 1, due_at = min(due_at, excluded.due_at)";
    statements.run(sql, params![login.to_ascii_lowercase(), millis(), MAX_NAMESAKES])
}

/// What was wanted of a login without an id is wanted of this user now.
pub(super) fn ask_if_wanted(
    statements: &mut Statements<'_>,
    key: &str,
    id: &str,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO refreshes (user_id, due_at)
               SELECT ?2, ?3 FROM users WHERE key = ?1 AND profile_wanted
               ON CONFLICT (user_id) DO UPDATE SET
                   asked = asked + 1, due_at = min(due_at, excluded.due_at)";
    statements.run(sql, params![key, id, millis()])
}
