//! Receivers under load for a long time, among clients that are slow, silent or gone: real processes,
//! real connections, a disk that takes its time.
//!
//! What has to hold in each scenario: every well-behaved delivery is answered within Okta's deadline,
//! memory is flat, no descriptor is leaked, and what was acknowledged is in the database, once.

#![cfg(target_os = "linux")]

mod crowd;
mod ending;
mod files;
mod finding;
mod plan;
mod programs;
mod receiver;
mod run;
mod scenario;
mod scene;
mod senders;
mod tally;
mod watch;

pub use files::allow_many_files;
pub use finding::Finding;
pub use plan::Plan;
pub use programs::Programs;
pub use receiver::Receiver;
pub use run::run;
pub use scenario::{SCENARIOS, Scenario};
pub use watch::Memory;
