//! The parts of the service, one module each; `main.rs` puts them together.

mod clock;
mod health;
pub mod hook;
pub mod metrics;
pub mod okta;
pub mod pages;
pub mod profiles;
pub mod repair;
pub mod server;
pub mod settings;
pub mod shutdown;
pub mod store;
