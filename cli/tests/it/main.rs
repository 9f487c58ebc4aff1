//! The command `okta-hooks` as a real process.

mod commands;
mod console;
mod emulator;
mod inspect;
mod receiver;

/// The program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_okta-hooks");
