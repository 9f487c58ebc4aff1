//! The service as a real process over real files and sockets.

mod disk;
mod okta_client;
mod org;
mod projection;
mod support;
mod sync;
