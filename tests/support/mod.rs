//! Real processes and real sockets for the tests.

// Each test binary has its own copy and need not use all of it.
#![allow(dead_code)]

pub mod browser;
pub mod http;
pub mod process;
#[cfg(unix)]
pub mod sync;
