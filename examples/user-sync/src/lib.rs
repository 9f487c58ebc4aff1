//! The parts of the service, one module each; `main.rs` puts them together.

mod clock;
pub mod gap_repair;
mod health;
pub mod hook;
pub mod metrics;
pub mod okta;
pub mod pages;
pub mod profiles;
pub mod server;
pub mod settings;
pub mod shutdown;
pub mod store;
