//! Real processes, real sockets, and a stand-in for an Okta org.

pub mod http;
pub mod okta_org;
#[cfg(unix)]
pub mod process;
pub mod sync;
