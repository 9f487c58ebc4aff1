//! The database as one SQLite file.

mod activity;
mod apply;
mod backfill;
mod database;
mod dead_letter;
mod duplicates;
mod files;
mod hooks;
mod project;
mod read;
mod schema;
mod system_log;
mod wal_owner;
mod writer;

pub use read::Reader;
pub use writer::Sqlite;
