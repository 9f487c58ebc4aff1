//! What could not be handled stays in the stream, beside the events.

use async_nats::HeaderMap;
use async_nats::jetstream::Context;

use super::publish::{self, NotStored};
use super::subject;

/// Why it is there: where it is malformed, never what it says.
const REASON: &str = "okta-hooks-reason";

/// Keeps what a consumer gives up, with the headers it came with.
pub async fn of_message(
    context: &Context,
    consumer: &str,
    message: &async_nats::Message,
    reason: &str,
) -> Result<(), NotStored> {
    let subject = subject::of_dead_letter(consumer, &message.subject);
    let headers = message.headers.clone().unwrap_or_default();
    publish::store(context, subject, with_reason(headers, reason), message.payload.clone()).await
}

/// A header is one line.
pub fn with_reason(mut headers: HeaderMap, reason: &str) -> HeaderMap {
    headers.insert(REASON, reason.replace(char::is_control, " "));
    headers
}
