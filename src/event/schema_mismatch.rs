//! What is malformed within one event, and the strict check that finds it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use super::index::Member;
use super::read::{Read, StringOrNumber};
use super::{
    Actor, AuthenticationContext, Client, DebugContext, Device, LogEvent, Outcome, Request,
    SecurityContext, Severity, Target, Transaction,
};
use crate::json;

/// A member of an event whose shape is not the documented one, from
/// [`LogEvent::schema_mismatches`](crate::LogEvent::schema_mismatches). It reads as absent.
///
/// `Display` says where and what was expected, never what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaMismatch {
    path: String,
    expected: &'static str,
}

impl SchemaMismatch {
    /// Where, from the event's own root: `client.ipChain[0].version`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What Okta documents there: `an object`, `a string`, `an integer`, …
    #[must_use]
    pub fn expected(&self) -> &'static str {
        self.expected
    }
}

impl fmt::Display for SchemaMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.path, self.expected)
    }
}

/// Collects the mismatches of one event, and knows where the check stands.
#[derive(Default)]
pub(crate) struct Report {
    path: String,
    pub(crate) found: Vec<SchemaMismatch>,
    /// The paths found so far: a sender can make as many as fit a body.
    seen: HashSet<String>,
}

impl Report {
    pub(crate) fn inside(&mut self, step: fmt::Arguments<'_>, check: impl FnOnce(&mut Self)) {
        let outside = self.path.len();
        let step = step.to_string();
        if !self.path.is_empty() && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(&step);
        check(self);
        self.path.truncate(outside);
    }

    pub(crate) fn unexpected(&mut self, expected: &'static str) {
        // Duplicates of one key are one place.
        if self.seen.insert(self.path.clone()) {
            self.found.push(SchemaMismatch { path: self.path.clone(), expected });
        }
    }
}

impl LogEvent {
    /// The members of this event that are of another shape than Okta documents, strictly checked.
    ///
    /// Unknown members and values, missing members and `null` are not mismatches. A walk over the
    /// whole event: for tools and logs, not for every event.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(
    ///     br#"{"eventType":"x","debugContext":"null","target":[{"id":5}]}"#,
    /// )?;
    /// assert!(event.debug_context().is_none());
    /// let found: Vec<String> = event.schema_mismatches().iter().map(ToString::to_string).collect();
    /// assert_eq!(found, ["debugContext: expected an object", "target[0].id: expected a string"]);
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[must_use]
    pub fn schema_mismatches(&self) -> Vec<SchemaMismatch> {
        let mut report = Report::default();
        json::for_each_member(self.raw(), |key, json| {
            let Some(member) = Member::from_name(key) else { return };
            report.inside(format_args!("{key}"), |report| match member {
                Member::Uuid
                | Member::Published
                | Member::EventType
                | Member::DisplayMessage
                | Member::LegacyEventType => Cow::<'_, str>::check(json, report),
                Member::Version => StringOrNumber::check(json, report),
                Member::Severity => Severity::check(json, report),
                Member::Actor => Actor::check(json, report),
                Member::Client => Client::check(json, report),
                Member::Device => Device::check(json, report),
                Member::Outcome => Outcome::check(json, report),
                Member::Target => Vec::<Target<'_>>::check(json, report),
                Member::Transaction => Transaction::check(json, report),
                Member::DebugContext => DebugContext::check(json, report),
                Member::AuthenticationContext => AuthenticationContext::check(json, report),
                Member::SecurityContext => SecurityContext::check(json, report),
                Member::Request => Request::check(json, report),
                Member::InsertionTimestamp => {}
            });
        });
        report.found
    }
}
