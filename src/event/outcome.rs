use std::borrow::Cow;

use super::macros::{open_set, part};

part! {
    /// How it ended.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"}}"#)?;
    /// use okta_hooks::event::OutcomeResult;
    ///
    /// let outcome = event.outcome().unwrap_or_default();
    /// assert_eq!(outcome.result, Some(OutcomeResult::FAILURE));
    /// assert_eq!(outcome.reason.as_deref(), Some("INVALID_CREDENTIALS"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct Outcome<'a> {
        /// Success, failure, or what else came out.
        pub result: Option<OutcomeResult> = "result",
        /// Why: a constant such as `INVALID_CREDENTIALS`, or a sentence.
        pub reason: Option<Cow<'a, str>> = "reason",
    }
}

open_set! {
    /// How an action ended: `outcome.result`.
    pub struct OutcomeResult {
        /// It was carried out.
        SUCCESS = "SUCCESS",
        /// It failed.
        FAILURE = "FAILURE",
        /// It was skipped.
        SKIPPED = "SKIPPED",
        /// A policy allowed it.
        ALLOW = "ALLOW",
        /// A policy denied it.
        DENY = "DENY",
        /// Another factor was asked for.
        CHALLENGE = "CHALLENGE",
        /// Okta cannot tell.
        UNKNOWN = "UNKNOWN",
        /// A rate limit stopped it.
        RATE_LIMIT = "RATE_LIMIT",
        /// It was put off.
        DEFERRED = "DEFERRED",
        /// It is to happen at a set time.
        SCHEDULED = "SCHEDULED",
        /// It was given up.
        ABANDONED = "ABANDONED",
        /// Nobody answered.
        UNANSWERED = "UNANSWERED",
    }
}
