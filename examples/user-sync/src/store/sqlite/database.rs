//! The database while the service runs. Its files can be moved, removed or replaced at any time: then
//! nothing is written any more until nothing acknowledged is lost by going on, and until what has the
//! name now is known to be whole.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::Connection;

use super::files::{self, Beside, Pinned};
use super::profiles::Profiles;
use super::read::Reader;
use super::schema::OpenError;
use super::session::Session;
use super::wal_owner;

/// How long to wait after a copy that could not be made: each takes as long as it is large.
const NEXT_COPY: Duration = Duration::from_secs(10);

pub struct Database {
    path: PathBuf,
    profiles: Profiles,
    /// `None` after a failure that only a new session gets over.
    session: Option<Session>,
    /// What the session has open. It stays when the session is closed for a failure.
    beside: Option<Beside>,
    /// Dropped after everything that has the file open.
    file: Option<Pinned>,
    readers: Reader,
    next_copy: Option<Instant>,
}

impl Database {
    pub fn open(path: &Path, profiles: Profiles) -> Result<Self, OpenError> {
        let readers = Reader::default();
        let path = path.to_owned();
        let mut database = Self {
            path,
            profiles,
            session: None,
            beside: None,
            file: None,
            readers,
            next_copy: None,
        };
        database.session()?;
        Ok(database)
    }

    /// The way to read what is written here.
    pub fn reader(&self) -> Reader {
        self.readers.clone()
    }

    /// Whether the files that were opened still have their names.
    pub fn is_in_place(&self) -> bool {
        match &self.beside {
            // The database file is one of them.
            Some(beside) => beside.names().are_in_place(),
            None => self.file.as_ref().is_none_or(Pinned::is_in_place),
        }
    }

    /// The way to write to the file that has the name now.
    pub fn session(&mut self) -> Result<&mut Session, OpenError> {
        if !self.is_in_place() {
            self.let_go()?;
        }
        let session = match self.session.take() {
            Some(session) => session,
            None => self.reopen()?,
        };
        Ok(self.session.insert(session))
    }

    /// After a failure: whatever state it is in, the next one starts afresh.
    pub fn drop_session(&mut self) {
        self.session = None;
    }

    pub fn close(mut self) -> Result<(), OpenError> {
        if !self.is_in_place() {
            // If that is not possible either, everything stays as it is.
            self.let_go()?;
        }
        self.session.take().map_or(Ok(()), Session::close)
    }

    fn reopen(&mut self) -> Result<Session, OpenError> {
        if self.file.is_none() {
            self.file = Some(wal_owner::claim(&self.path)?);
        }
        let file = self.file.as_ref().ok_or(OpenError::Moved)?;
        let session = Session::open(&self.path, self.profiles)?;
        let Some(beside) = Beside::opened(file)? else { return Err(OpenError::Moved) };
        self.readers.use_files(Some((self.path.clone(), beside.names().clone())));
        self.beside = Some(beside);
        Ok(session)
    }

    /// Lets go of files that have lost their names, if nothing is lost by it.
    fn let_go(&mut self) -> Result<(), OpenError> {
        let Some(file) = &self.file else { return Ok(()) };
        if file.is_in_place() {
            return self.let_go_of_wal();
        }
        let is_deleted = file.is_deleted();
        let wal_is_left = self.beside.as_ref().is_some_and(Beside::wal_is_left);
        let wal_is_deleted = self.beside.as_ref().is_some_and(Beside::wal_is_deleted);
        if wal_is_left && !(is_deleted && self.session.is_some()) {
            return Err(self.wal_left());
        }
        if is_deleted || wal_is_deleted {
            self.save_copy()?;
        }
        self.close_all();
        if let Some(beside) = self.beside.take().filter(|_| is_deleted) {
            beside.remove()?;
        }
        self.file = None;
        tracing::warn!("the database file was moved or replaced, and is opened anew");
        Ok(())
    }

    /// The file is in its place, and what was beside it is not: all of it is put into the file.
    fn let_go_of_wal(&mut self) -> Result<(), OpenError> {
        if let Some(session) = &self.session {
            self.readers.use_files(None);
            session.checkpoint()?;
            tracing::warn!("the write-ahead log was moved or replaced, and is begun anew");
        }
        self.close_all();
        let wal = files::beside(&self.path, "-wal");
        let is_ours = self.beside.as_ref().is_some_and(Beside::wal_is_in_place);
        match files::has_content(&wal) && !is_ours {
            true => Err(OpenError::WalLeft { wal }),
            false => Ok(()),
        }
    }

    /// In this order: a connection that is not the last one to be closed leaves its locks to others.
    fn close_all(&mut self) {
        self.readers.use_files(None);
        self.session = None;
    }

    fn wal_left(&self) -> OpenError {
        // What has the name now may be nothing that could be opened anyway.
        match OpenOptions::new().write(true).open(&self.path) {
            Err(error) if self.path.exists() => OpenError::File(error),
            _ => OpenError::WalLeft { wal: files::beside(&self.path, "-wal") },
        }
    }

    /// Nobody can open what was deleted, but we have it open.
    fn save_copy(&mut self) -> Result<(), OpenError> {
        let Some(session) = &self.session else { return Ok(()) };
        if self.next_copy.is_some_and(|next| Instant::now() < next) {
            return Err(OpenError::NotSaved);
        }
        self.next_copy = Some(Instant::now() + NEXT_COPY);
        let now = Timestamp::now().strftime("%Y%m%dT%H%M%S%.3fZ");
        let copy = files::beside(&self.path, &format!(".saved-{now}"));
        let saved = copy_to(&session.connection, &copy);
        if let Err(error) = saved {
            let _ = fs::remove_file(&copy);
            tracing::error!(%error, "the database file was deleted, and cannot be saved");
            return Err(OpenError::NotSaved);
        }
        self.next_copy = None;
        tracing::warn!(copy = %copy.display(), "the database file was deleted, and is saved");
        Ok(())
    }
}

/// On disk when it returns.
fn copy_to(connection: &Connection, copy: &Path) -> Result<(), OpenError> {
    let file: File = files::private(OpenOptions::new().create_new(true)).open(copy)?;
    connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
    file.sync_all()?;
    // The name, too.
    #[cfg(unix)]
    if let Some(directory) = copy.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}
