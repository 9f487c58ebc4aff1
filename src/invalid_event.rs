//! What decides that an element of a batch is not an event, and what is kept of one that is not.

use std::fmt;
use std::sync::Arc;

use crate::event::index::Batch;
use crate::event_type::EventType;
use crate::json::{self, Span};

/// An element of a batch that is not an event. It is quarantined so that the others go on.
///
/// An event is a JSON object with a string in `eventType` that is not empty; nothing else about an
/// element makes it invalid. What is malformed within an event is a
/// [`SchemaMismatch`](crate::event::SchemaMismatch).
///
/// `Display` and `Debug` say where and why, never what; [`raw`](Self::raw) has the JSON, for a
/// place where it may be kept.
///
/// # Examples
///
/// ```
/// use okta_hooks::{Delivery, InvalidReason};
///
/// let delivery = Delivery::from_slice(
///     br#"{"data":{"events":[{"eventType":"user.session.start"}, 5, {"uuid":"u1"}]}}"#,
/// )?;
/// assert_eq!(delivery.events().len(), 1);
/// let [number, typeless] = delivery.invalid_events() else { panic!("there are two") };
/// assert_eq!(number.reason(), InvalidReason::NotAnObject);
/// assert_eq!(typeless.to_string(), "data.events[2].eventType: expected a string");
/// assert_eq!((typeless.position(), typeless.raw()), (2, r#"{"uuid":"u1"}"#));
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone)]
pub struct InvalidEvent {
    batch: Arc<Batch>,
    /// Which of the batch's invalid elements this is: a sender can make one of two bytes.
    nth: u32,
}

/// Why an element is not an event. `Display` says what was expected instead.
///
/// ```
/// use okta_hooks::InvalidReason;
///
/// assert_eq!(InvalidReason::NotAnObject.to_string(), "expected an object");
/// assert_eq!(InvalidReason::NoEventType.expected(), "a string");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidReason {
    /// It is `null`, a number, a string, `true`, `false` or an array.
    NotAnObject,
    /// `eventType` is missing, empty, or not a string.
    NoEventType,
}

/// Where an element stands that is not an event, and why it is not.
#[derive(Clone, Copy)]
pub(crate) struct InvalidElement {
    pub(crate) span: Span,
    pub(crate) position: u32,
    pub(crate) reason: InvalidReason,
}

/// The first of the two conditions, on an element's first byte.
pub(crate) fn check_is_object(first: Option<u8>) -> Result<(), InvalidReason> {
    if first == Some(b'{') { Ok(()) } else { Err(InvalidReason::NotAnObject) }
}

/// The second, on the JSON of its `eventType`; empty where that is missing.
pub(crate) fn event_type(json: &str) -> Result<EventType, InvalidReason> {
    match json::string(json) {
        Some(string) if !string.is_empty() => Ok(EventType::from_string(&string)),
        _ => Err(InvalidReason::NoEventType),
    }
}

impl InvalidReason {
    /// What Okta documents in its place: `an object`, `a string`.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::NotAnObject => "an object",
            Self::NoEventType => "a string",
        }
    }
}

impl InvalidEvent {
    /// Handles for all invalid elements of a batch.
    pub(crate) fn all(batch: &Arc<Batch>) -> impl Iterator<Item = Self> {
        (0..batch.invalid.len()).map(|nth| Self { batch: batch.clone(), nth: nth as u32 })
    }

    fn element(&self) -> &InvalidElement {
        &self.batch.invalid[self.nth as usize]
    }

    /// Its place in the array of events, from 0.
    #[must_use]
    pub fn position(&self) -> usize {
        self.element().position as usize
    }

    /// Why it is not an event.
    #[must_use]
    pub fn reason(&self) -> InvalidReason {
        self.element().reason
    }

    /// Where, from the root of the body: `data.events[2].eventType` in a delivery, `[2].eventType`
    /// in a page of the System Log.
    #[must_use]
    pub fn path(&self) -> String {
        let (array, element) = (self.batch.array, self.element());
        match element.reason {
            InvalidReason::NotAnObject => format!("{array}[{}]", element.position),
            InvalidReason::NoEventType => format!("{array}[{}].eventType", element.position),
        }
    }

    /// The element's JSON, to the byte.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.batch.json(self.element().span)
    }
}

impl fmt::Display for InvalidReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected())
    }
}

impl fmt::Display for InvalidEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path(), self.reason())
    }
}

impl fmt::Debug for InvalidEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvalidEvent")
            .field("path", &self.path())
            .field("reason", &self.reason())
            .finish_non_exhaustive()
    }
}
