//! The unit tests of the pocket Okta: of an example, cargo runs none.

#![cfg(feature = "simulate")]
#![allow(dead_code)]

#[path = "../examples/pocket_okta/serve/mod.rs"]
mod serve;
#[path = "../examples/pocket_okta/wire.rs"]
mod wire;
