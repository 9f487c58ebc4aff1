//! Opening the database, and bringing an older one up to date.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction};

use super::backfill;

/// SQL, and what SQL alone cannot do.
type Migration = (&'static str, fn(&Transaction<'_>) -> rusqlite::Result<()>);

/// Each element brings the schema from the version of its index to the next.
const MIGRATIONS: [Migration; 2] =
    [(include_str!("schema.sql"), |_| Ok(())), (include_str!("schema_2.sql"), backfill::run)];

/// How long to wait for another process that has locked the database: well within Okta's three
/// seconds.
const BUSY: Duration = Duration::from_millis(1_500);

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{0}")]
    Database(#[from] rusqlite::Error),
    #[error("{0}")]
    File(#[from] std::io::Error),
    #[error("it was made by a later release (schema {found}, known {known})", known = MIGRATIONS.len())]
    TooNew { found: i64 },
}

/// A connection to write with. A commit is on disk when it returns.
pub fn open(path: &Path) -> Result<Connection, OpenError> {
    create_private(path)?;
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // In pages of 4 KiB. A group of full deliveries is a megabyte or two: moving it into the
    // database every other commit, as by default, costs as much as the commits; moving much at once
    // keeps those waiting who come then.
    connection.pragma_update(None, "wal_autocheckpoint", 2_000)?;
    connection.set_prepared_statement_cache_capacity(32);
    migrate(&mut connection)?;
    Ok(connection)
}

/// Personal data is nobody else's business: a new file is its owner's alone, and SQLite gives the
/// files it makes beside it the same permissions.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Which file it is, whatever its name: device and inode.
pub type FileId = (u64, u64);

/// The file that has this name now; `None` if there is none, or where files have no such numbers.
pub fn file_id(path: &Path) -> Option<FileId> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// A connection to read with, while others write.
pub fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(missing) = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version..))
    else {
        return Err(OpenError::TooNew { found: version });
    };
    for (sql, then) in missing {
        transaction.execute_batch(sql)?;
        then(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    Ok(transaction.commit()?)
}
