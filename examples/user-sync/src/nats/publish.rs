//! Into the stream: nothing counts as stored before the server says so.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::publish::PublishAck;
use bytes::Bytes;

/// How long until a message is offered again that no server took: while a leader is being elected,
/// nobody answers for the stream.
const AGAIN: Duration = Duration::from_millis(100);

/// Why something may not be in the stream.
#[derive(Debug, thiserror::Error)]
pub enum NotStored {
    #[error("the stream: {0}")]
    Publish(#[from] PublishError),
    /// A server before 2.11 acknowledges like this what it took for a duplicate of a message that it
    /// then lost with its leadership.
    #[error("the stream acknowledged a message without a sequence number")]
    NoSequence,
}

/// Stores a message. Returns when the stream, on a quorum of its servers, has it.
///
/// No `Nats-Msg-Id` is given: servers before 2.11 can lose what they remember the id of. Consumers go
/// by `ce-id`.
pub async fn store(
    context: &Context,
    subject: String,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(), NotStored> {
    loop {
        let sent = context.publish_with_headers(subject.clone(), headers.clone(), body.clone());
        match sent.await?.await {
            Ok(ack) => return stored(&ack),
            Err(error) if error.kind() == PublishErrorKind::StreamNotFound => {
                tokio::time::sleep(AGAIN).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn stored(ack: &PublishAck) -> Result<(), NotStored> {
    match ack.sequence {
        0 => Err(NotStored::NoSequence),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledgment_with_sequence_0_is_a_failure_also_of_a_duplicate() {
        let ack = |sequence, duplicate| PublishAck { sequence, duplicate, ..Default::default() };
        assert!(matches!(stored(&ack(0, true)), Err(NotStored::NoSequence)));
        assert!(matches!(stored(&ack(0, false)), Err(NotStored::NoSequence)));
        assert!(stored(&ack(1, false)).is_ok());
        assert!(stored(&ack(1, true)).is_ok());
    }
}
