//! The password import inline hook: says whether a password is right that another system keeps.

pub(super) mod answer;
mod request;

pub use answer::Answer;
pub use request::{Action, Credential, CredentialStatus, Request};
