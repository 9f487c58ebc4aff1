use std::borrow::Cow;

use super::part::{open_enum, part};

part! {
    /// How it ended.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"}}"#)?;
    /// use okta_hooks::event::OutcomeResult;
    ///
    /// let outcome = event.outcome().unwrap_or_default();
    /// assert_eq!(outcome.result, Some(OutcomeResult::Failure));
    /// assert_eq!(outcome.reason.as_deref(), Some("INVALID_CREDENTIALS"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Outcome<'a> {
        /// Success, failure, or what else came out.
        pub result: Option<OutcomeResult> = "result",
        /// Why: a constant such as `INVALID_CREDENTIALS`, or a sentence.
        pub reason: Option<Cow<'a, str>> = "reason",
    }
}

open_enum! {
    /// How an action ended: `outcome.result`.
    pub enum OutcomeResult {
        /// It was carried out.
        Success = "SUCCESS",
        /// It failed.
        Failure = "FAILURE",
        /// It was skipped.
        Skipped = "SKIPPED",
        /// A policy allowed it.
        Allow = "ALLOW",
        /// A policy denied it.
        Deny = "DENY",
        /// Another factor was asked for.
        Challenge = "CHALLENGE",
        /// Okta's own literal, which is why the catch-all is called `Other`.
        Unknown = "UNKNOWN",
        /// A rate limit stopped it.
        RateLimit = "RATE_LIMIT",
        /// It was put off.
        Deferred = "DEFERRED",
        /// It is to happen at a set time.
        Scheduled = "SCHEDULED",
        /// It was given up.
        Abandoned = "ABANDONED",
        /// Nobody answered.
        Unanswered = "UNANSWERED",
    }
}

open_enum! {
    /// How grave an event is: `severity`.
    pub enum Severity {
        /// For debugging.
        Debug = "DEBUG",
        /// Ordinary.
        Info = "INFO",
        /// Worth a look.
        Warn = "WARN",
        /// Something failed.
        Error = "ERROR",
    }
}
