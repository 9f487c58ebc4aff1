//! What all answers have in common: how they are put together, checked and written.

mod cause;
mod command;
mod draft;
mod error;
mod failure;
mod finish_macro;
mod patch;
mod pointer;
mod wire;

pub use cause::{ErrorCause, LocationType};
pub use error::{AnswerError, AnswerErrorKind};
pub use failure::Failure;
pub use pointer::Pointer;
pub(super) use pointer::array_index;
pub use wire::Answer;

pub(crate) use command::command_type;
pub(super) use command::{Command, attributes};
pub(super) use draft::{Draft, written};
pub(super) use finish_macro::finish;
pub(crate) use patch::{Op, Operation};
