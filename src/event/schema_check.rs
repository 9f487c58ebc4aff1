//! The strict walk over one event that `schema_mismatches()` is.

use std::borrow::Cow;

use super::index::Member;
use super::read::{Read, StringOrNumber};
use super::schema_mismatch::{Report, SchemaMismatch};
use super::{
    Actor, AuthenticationContext, Client, DebugContext, Device, LogEvent, Outcome, Request,
    SecurityContext, Severity, Target, Transaction,
};
use crate::json;

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
