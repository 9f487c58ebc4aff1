//! The tower layers over the pure functions. Feature `tower`, on by default.
//!
//! [`GuardLayer`] is HTTP in and HTTP out, and leaves the request's body alone.

mod body_limit;
mod dead_letter;
mod decode;
mod decode_future;
mod dedupe;
mod guard;
mod handler_error;
mod hook;
mod oneshot;
mod response_body;

pub use dead_letter::{DeadLetter, Discard};
pub use decode::{Decode, DecodeLayer};
pub use decode_future::DecodeFuture;
pub use dedupe::{Dedupe, DedupeFuture, DedupeLayer};
pub use guard::{Guard, GuardFuture, GuardLayer};
pub use handler_error::HandlerError;
pub use hook::{Hook, HookFuture, HookLayer};
pub use response_body::{GuardBody, ReplyBody};

/// An error of a service that these layers were given.
type BoxError = Box<dyn std::error::Error + Send + Sync>;
