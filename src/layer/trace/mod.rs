//! What feature `tracing` records of a request; without it there is nothing here that costs.

#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;

#[cfg(not(feature = "tracing"))]
pub(super) use off::{RequestSpan, Traced, claimed, decoded, decoded_inline};
#[cfg(feature = "tracing")]
pub(super) use on::{RequestSpan, Traced, claimed, decoded, decoded_inline};
