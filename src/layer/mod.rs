//! The tower layers over the pure functions. Feature `tower`, on by default.
//!
//! [`GuardLayer`] is HTTP in and HTTP out, and leaves the request's body alone.

mod body;
mod guard;

pub use body::ResponseBody;
pub use guard::{Guard, GuardLayer, ResponseFuture};
