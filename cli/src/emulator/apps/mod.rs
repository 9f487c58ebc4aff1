//! Applications, and who is assigned to them.

pub mod api;
mod app;
mod assignments;
pub mod assignments_api;

pub use app::Application;
