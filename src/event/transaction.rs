use std::borrow::Cow;

use super::FreeForm;
use super::macros::{open_set, part};

part! {
    /// What groups the events of one operation.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","transaction":{"type":"JOB","id":"eru2v9k4YhQbXnTmw5d7"}}"#)?;
    /// use okta_hooks::event::TransactionType;
    ///
    /// let transaction = event.transaction().unwrap_or_default();
    /// assert_eq!(transaction.kind, Some(TransactionType::JOB));
    /// assert_eq!(transaction.id.as_deref(), Some("eru2v9k4YhQbXnTmw5d7"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Transaction<'a> {
        /// `type`: a request or a job.
        pub kind: Option<TransactionType> = "type",
        /// Of several formats, with letters such as `@`, `-` and `_`.
        pub id: Option<Cow<'a, str>> = "id",
        /// May hold `requestApiTokenId`, the API token that was used.
        pub detail: Option<FreeForm<'a>> = "detail",
    }
}

open_set! {
    /// What kind of operation it was.
    pub struct TransactionType {
        /// A web request.
        WEB = "WEB",
        /// A task Okta ran by itself.
        JOB = "JOB",
    }
}
