//! What only tests need: programs as real processes, HTTP to the byte, receivers of hooks, a browser.

pub mod axe;
pub mod browser;
pub mod conformance;
pub mod console;
pub mod devtools;
pub mod hook;
pub mod http;
pub mod nats;
pub mod process;
pub mod workspace;
