//! Okta's APIs, as much of them as the sync needs: one user by id, the System Log, and the OAuth
//! token to call them with.
//!
//! Nothing in here sleeps or tries again by itself (but for one renewal of a token that Okta no
//! longer takes). Every call says how long to wait instead: [`Answered::pause`] after a success,
//! [`ClientError::retry_after`] after a failure. The loop belongs to the caller, so that what is
//! still to be done can lie in a database and survive a restart.
//!
//! Errors and `Debug` say where and why, with Okta's error code and request id, and never show a
//! token, a key, a URL, or anything Okta wrote about a user.

mod client;
mod credentials;
mod error;
pub mod jwt;
mod limits;
mod org;
mod token;
mod transport;
mod user;

pub use client::{Answered, Client};
pub use credentials::{Credentials, ServiceApp};
pub use error::{ClientError, ConfigError, Endpoint, ErrorKind};
pub use transport::Timeouts;
pub use user::{Found, User};
