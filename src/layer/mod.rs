//! The tower layers over the pure functions. Feature `tower`, on by default.
//!
//! [`GuardLayer`] is HTTP in and HTTP out, and leaves the request's body alone.

mod body;
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
