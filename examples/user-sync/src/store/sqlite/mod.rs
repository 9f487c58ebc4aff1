//! The database as one SQLite file.

mod activity;
mod apply;
mod backfill;
mod database;
mod dead_letter;
mod duplicates;
mod files;
mod hooks;
mod profiles;
mod project;
mod read;
mod schema;
mod session;
mod statements;
mod system_log;
mod wal_owner;
mod writer;

pub use profiles::Profiles;
pub use read::Reader;
pub use writer::Sqlite;
