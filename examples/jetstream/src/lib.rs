//! The stream, for the programs in `main.rs` and for tests of services that misbehave.

pub mod nats;
