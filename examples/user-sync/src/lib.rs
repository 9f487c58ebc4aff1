//! The parts of the service, one module each; `main.rs` puts them together.

mod clock;
#[cfg(feature = "nats")]
pub mod from_nats;
pub mod gap_repair;
mod health;
pub mod hook;
pub mod metrics;
#[cfg(feature = "nats")]
pub mod nats;
pub mod okta;
pub mod pages;
pub mod profiles;
pub mod server;
pub mod settings;
pub mod shutdown;
pub mod sign_of_life;
pub mod store;
