//! One emulator for each file: each has all of the org in memory, and would write over what another has
//! written.

use std::error::Error;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// The file's lock. It ends with this value, or with the process, however that ends.
///
/// It is taken on an empty file beside the database, which stays: SQLite's own locks are on the
/// database itself, and on some systems they would wait for this one.
pub struct DataLock {
    _open: File,
}

impl DataLock {
    /// Takes it on this file, which is created if there is none.
    pub fn take(path: &Path) -> Result<Self, Box<dyn Error>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _open: file }),
            Err(TryLockError::WouldBlock) => Err("is in use by another emulator".into()),
            Err(TryLockError::Error(error)) => Err(format!("cannot be locked: {error}").into()),
        }
    }
}
