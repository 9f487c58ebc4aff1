//! The programs as Okta and NATS meet them: real processes, a real nats-server, real sockets.
//!
//! Where there is no `nats-server` (Debian: `apt install nats-server`), the tests say that they were
//! skipped.

mod consuming;
mod credentials;
mod faults;
mod nats;
mod outages;
mod panics;
mod program;
mod receiving;
mod refusals;
mod sender;
