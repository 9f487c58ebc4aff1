//! The Okta emulator for Rust tests: [`emulator::start`] runs an org in the process of the test.
//!
//! The crate is the command `okta-hooks` first of all; its README says what the emulator can do and
//! how it differs from Okta.

#![warn(missing_docs)]

#[macro_use]
mod terminal;

mod check;
mod command_line;
mod content;
mod destination;
mod diagnosis;
mod editor;
pub mod emulator;
mod http_client;
mod inspect;
mod loopback;
mod new_ids;
mod replay;
mod send;
mod summary;
mod verify;

#[doc(hidden)]
pub use command_line::run_command_line;
