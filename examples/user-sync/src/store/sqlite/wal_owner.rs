//! Which file the write-ahead log belongs to. SQLite takes the one that has the right name, and so
//! would put the changes of one file into another: a backup, say, that was put in its place.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::files::{Pinned, beside, has_content, private};
use super::schema::OpenError;

/// Opens or creates the file, unless there is a write-ahead log of another; remembers that from now
/// on the log is this one's.
pub fn claim(path: &Path) -> Result<Pinned, OpenError> {
    let wal = beside(path, "-wal");
    if has_content(&wal) && !path.try_exists()? {
        return Err(OpenError::WalLeft { wal });
    }
    let file = Pinned::open_or_create(path.to_owned())?;
    let note = beside(path, "-owner");
    let (known, actual) = (fs::read_to_string(&note).ok(), description(&file)?);
    match known {
        Some(known) if known == actual => {}
        // None was kept by an earlier release.
        Some(_) if has_content(&wal) => return Err(OpenError::WalOfAnother { wal }),
        _ => write(&note, &beside(path, "-owner-new"), &actual)?,
    }
    Ok(file)
}

/// What a file keeps when the machine starts anew, and no copy of it has: its inode, and when that
/// was made, where this is known. Not the device, which is counted anew.
fn description(file: &Pinned) -> io::Result<String> {
    let born = file.metadata()?.created().ok();
    let born = born.and_then(|born| born.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let inode = file.id.map_or(0, |id| id.inode());
    Ok(format!("inode {inode} of {}.{:09}\n", born.as_secs(), born.subsec_nanos()))
}

/// There is the whole of it or what was there before, whenever the process ends.
fn write(note: &Path, new: &Path, description: &str) -> io::Result<()> {
    let mut file = private(OpenOptions::new().create(true).truncate(true)).open(new)?;
    file.write_all(description.as_bytes())?;
    file.sync_all()?;
    fs::rename(new, note)
}
