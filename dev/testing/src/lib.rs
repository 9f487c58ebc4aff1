//! What only tests need: programs as real processes, HTTP to the byte, receivers of hooks, a browser.

pub mod axe;
pub mod browser;
pub mod conformance;
pub mod console;
pub mod devtools;
pub mod hook;
pub mod http;
pub mod nats;
// The sync's own, whose folder has to be whole when it is copied.
#[cfg(unix)]
#[path = "../../../examples/user-sync/tests/it/support/postgres.rs"]
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod workspace;
