//! Users: what they are, and what can be done with them.

mod answer;
pub mod api;
mod create;
mod credentials;
mod directory;
pub mod lifecycle;
mod links;
mod list;
mod password;
mod profile;
mod response;
mod update;
mod user;

pub use answer::ListedUser;
pub use directory::Users;
pub use links::{USER_SCHEMA, USER_TYPE};
pub use profile::text_attributes;
pub use user::{ADMIN, User};
