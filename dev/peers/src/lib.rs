//! Receivers that do what this project's do, as one would write them without it, and the load that
//! measures them: real processes on one core, their senders on another, in rounds that take turns.

mod connection;
mod delivery;
mod load;
mod machine;
mod node;
mod round;
mod server;
pub mod service;
mod table;

pub use connection::{Answer, Connection};
pub use delivery::{Delivery, body};
pub use load::{Load, load};
pub use machine::{Core, describe, pin};
pub use node::express;
pub use round::{Found, rounds};
pub use server::{Program, Server, build};
pub use table::{Table, median};

/// The value of the header that every receiver asks for.
pub const SECRET: &str = "s3cret";
