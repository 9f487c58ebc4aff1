//! Opening the database, and bringing an older one up to date.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction};

use super::{backfill, dead_letter};

/// SQL, and what SQL alone cannot do.
type Migration = (&'static str, fn(&Transaction<'_>) -> rusqlite::Result<()>);

/// Each element brings the schema from the version of its index to the next.
const MIGRATIONS: [Migration; 3] = [
    (include_str!("schema.sql"), |_| Ok(())),
    (include_str!("schema_2.sql"), backfill::run),
    (include_str!("schema_3.sql"), dead_letter::move_all),
];

/// How long to wait for another process that has locked the database: well within Okta's three
/// seconds.
const BUSY: Duration = Duration::from_millis(1_500);

/// What the writer keeps of the database in memory: the pages where new events and changed users go.
const CACHE_KIB: i64 = 8 << 10;

/// Of a database that is new: two events to a page, which is half as many writes as an event to a page
/// of the usual 4 KiB.
const PAGE_BYTES: i64 = 8 << 10;

/// After how many pages what is in the write-ahead log is moved into the database. That keeps those
/// waiting who come then: half as many as usual keep them half as long, and as many deliveries are
/// written in a second.
const CHECKPOINT_PAGES: i64 = 500;

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{0}")]
    Database(#[from] rusqlite::Error),
    #[error("{0}")]
    File(#[from] std::io::Error),
    #[error("it was made by a later release (schema {found}, known {known})", known = MIGRATIONS.len())]
    TooNew { found: i64 },
    #[error("it was moved or replaced while it was opened")]
    Moved,
    #[error("it was deleted, and could not be saved")]
    NotSaved,
    #[error("another process is at it")]
    Busy,
    #[error(
        "{} has changes of the file that was here before: put that file back, or move these changes \
         away to go on without them",
        wal.display()
    )]
    WalLeft { wal: PathBuf },
    #[error(
        "{} has changes of another file, or of this one before it was copied here: move them away, \
         or have sqlite3 merge them with PRAGMA wal_checkpoint(TRUNCATE) if they belong to it",
        wal.display()
    )]
    WalOfAnother { wal: PathBuf },
}

/// A connection to write with, to a file that exists. A commit is on disk when it returns.
pub fn open(path: &Path) -> Result<Connection, OpenError> {
    let mut connection = Connection::open(path)?;
    // By then the files may be others than those that were opened.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.set_prepared_statement_cache_capacity(32);
    migrate(&mut connection)?;
    Ok(connection)
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
