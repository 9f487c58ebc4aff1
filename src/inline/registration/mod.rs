//! The registration inline hook: allows or denies self-service registration and completed profiles,
//! and sets attributes.

pub(crate) mod answer;
mod request;

pub use answer::Answer;
pub use request::{Action, Request, RequestType};
