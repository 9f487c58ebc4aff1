//! The one pass over the bytes: where each event and each of its members stands.

use std::fmt;

use bytes::Bytes;

use crate::event_type::EventType;
use crate::json::{self, Cursor, Span};
use crate::parse_error::{ParseError, ParseErrorKind};

/// A body that was read once, and the places of the events in it.
pub(crate) struct Batch {
    pub(crate) body: Bytes,
    pub(crate) events: Vec<EventIndex>,
}

impl Batch {
    pub(crate) fn text(&self, span: Span) -> &str {
        // The index was made from this body as text, so its spans are text too.
        std::str::from_utf8(&self.body[span.range()]).unwrap_or_default()
    }

    /// What stands before a value and after it.
    pub(crate) fn around(&self, span: Span) -> (&str, &str) {
        let (start, end) = (span.range().start, span.range().end);
        let text = std::str::from_utf8(&self.body).unwrap_or_default();
        (&text[..start], &text[end..])
    }

    pub(crate) fn resolve<'a>(&'a self, text: &'a Text) -> Option<&'a str> {
        match text {
            Text::Absent => None,
            Text::Plain(span) => Some(self.text(*span)),
            Text::Unescaped(text) => Some(text),
        }
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// A text member that is read so often that its place is kept.
#[derive(Clone, Debug, Default)]
pub(crate) enum Text {
    /// Missing, null or no text.
    #[default]
    Absent,
    /// Between the quotes, without escapes.
    Plain(Span),
    /// It had escapes.
    Unescaped(Box<str>),
}

impl Text {
    /// Reads one value, which may be of any shape.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        let span = cursor.value()?;
        Ok(Self::at(cursor, span))
    }

    fn at(cursor: &Cursor<'_>, span: Span) -> Self {
        match json::string(cursor.text(span)) {
            None => Self::Absent,
            Some(std::borrow::Cow::Borrowed(_)) => Self::Plain(span.without_quotes()),
            Some(std::borrow::Cow::Owned(text)) => Self::Unescaped(text.into()),
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
    const COUNT: usize = Self::InsertionTimestamp as usize + 1;

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
    /// Its place in the array it came in, counting the elements that were set aside.
    pub(crate) position: u32,
    pub(crate) event_type: EventType,
    pub(crate) uuid: Text,
    pub(crate) published: Text,
    members: [Span; Member::COUNT],
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

/// Why an element of a batch is no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoEvent {
    NotAnObject,
    NoEventType,
}

/// An element that is no event: why, and where it stands.
pub(crate) type SetAside = (NoEvent, Span);

/// Reads one value that should be an event; of duplicate members the last one counts.
pub(crate) fn element(
    cursor: &mut Cursor<'_>,
    position: u32,
) -> Result<Result<EventIndex, SetAside>, ParseError> {
    if cursor.peek() != Some(b'{') {
        return Ok(Err((NoEvent::NotAnObject, cursor.value()?)));
    }
    let mut members = [Span::default(); Member::COUNT];
    let span = cursor.object(|cursor, key| {
        let value = cursor.value()?;
        if let Some(member) = Member::from_name(key) {
            members[member as usize] = value;
        }
        Ok(())
    })?;
    let at = |member: Member| cursor.text(members[member as usize]);
    let event_type = match json::string(at(Member::EventType)) {
        Some(text) if !text.is_empty() => EventType::from_text(&text),
        _ => return Ok(Err((NoEvent::NoEventType, span))),
    };
    Ok(Ok(EventIndex {
        span,
        position,
        event_type,
        uuid: Text::at(cursor, members[Member::Uuid as usize]),
        published: Text::at(cursor, members[Member::Published as usize]),
        members,
    }))
}

/// Reads an array of elements that should be events.
pub(crate) fn elements(cursor: &mut Cursor<'_>) -> Result<Elements, ParseError> {
    let mut found = Elements::default();
    let mut position = 0;
    found.span = cursor.array(|cursor| {
        match element(cursor, position)? {
            Ok(event) => found.events.push(event),
            Err(set_aside) => found.set_aside.push((position, set_aside)),
        }
        position += 1;
        Ok(())
    })?;
    Ok(found)
}

/// An array of events: the good ones and those that are none, each with its place in the array.
#[derive(Default)]
pub(crate) struct Elements {
    pub(crate) span: Span,
    pub(crate) events: Vec<EventIndex>,
    pub(crate) set_aside: Vec<(u32, SetAside)>,
}

/// The body as text, or where it stops being one.
pub(crate) fn utf8(body: &[u8]) -> Result<&str, ParseError> {
    std::str::from_utf8(body)
        .map_err(|error| ParseError::new(ParseErrorKind::NotUtf8, body, error.valid_up_to()))
}
