//! Real processes, real sockets, and a stand-in for an Okta org.

pub mod http;
pub mod okta_org;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(unix)]
pub mod process;
#[cfg(feature = "postgres")]
pub mod replicas;
#[cfg(feature = "postgres")]
pub mod senders;
pub mod sync;
// Several replicas share a rate limit; one alone needs no test of it.
#[cfg_attr(not(feature = "postgres"), expect(dead_code))]
pub mod window;
