//! The telephony inline hook: sends one-time codes through a provider of one's own.

pub(super) mod answer;
mod request;

pub use answer::{Answer, Status};
pub use request::{Message, Request, RequestType, UserProfile};
