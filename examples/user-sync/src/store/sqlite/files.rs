//! Which files the database is in. SQLite opens them by name and goes on with what it has opened,
//! whatever has that name later; so a name alone does not say where a change went.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Which file it is, whatever its name: device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId(u64, u64);

impl FileId {
    /// The file that has this name now; `None` if there is none, or where files have no such numbers.
    pub fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().and_then(|file| Self::in_metadata(&file))
    }

    #[cfg(unix)]
    fn in_metadata(file: &fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self(file.dev(), file.ino()))
    }

    pub fn inode(self) -> u64 {
        self.1
    }

    /// Where files have no such numbers, SQLite keeps others from moving what it has open.
    #[cfg(not(unix))]
    fn in_metadata(_: &fs::Metadata) -> Option<Self> {
        None
    }
}

/// A file that is kept open, so that no other gets its numbers. It must stay open for as long as
/// SQLite has it open: closing it gives up all locks that this process has on it.
pub struct Pinned {
    file: File,
    pub path: PathBuf,
    pub id: Option<FileId>,
}

impl Pinned {
    /// Personal data is nobody else's business: a new file is its owner's alone, and SQLite gives
    /// the files it makes beside it the same permissions.
    pub fn open_or_create(path: PathBuf) -> io::Result<Self> {
        Self::of(private(OpenOptions::new().create(true)).open(&path)?, path)
    }

    pub fn open(path: PathBuf) -> io::Result<Self> {
        Self::of(File::open(&path)?, path)
    }

    fn of(file: File, path: PathBuf) -> io::Result<Self> {
        let id = FileId::in_metadata(&file.metadata()?);
        Ok(Self { file, path, id })
    }

    pub fn metadata(&self) -> io::Result<fs::Metadata> {
        self.file.metadata()
    }

    /// Whether it still has its name.
    pub fn is_in_place(&self) -> bool {
        self.id == FileId::of(&self.path)
    }

    /// Whether it has no name any more: what is in it is gone when it is closed.
    pub fn is_deleted(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            self.file.metadata().is_ok_and(|file| file.nlink() == 0)
        }
        #[cfg(not(unix))]
        false
    }

    /// Whether SQLite has opened this very file, beside us.
    pub fn is_open_twice(&self) -> bool {
        times_open(self.id).is_none_or(|times| times >= 2)
    }
}

/// Options for a file that nobody else may read.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.write(true)
}

/// How often this process has a file open; `None` where that cannot be found out.
pub fn times_open(id: Option<FileId>) -> Option<usize> {
    let id = id?;
    let descriptors = fs::read_dir("/dev/fd").ok()?;
    let is_it = |entry: &io::Result<fs::DirEntry>| {
        entry.as_ref().is_ok_and(|entry| FileId::of(&entry.path()) == Some(id))
    };
    Some(descriptors.filter(is_it).count())
}

/// The file beside a database that has its name and this suffix.
pub fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = real_path(database).into();
    name.push(suffix);
    name.into()
}

/// Where the file is or would be: SQLite puts the others where a symbolic link leads to.
fn real_path(path: &Path) -> PathBuf {
    let in_directory = || {
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        let directory = fs::canonicalize(directory.unwrap_or(Path::new("."))).ok()?;
        Some(directory.join(path.file_name()?))
    };
    fs::canonicalize(path).ok().or_else(in_directory).unwrap_or_else(|| path.to_owned())
}

/// What SQLite has open beside a database: its write-ahead log and the index of that.
pub struct Beside {
    wal: Pinned,
    names: Names,
}

impl Beside {
    /// What SQLite has just opened beside this database; `None` if any of the files was moved or
    /// replaced meanwhile.
    pub fn opened(database: &Pinned) -> io::Result<Option<Self>> {
        let wal = Pinned::open(beside(&database.path, "-wal"))?;
        // Never opened here: see `Pinned`.
        let shm = beside(&database.path, "-shm");
        let shm_id = FileId::of(&shm);
        let is_open = times_open(shm_id).is_none_or(|times| times >= 1)
            && database.is_open_twice()
            && wal.is_open_twice();
        let names = [(&database.path, database.id), (&wal.path, wal.id), (&shm, shm_id)];
        let names = Names(names.map(|(path, id)| (path.clone(), id)));
        let is_in_place = is_open && names.are_in_place();
        Ok(is_in_place.then_some(Self { wal, names }))
    }

    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Whether the write-ahead log still has its name, and changes in it.
    pub fn wal_is_left(&self) -> bool {
        self.wal.is_in_place() && has_content(&self.wal.path)
    }

    pub fn wal_is_in_place(&self) -> bool {
        self.wal.is_in_place()
    }

    pub fn wal_is_deleted(&self) -> bool {
        self.wal.is_deleted()
    }

    /// Removes what is left of them.
    pub fn remove(&self) -> io::Result<()> {
        let [_, rest @ ..] = &self.names.0;
        for (path, id) in rest {
            if id.is_some() && *id == FileId::of(path) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// The three files and the names they had when they were opened.
#[derive(Clone)]
pub struct Names([(PathBuf, Option<FileId>); 3]);

impl Names {
    pub fn are_in_place(&self) -> bool {
        self.0.iter().all(|(path, id)| *id == FileId::of(path))
    }
}

/// Whether there is a file of that name with anything in it.
pub fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() > 0)
}
