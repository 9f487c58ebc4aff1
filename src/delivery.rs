use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::event::LogEvent;
use crate::event::index::{Batch, StringMember};
use crate::event::scan::{self, Elements};
use crate::invalid_event::InvalidEvent;
use crate::json::{self, Scanner, Span};
use crate::parse_error::{ParseError, ParseErrorKind};
use crate::utf8;

/// One request body of an event hook: the envelope and its events.
///
/// It keeps the bytes Okta sent and an index into them, made in one pass. Okta merges events that
/// are close in time, so there may be many, in any order; the same event may come twice (compare its
/// [`uuid`](LogEvent::uuid)). An element that is not an event is quarantined in
/// [`invalid_events`](Self::invalid_events) and the others go on.
///
/// A delivery can be passed on: `Serialize` writes the body's JSON as it came, less the events that
/// [`retain`](Self::retain) or a `DedupeLayer` took out, and `Deserialize` reads it again (both with
/// `serde_json`), so a queue gets no event twice and the JSON extractors of web frameworks work.
///
/// The accessors of the envelope are `None` where a member is missing or not a string: an admin can edit
/// the body of a preview by hand. `Debug` shows no value of the payload.
///
/// Source: Okta, [Ongoing event delivery](https://developer.okta.com/docs/concepts/event-hooks/#ongoing-event-delivery),
/// and deliveries captured from real hooks.
///
/// # Examples
///
/// ```
/// use okta_hooks::Delivery;
///
/// let delivery = Delivery::from_slice(br#"{
///     "eventType": "com.okta.event_hook",
///     "source": "https://acme.okta.com/api/v1/eventHooks/who4m2xk81RvQeTzd5d7",
///     "eventId": "5b0d7c1e-92a4-4f7b-8e36-0c41d9a6f2b8",
///     "eventTime": "2025-07-27T21:14:17.902144Z",
///     "data": {"events": [{"eventType": "user.lifecycle.create"}]}
/// }"#)?;
/// assert_eq!(delivery.event_id(), Some("5b0d7c1e-92a4-4f7b-8e36-0c41d9a6f2b8"));
/// assert_eq!(delivery.org(), Some("acme.okta.com"));
/// assert_eq!(delivery.hook_id(), Some("who4m2xk81RvQeTzd5d7"));
/// for event in &delivery {
///     assert_eq!(event.event_type().as_str(), "user.lifecycle.create");
/// }
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Delivery {
    batch: Arc<Batch>,
    envelope: Envelope,
    /// Where the array of events stands in the body.
    array: Span,
    events: Vec<LogEvent>,
    invalid_events: Arc<[InvalidEvent]>,
}

#[derive(Clone, Default)]
struct Envelope {
    event_type: StringMember,
    event_type_version: StringMember,
    cloud_events_version: StringMember,
    content_type: StringMember,
    source: StringMember,
    event_id: StringMember,
    event_time: StringMember,
}

impl Delivery {
    /// Reads a request body as received: UTF-8 JSON, about 2 to 5 KB per event. Copies nothing.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if `body` is not JSON, or not an object with an array in `data.events`.
    pub fn from_bytes(body: impl Into<Bytes>) -> Result<Self, ParseError> {
        let body = body.into();
        let mut scanner = Scanner::new(utf8::from_utf8(&body)?)?;
        let (envelope, elements) = envelope(&mut scanner)?;
        let array = elements.span;
        let batch = Batch::new(body, elements, "data.events");
        let events = LogEvent::all(&batch);
        let invalid_events = InvalidEvent::all(&batch).collect();
        Ok(Self { batch, envelope, array, events, invalid_events })
    }

    /// Like [`from_bytes`](Self::from_bytes), with a copy of `body`.
    ///
    /// # Errors
    ///
    /// As [`from_bytes`](Self::from_bytes).
    pub fn from_slice(body: &[u8]) -> Result<Self, ParseError> {
        Self::from_bytes(Bytes::copy_from_slice(body))
    }

    /// The events, in array order, which Okta does not guarantee: sort by
    /// [`published`](LogEvent::published).
    #[must_use]
    pub fn events(&self) -> &[LogEvent] {
        &self.events
    }

    /// Keeps only the events for which `keep` returns `true`.
    ///
    /// [`events`](Self::events), iteration and `Serialize` give those that are left; what is not an
    /// event stays. [`raw`](Self::raw) and [`get`](Self::get) still give what Okta sent.
    ///
    /// ```
    /// use okta_hooks::{Delivery, EventType};
    ///
    /// let body = r#"{"data":{"events":[{"eventType":"user.session.start"},{"eventType":"user.session.end"}]}}"#;
    /// let mut delivery = Delivery::from_slice(body.as_bytes())?;
    /// delivery.retain(|event| event.event_type() == EventType::USER_SESSION_END);
    ///
    /// let queued = serde_json::to_string(&delivery)?;
    /// assert_eq!(queued, r#"{"data":{"events":[{"eventType":"user.session.end"}]}}"#);
    /// assert_eq!(delivery.raw(), body);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn retain(&mut self, keep: impl FnMut(&LogEvent) -> bool) {
        self.events.retain(keep);
    }

    /// The elements of `data.events` that are not events, in array order. Empty in what Okta itself
    /// is known to send; a preview that an admin edits by hand can have any.
    ///
    /// ```
    /// # use okta_hooks::Delivery;
    /// let delivery = Delivery::from_slice(br#"{"data":{"events":[{"eventType":"x"}, null]}}"#)?;
    /// let invalid = &delivery.invalid_events()[0];
    /// assert_eq!((invalid.position(), invalid.raw()), (1, "null"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[must_use]
    pub fn invalid_events(&self) -> &[InvalidEvent] {
        &self.invalid_events
    }

    /// The whole body as sent, to the byte, white space around it included.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.batch.body
    }

    /// The JSON of the envelope's member `name`, whether this crate knows it or not; the last one
    /// if there are duplicates. Reads through the whole body.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RawValue> {
        json::member(utf8::from_utf8(&self.batch.body).ok()?.trim_ascii(), name)
    }

    /// `eventType`: the envelope's type, `com.okta.event_hook`. Not the type of an event.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.batch.resolve(&self.envelope.event_type)
    }

    /// `eventTypeVersion`: `1.0` so far.
    #[must_use]
    pub fn event_type_version(&self) -> Option<&str> {
        self.batch.resolve(&self.envelope.event_type_version)
    }

    /// `cloudEventsVersion`: `0.1` so far. The spelling of inline hooks, `cloudEventVersion`, is
    /// read too.
    #[must_use]
    pub fn cloud_events_version(&self) -> Option<&str> {
        self.batch.resolve(&self.envelope.cloud_events_version)
    }

    /// `contentType`: the type of `data`, `application/json`.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.batch.resolve(&self.envelope.content_type)
    }

    /// `source`: the URL of the hook that sent it.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.batch.resolve(&self.envelope.source)
    }

    /// The host of [`source`](Self::source), with the port if it names one: the org, such as
    /// `acme.okta.com`. `None` where `source` is missing or not a URL.
    #[must_use]
    pub fn org(&self) -> Option<&str> {
        self.source().and_then(split_source).map(|(org, _)| org)
    }

    /// The id of the hook in [`source`](Self::source): `who…`. `None` where `source` is missing or
    /// does not end in `/api/v1/eventHooks/` and an id.
    #[must_use]
    pub fn hook_id(&self) -> Option<&str> {
        let (_, path) = self.source().and_then(split_source)?;
        let id = path.strip_prefix("api/v1/eventHooks/")?;
        (!id.is_empty() && !id.contains('/')).then_some(id)
    }

    /// `eventId`: the id of this delivery, a UUID; a retry repeats it. Where it is missing,
    /// `eventID` is read, the spelling of a draft of 2019.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.batch.resolve(&self.envelope.event_id)
    }

    /// `eventTime`: when Okta composed the request, RFC 3339 in UTC, as sent: with three, six or
    /// nine digits of a second.
    #[must_use]
    pub fn event_time(&self) -> Option<&str> {
        self.batch.resolve(&self.envelope.event_time)
    }

    /// [`event_time`](Self::event_time) as a time; `None` where it is missing or not a valid RFC 3339
    /// timestamp. Feature `jiff`. Reads what [`LogEvent::published_timestamp`] reads.
    ///
    /// ```
    /// # use okta_hooks::Delivery;
    /// let delivery = Delivery::from_slice(
    ///     br#"{"eventTime":"2025-07-27T21:14:17.902144Z","data":{"events":[]}}"#,
    /// )?;
    /// let time = delivery.event_timestamp();
    /// assert_eq!(time.map(|time| time.as_microsecond()), Some(1_753_650_857_902_144));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[cfg(feature = "jiff")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
    #[must_use]
    pub fn event_timestamp(&self) -> Option<jiff::Timestamp> {
        self.event_time().and_then(crate::timestamp::timestamp)
    }
}

/// Reads the envelope; of duplicate members the last one counts, `data` and `events` included.
fn envelope(scanner: &mut Scanner<'_>) -> Result<(Envelope, Elements), ParseError> {
    if scanner.peek().is_some_and(|first| first != b'{') {
        let not_an_object = scanner.error(ParseErrorKind::NotAnObject);
        // What is not JSON at all is said to be that.
        scanner.value()?;
        scanner.end()?;
        return Err(not_an_object);
    }
    let mut envelope = Envelope::default();
    let mut draft_event_id = StringMember::default();
    let mut elements = None;
    scanner.object(|scanner, key| {
        let member = match key {
            "data" => {
                elements = data(scanner)?;
                return Ok(());
            }
            "eventType" => &mut envelope.event_type,
            "eventTypeVersion" => &mut envelope.event_type_version,
            "cloudEventsVersion" | "cloudEventVersion" => &mut envelope.cloud_events_version,
            "contentType" => &mut envelope.content_type,
            "source" => &mut envelope.source,
            "eventId" => &mut envelope.event_id,
            "eventID" => &mut draft_event_id,
            "eventTime" => &mut envelope.event_time,
            _ => return scanner.value().map(drop),
        };
        *member = StringMember::read(scanner)?;
        Ok(())
    })?;
    let Some(elements) = elements else {
        let missing = scanner.error(ParseErrorKind::NoEvents);
        scanner.end()?;
        return Err(missing);
    };
    scanner.end()?;
    if matches!(envelope.event_id, StringMember::Absent) {
        envelope.event_id = draft_event_id;
    }
    Ok((envelope, elements))
}

/// Reads the value of `data`: `None` if it holds no array of events.
fn data(scanner: &mut Scanner<'_>) -> Result<Option<Elements>, ParseError> {
    if scanner.peek() != Some(b'{') {
        scanner.value()?;
        return Ok(None);
    }
    let mut elements = None;
    scanner.object(|scanner, key| {
        let is_array = scanner.peek() == Some(b'[');
        match key {
            "events" if is_array => elements = Some(scan::elements(scanner)?),
            "events" => {
                scanner.value()?;
                elements = None;
            }
            _ => {
                scanner.value()?;
            }
        }
        Ok(())
    })?;
    Ok(elements)
}

/// The host and the path of a URL.
fn split_source(source: &str) -> Option<(&str, &str)> {
    let (_, rest) = source.split_once("://")?;
    let (org, path) = rest.split_once('/').unwrap_or((rest, ""));
    (!org.is_empty()).then_some((org, path))
}

impl<'a> IntoIterator for &'a Delivery {
    type Item = &'a LogEvent;
    type IntoIter = std::slice::Iter<'a, LogEvent>;

    fn into_iter(self) -> Self::IntoIter {
        self.events.iter()
    }
}

impl IntoIterator for Delivery {
    type Item = LogEvent;
    type IntoIter = std::vec::IntoIter<LogEvent>;

    fn into_iter(self) -> Self::IntoIter {
        self.events.into_iter()
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("bytes", &self.batch.body.len())
            .field("events", &self.events.len())
            .field("invalid_events", &self.invalid_events.len())
            .finish_non_exhaustive()
    }
}

impl Delivery {
    /// All elements that are not events, for somebody else to keep too.
    #[cfg(feature = "tower")]
    pub(crate) fn shared_invalid_events(&self) -> Arc<[InvalidEvent]> {
        self.invalid_events.clone()
    }

    /// The body with the elements that are left, each where it stood among the others.
    fn without_removed(&self) -> String {
        let events = self.events.iter().map(|event| (event.position(), event.raw()));
        let invalid = self.invalid_events.iter().map(|element| (element.position(), element.raw()));
        let mut elements: Vec<(usize, &str)> = events.chain(invalid).collect();
        elements.sort_unstable_by_key(|&(position, _)| position);
        let elements: Vec<&str> = elements.into_iter().map(|(_, json)| json).collect();
        let (before, after) = self.batch.around(self.array);
        format!("{before}[{}]{after}", elements.join(",")).trim_ascii().to_owned()
    }
}

/// The body's JSON, less what [`retain`](Delivery::retain) took out: see [`Delivery`].
impl Serialize for Delivery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let body: Cow<'_, RawValue> = match self.events.len() == self.batch.events.len() {
            true => serde_json::from_slice(&self.batch.body).map(Cow::Borrowed),
            false => RawValue::from_string(self.without_removed()).map(Cow::Owned),
        }
        .map_err(serde::ser::Error::custom)?;
        body.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Delivery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_bytes(String::from(Box::<str>::from(json))).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(body: &str, message: &str) {
        assert_eq!(Delivery::from_slice(body.as_bytes()).unwrap_err().to_string(), message);
    }

    #[test]
    fn a_body_that_is_not_a_delivery_is_refused_with_its_place() {
        refused("", "unexpected end of JSON at line 1 column 0");
        refused("{\"data\":{\"events\":[", "unexpected end of JSON at line 1 column 19");
        refused("{\"data\":{\"events\":[{]}}", "not valid JSON at line 1 column 21");
        refused("[]", "expected an object at line 1 column 1");
        refused("\n \"password\"", "expected an object at line 2 column 2");
        refused("password", "not valid JSON at line 1 column 1");
        refused("{}", "expected an array of events in `data.events` at line 1 column 2");
        refused("{} x", "not valid JSON at line 1 column 4");
        for data in ["null", "5", "[]", "{}", r#"{"events":null}"#, r#"{"events":{}}"#] {
            let body = format!("{{\"data\":{data}}}");
            let error = Delivery::from_slice(body.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ParseErrorKind::NoEvents, "{body}");
        }
        let error = Delivery::from_slice(b"{\"a\":\"\xff\"}").unwrap_err();
        assert_eq!(error.to_string(), "not UTF-8 at line 1 column 7");
    }

    #[test]
    fn the_last_of_duplicate_members_counts() {
        let events =
            |body: &str| Delivery::from_slice(body.as_bytes()).map(|found| found.events.len());
        assert_eq!(events(r#"{"data":5,"data":{"events":[{"eventType":"a"}]}}"#), Ok(1));
        assert_eq!(events(r#"{"data":{"events":[{"eventType":"a"}],"events":[]}}"#), Ok(0));
        assert!(events(r#"{"data":{"events":[]},"data":null}"#).is_err());
        let body = br#"{"eventId":"1","eventId":"2","eventID":"3","data":{"events":[
            {"eventType":"a","uuid":"u1","eventType":"b","uuid":null}]}}"#;
        let delivery = Delivery::from_slice(body).unwrap();
        assert_eq!(delivery.event_id(), Some("2"));
        assert_eq!(delivery.events[0].event_type().as_str(), "b");
        assert_eq!(delivery.events[0].uuid(), None);
    }

    #[test]
    fn org_and_hook_id_come_from_source() {
        let from = |source: &str| {
            let body = serde_json::json!({"source": source, "data": {"events": []}}).to_string();
            let delivery = Delivery::from_slice(body.as_bytes()).unwrap();
            (delivery.org().map(str::to_owned), delivery.hook_id().map(str::to_owned))
        };
        let pair = |org: &str, id: &str| (Some(org.to_owned()), Some(id.to_owned()));
        assert_eq!(
            from("https://acme.okta.com/api/v1/eventHooks/who1"),
            pair("acme.okta.com", "who1")
        );
        assert_eq!(from("https://acme.okta.com").0.as_deref(), Some("acme.okta.com"));
        for source in ["https://acme.okta.com/api/v1/eventHooks/", "https://a/who1", "", "who1"] {
            assert_eq!(from(source).1, None, "{source}");
        }
    }
}
