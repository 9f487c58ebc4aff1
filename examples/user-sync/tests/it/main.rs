//! The service as a real process over real files and sockets.

mod activity;
mod disk;
mod health;
mod okta_client;
mod org;
mod paging;
#[cfg(feature = "postgres")]
mod postgres_failover;
#[cfg(feature = "postgres")]
mod postgres_faults;
#[cfg(feature = "postgres")]
mod postgres_refusals;
#[cfg(feature = "postgres")]
mod postgres_replicas;
#[cfg(feature = "postgres")]
mod postgres_start;
#[cfg(feature = "postgres")]
mod postgres_turns;
mod profiles;
mod projection;
mod recovery;
mod replaced;
mod serving;
mod settings;
mod support;
mod sync;
