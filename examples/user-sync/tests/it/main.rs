//! The service as a real process over real files and sockets.

mod disk;
mod health;
mod okta_client;
mod org;
mod projection;
mod replaced;
mod serving;
mod support;
mod sync;
