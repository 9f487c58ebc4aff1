//! Where each event and each of its members stands in a body.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::scan::Elements;
use crate::event_type::EventType;
use crate::invalid_event::InvalidElement;
use crate::json::{self, Scanner, Span};
use crate::parse_error::ParseError;

/// A body that was read once, and the places of the events in it.
pub(crate) struct Batch {
    pub(crate) body: Bytes,
    pub(crate) events: Vec<EventIndex>,
    pub(crate) invalid: Vec<InvalidElement>,
    /// The path of the array they stand in; empty where the array is the whole body.
    pub(crate) array: &'static str,
}

impl Batch {
    pub(crate) fn new(body: Bytes, elements: Elements, array: &'static str) -> Arc<Self> {
        Arc::new(Self { body, events: elements.events, invalid: elements.invalid, array })
    }

    /// Of one event that stands alone.
    pub(super) fn of_one(body: Bytes, event: EventIndex) -> Arc<Self> {
        Arc::new(Self { body, events: vec![event], invalid: Vec::new(), array: "" })
    }

    pub(crate) fn json(&self, span: Span) -> &str {
        // The index was made from this body as a string, so its spans are strings too.
        std::str::from_utf8(&self.body[span.range()]).unwrap_or_default()
    }

    /// What stands before a value and after it.
    pub(crate) fn around(&self, span: Span) -> (&str, &str) {
        let (start, end) = (span.range().start, span.range().end);
        let body = std::str::from_utf8(&self.body).unwrap_or_default();
        (&body[..start], &body[end..])
    }

    pub(crate) fn resolve<'a>(&'a self, member: &'a StringMember) -> Option<&'a str> {
        match member {
            StringMember::Absent => None,
            StringMember::Plain(span) => Some(self.json(*span)),
            StringMember::Unescaped(string) => Some(string),
        }
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// A string member that is read so often that its place is kept.
#[derive(Clone, Debug, Default)]
pub(crate) enum StringMember {
    /// Missing, null or not a string.
    #[default]
    Absent,
    /// Between the quotes, without escapes.
    Plain(Span),
    /// It had escapes.
    Unescaped(Box<str>),
}

impl StringMember {
    /// Reads one value, which may be of any shape.
    pub(crate) fn read(scanner: &mut Scanner<'_>) -> Result<Self, ParseError> {
        let span = scanner.value()?;
        Ok(Self::at(scanner, span))
    }

    pub(super) fn at(scanner: &Scanner<'_>, span: Span) -> Self {
        match json::string(scanner.json(span)) {
            None => Self::Absent,
            Some(std::borrow::Cow::Borrowed(_)) => Self::Plain(span.without_quotes()),
            Some(std::borrow::Cow::Owned(string)) => Self::Unescaped(string.into()),
        }
    }

    fn relative_to(&self, origin: Span) -> Self {
        match self {
            Self::Plain(span) => Self::Plain(span.relative_to(origin)),
            other => other.clone(),
        }
    }
}

/// The documented members of a LogEvent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Member {
    Uuid,
    Published,
    EventType,
    Version,
    Severity,
    DisplayMessage,
    LegacyEventType,
    Actor,
    Client,
    Device,
    Outcome,
    Target,
    Transaction,
    DebugContext,
    AuthenticationContext,
    SecurityContext,
    Request,
    InsertionTimestamp,
}

impl Member {
    pub(super) const COUNT: usize = Self::InsertionTimestamp as usize + 1;

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "uuid" => Self::Uuid,
            "published" => Self::Published,
            "eventType" => Self::EventType,
            "version" => Self::Version,
            "severity" => Self::Severity,
            "displayMessage" => Self::DisplayMessage,
            "legacyEventType" => Self::LegacyEventType,
            "actor" => Self::Actor,
            "client" => Self::Client,
            "device" => Self::Device,
            "outcome" => Self::Outcome,
            "target" => Self::Target,
            "transaction" => Self::Transaction,
            "debugContext" => Self::DebugContext,
            "authenticationContext" => Self::AuthenticationContext,
            "securityContext" => Self::SecurityContext,
            "request" => Self::Request,
            "insertionTimestamp" => Self::InsertionTimestamp,
            _ => return None,
        })
    }
}

/// Where one event stands in the body, and where its members do.
#[derive(Clone, Debug)]
pub(crate) struct EventIndex {
    pub(crate) span: Span,
    /// Its place in the array it came in, counting the elements that are not events.
    pub(crate) position: u32,
    pub(crate) event_type: EventType,
    pub(crate) uuid: StringMember,
    pub(crate) published: StringMember,
    pub(super) members: [Span; Member::COUNT],
}

impl EventIndex {
    pub(crate) fn member(&self, member: Member) -> Span {
        self.members[member as usize]
    }

    /// The same event once its JSON is all there is.
    pub(crate) fn detached(&self) -> Self {
        Self {
            span: self.span.relative_to(self.span),
            position: self.position,
            event_type: self.event_type.clone(),
            uuid: self.uuid.relative_to(self.span),
            published: self.published.relative_to(self.span),
            members: self.members.map(|span| span.relative_to(self.span)),
        }
    }
}
