//! The database as one SQLite file.

mod apply;
mod backfill;
mod database;
mod files;
mod project;
mod read;
mod schema;
mod system_log;
mod wal_owner;
mod writer;

pub use read::Reader;
pub use writer::Writer;
