//! The database on a PostgreSQL server, which any number of replicas share.

mod apply;
mod connection;
mod error;
mod hosts;
mod known_types;
mod merge;
mod project;
mod read;
mod replicas;
mod schema;
mod session;
mod statements;
mod system_log;
mod target;
mod turns;
mod writer;

pub use read::Reader;
pub use replicas::Replicas;
pub use target::Target;
pub use turns::Turns;
pub use writer::Postgres;
