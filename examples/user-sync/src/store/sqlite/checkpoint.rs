//! Moves what was written from the write-ahead log into the database, beside the writer: a commit
//! that did it on its way would keep everybody waiting who comes then.
//!
//! SQLite begins the log anew at the first transaction that finds all of it moved. While the writer
//! goes on that never happens by itself, so the writer moves the last few pages.

use std::os::raw::c_int;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use super::schema::{self, OpenError};

/// How many pages are written before they are moved: enough to be worth two syncs.
const STEP: c_int = 1_000;

/// From how many pages on the log is to be begun anew.
const LONG: i64 = 2_000;

/// How many may be left for the writer then: what takes about a millisecond.
const FEW: i64 = 64;

/// How often to try for so few while the writer goes on.
const MAX_PASSES: usize = 4;

/// When the writer moves them all itself, should the thread not have been able to.
const TOO_LONG: c_int = 8_000;

/// The thread, with a connection of its own. It ends when this is dropped.
pub struct Checkpointer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// There is a step to be moved.
    is_asked: AtomicBool,
    /// Few pages are left, which the writer is to move.
    is_nearly_done: AtomicBool,
    is_over: AtomicBool,
}

impl Checkpointer {
    /// For the database that `writer` has open.
    pub fn start(path: &Path, writer: &mut Connection) -> Result<Self, OpenError> {
        let connection = schema::open_to_checkpoint(path)?;
        let shared = Arc::new(Shared::default());
        let its = shared.clone();
        let thread = std::thread::Builder::new()
            .name("checkpoint".to_owned())
            .spawn(move || run(&connection, &its))?;
        let (asking, sleeper) = (shared.clone(), thread.thread().clone());
        let mut moved = 0;
        writer.wal_hook(Some(move |wal: &mut Wal, pages: c_int| {
            // It was begun anew.
            moved = moved.min(pages);
            if asking.is_nearly_done.swap(false, Ordering::Relaxed) || pages >= TOO_LONG {
                // The commit holds, whatever comes of this.
                let _ = wal.checkpoint();
            } else if pages - moved >= STEP {
                moved = pages;
                asking.is_asked.store(true, Ordering::Release);
                sleeper.unpark();
            }
            Ok(())
        }))?;
        Ok(Self { shared, thread: Some(thread) })
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Release);
        let Some(thread) = self.thread.take() else { return };
        thread.thread().unpark();
        if thread.join().is_err() {
            tracing::error!("the checkpoint panicked");
        }
    }
}

fn run(connection: &Connection, shared: &Shared) {
    while !shared.is_over.load(Ordering::Acquire) {
        if !shared.is_asked.swap(false, Ordering::Acquire) {
            std::thread::park();
            continue;
        }
        match move_most(connection) {
            Ok(is_nearly_done) => shared.is_nearly_done.store(is_nearly_done, Ordering::Relaxed),
            // Nothing is lost by it, and the writer says what is wrong with the disk.
            Err(error) => tracing::debug!(%error, "the write-ahead log stays as it is"),
        }
    }
}

/// Whether the log is long, and the writer has to move what is left of it.
fn move_most(connection: &Connection) -> rusqlite::Result<bool> {
    let mut moved = 0;
    for _ in 0..MAX_PASSES {
        let (pages, now) = passive(connection)?;
        if pages < LONG {
            return Ok(false);
        }
        if now - moved <= FEW {
            break;
        }
        moved = now;
    }
    Ok(true)
}

/// Moves what can be moved without anybody waiting; returns how many pages there are, and how many
/// of them are moved by now.
fn passive(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let sql = "PRAGMA wal_checkpoint(PASSIVE)";
    connection.query_row(sql, [], |row| Ok((row.get(1)?, row.get(2)?)))
}
