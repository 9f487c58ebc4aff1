//! Where the org is kept: in memory only, or in a SQLite file as well.

use std::error::Error;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::data_lock::DataLock;

/// Documents by kind and id, in the order they were made.
pub struct Store(Option<Locked>);

/// The database is closed before its lock ends.
struct Locked {
    connection: Connection,
    _lock: DataLock,
}

pub enum Change {
    Put { kind: &'static str, id: String, place: u64, json: String },
    Remove { kind: &'static str, id: String },
}

impl Store {
    // It cannot fail; it has the type of `open`.
    pub fn memory() -> rusqlite::Result<Self> {
        Ok(Self(None))
    }

    pub fn is_file(&self) -> bool {
        self.0.is_some()
    }

    /// Opens the file, or creates it, for this emulator alone. The hooks' secrets are in it, so that only
    /// its owner may read it and what SQLite keeps beside it.
    pub fn open(path: &Path) -> Result<Self, Box<dyn Error>> {
        create(path)?;
        // One name, whichever it was given by, for the lock; and one that begins with a slash: others can
        // be URIs to SQLite, or a database in memory.
        let path = &path.canonicalize()?;
        let connection = Connection::open(path)?;
        if !is_ours(&connection)? {
            return Err("not a file of this emulator".into());
        }
        let lock = DataLock::take(&beside(path, "-lock"))?;
        // SQLite gives the others the permissions of the first, unless they are there already.
        for suffix in ["", "-wal", "-shm"] {
            restrict(&beside(path, suffix))?;
        }
        // What was committed survives the end of this process, however it ends.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.busy_timeout(std::time::Duration::from_secs(2))?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS documents (
                 kind TEXT NOT NULL, id TEXT NOT NULL, place INTEGER NOT NULL, json TEXT NOT NULL,
                 PRIMARY KEY (kind, id)
             ) WITHOUT ROWID;",
        )?;
        Ok(Self(Some(Locked { connection, _lock: lock })))
    }

    /// What `read` makes of all documents of a kind and their places, in no order: SQLite would copy all
    /// of them to sort them.
    pub fn all<T>(&self, kind: &str, read: impl Fn(u64, &str) -> T) -> rusqlite::Result<Vec<T>> {
        let Some(Locked { connection, .. }) = &self.0 else { return Ok(Vec::new()) };
        let mut statement =
            connection.prepare("SELECT place, json FROM documents WHERE kind = ?1")?;
        let mut rows = statement.query([kind])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let place = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
            found.push(read(place, row.get_ref(1)?.as_str()?));
        }
        Ok(found)
    }

    /// Makes all changes or none.
    pub fn apply(&mut self, changes: &[Change]) -> rusqlite::Result<()> {
        let Some(Locked { connection, .. }) = &mut self.0 else { return Ok(()) };
        let transaction = connection.transaction()?;
        for change in changes {
            match change {
                Change::Put { kind, id, place, json } => {
                    let sql = "INSERT OR REPLACE INTO documents VALUES (?1, ?2, ?3, ?4)";
                    let place = i64::try_from(*place).unwrap_or(i64::MAX);
                    transaction.prepare_cached(sql)?.execute(params![kind, id, place, json])?
                }
                Change::Remove { kind, id } => {
                    let sql = "DELETE FROM documents WHERE kind = ?1 AND id = ?2";
                    transaction.prepare_cached(sql)?.execute(params![kind, id])?
                }
            };
        }
        transaction.commit()
    }
}

/// The file that has this name with something behind it.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Creates the file, if there is none, for its owner alone.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created.map(drop),
    }
}

/// Whether the file is empty, or was made here: nothing else is written to, nor restricted.
fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*), count(*) FILTER (WHERE name = 'documents') FROM sqlite_master";
    connection.query_row(sql, [], |row| {
        let (all, ours): (i64, i64) = (row.get(0)?, row.get(1)?);
        Ok(all == 0 || ours > 0)
    })
}

/// Takes what others may do with the file away, if it is there. It is not opened: to close it would end
/// the locks that SQLite has on it, since POSIX counts those of a process together.
fn restrict(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        match std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
