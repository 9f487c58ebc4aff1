//! The user import inline hook: changes attributes of imported users, and decides whether they are
//! created or linked.

pub(super) mod answer;
mod request;

pub use answer::Answer;
pub use request::{Action, AppUser, Application, ImportResult, ImportedUser, Job, Request};
