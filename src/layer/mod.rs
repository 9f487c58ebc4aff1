//! The tower layers over the pure functions. Feature `tower`, on by default.
//!
//! [`GuardLayer`] is HTTP in and HTTP out, and leaves the request's body alone.

mod body;
mod body_limit;
mod dead_letter;
mod decode;
mod dedupe;
mod guard;
mod oneshot;

pub use body::{ReplyBody, ResponseBody};
pub use dead_letter::{DeadLetter, Discard};
pub use decode::{Decode, DecodeFuture, DecodeLayer, HandlerError};
pub use dedupe::{Dedupe, DedupeFuture, DedupeLayer};
pub use guard::{Guard, GuardLayer, ResponseFuture};

/// An error of a service that these layers were given.
type BoxError = Box<dyn std::error::Error + Send + Sync>;
