//! Dead letters as rows: those with the same bytes in the same place are one.

use ring::digest::{SHA256, digest};
use rusqlite::{Transaction, params};

use super::statements::Statements;
use crate::clock::millis;
use crate::store::DeadLetter;

pub(super) fn save(statements: &mut Statements<'_>, letter: &DeadLetter) -> rusqlite::Result<()> {
    let sql = "INSERT INTO dead_letters (received_at, reason, path, hash, raw)
               VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (path, hash) DO NOTHING";
    let DeadLetter { reason, path, raw } = letter;
    statements.run(sql, params![millis(), reason, path, hash(raw), raw])
}

fn hash(raw: &[u8]) -> [u8; 32] {
    digest(&SHA256, raw).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// From version 2 of the schema to version 3, whose rows have a hash.
pub(super) fn move_all(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let sql = "INSERT INTO dead_letters (id, received_at, reason, path, hash, raw)
               SELECT id, received_at, reason, path, ?2, raw FROM dead_letters_2 WHERE id = ?1";
    let mut letters = transaction.prepare("SELECT id, raw FROM dead_letters_2")?;
    let mut rows = letters.query([])?;
    while let Some(row) = rows.next()? {
        let raw = row.get_ref(1)?.as_bytes()?;
        transaction.prepare_cached(sql)?.execute(params![row.get::<_, i64>(0)?, hash(raw)])?;
    }
    drop(rows);
    drop(letters);
    transaction.execute_batch("DROP TABLE dead_letters_2")
}
