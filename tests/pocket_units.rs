//! The unit tests of the pocket Okta: of an example, cargo runs none.

#![cfg(feature = "simulate")]
#![allow(dead_code)]

#[macro_use]
#[path = "../examples/pocket_okta/terminal.rs"]
mod terminal;

#[path = "../examples/pocket_okta/serve/mod.rs"]
mod serve;
#[path = "../examples/pocket_okta/summary.rs"]
mod summary;
#[path = "../examples/pocket_okta/wire.rs"]
mod wire;
