//! NATS JetStream: the connection, the stream, what goes in and what comes out.

pub mod connection;
pub mod consumer;
pub mod dead_letter;
pub mod message;
pub mod publish;
pub mod settings;
pub mod stream;
pub mod subject;

/// What makes no sense and does not pass by itself: one line, and exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);
