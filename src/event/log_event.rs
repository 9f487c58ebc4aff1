use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::index::{Batch, EventIndex, Member};
use super::read::Read;
use super::scan;
use super::{
    Actor, AuthenticationContext, Client, DebugContext, Device, IpAddress, Outcome, Request,
    SecurityContext, Severity, StringOrNumber, Target, TargetType, Transaction,
};
use crate::event_type::EventType;
use crate::invalid_event::InvalidReason;
use crate::json::{self, Scanner};
use crate::parse_error::{ParseError, ParseErrorKind};
use crate::utf8;

/// One System Log event: an owned, cheap handle into the JSON it came in.
///
/// A clone costs one reference count. All events of a delivery share its body, which is freed with
/// the last of them; [`detach`](Self::detach) keeps one event of a large batch alone.
///
/// The event's type, `uuid` and `published` are found while the body is indexed. Everything else is
/// read when asked for: an accessor reads its part into a small struct that borrows from the
/// event. What is missing, `null`, or of another shape than Okta documents reads as `None` (or as
/// an empty list) and is never an error; [`schema_mismatches`](Self::schema_mismatches) lists what
/// was malformed, [`raw`](Self::raw) and [`get`](Self::get) give the JSON as it was sent.
///
/// `Debug` shows the type, if it is a known one, and no other value of the payload. `Serialize` writes the event's JSON unchanged;
/// `Deserialize` reads it (with `serde_json`), and so reads a System Log API answer as
/// `Vec<LogEvent>`.
///
/// Source: Okta, [System Log API](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/),
/// and deliveries captured from real hooks.
///
/// # Examples
///
/// ```
/// use okta_hooks::LogEvent;
///
/// let event = LogEvent::from_slice(br#"{
///     "uuid": "7c1e5a10-6b2f-11f0-9a41-4f0d2c8be913",
///     "eventType": "user.lifecycle.create",
///     "actor": {"id": "00u8hr0svc4LbYqPn5d7", "type": "User", "displayName": "HR Sync"},
///     "target": [{"type": "User", "alternateId": "john.doe@example.com"}]
/// }"#)?;
/// assert_eq!(event.event_type().as_str(), "user.lifecycle.create");
/// assert_eq!(event.uuid(), Some("7c1e5a10-6b2f-11f0-9a41-4f0d2c8be913"));
/// assert_eq!(event.published(), None);
/// assert_eq!(event.actor().and_then(|actor| actor.display_name).as_deref(), Some("HR Sync"));
/// for user in event.user_targets() {
///     assert_eq!(user.alternate_id.as_deref(), Some("john.doe@example.com"));
/// }
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone)]
pub struct LogEvent {
    batch: Arc<Batch>,
    /// Which of the batch's events this is.
    nth: u32,
}

impl LogEvent {
    /// Reads one event, as the System Log API returns them in its array.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if `json` is not a JSON object, or has no string in `eventType`.
    pub fn from_bytes(json: impl Into<Bytes>) -> Result<Self, ParseError> {
        let body = json.into();
        let mut scanner = Scanner::new(utf8::from_utf8(&body)?)?;
        let start = scanner.error(ParseErrorKind::NotAnObject);
        let element = scan::element(&mut scanner, 0)?;
        scanner.end()?;
        match element.map_err(|invalid| invalid.reason) {
            Ok(event) => Ok(Self { batch: Batch::of_one(body, event), nth: 0 }),
            Err(InvalidReason::NotAnObject) => Err(start),
            Err(InvalidReason::NoEventType) => Err(scanner.error(ParseErrorKind::NoEventType)),
        }
    }

    /// Like [`from_bytes`](Self::from_bytes), with a copy of `json`.
    ///
    /// # Errors
    ///
    /// As [`from_bytes`](Self::from_bytes).
    pub fn from_slice(json: &[u8]) -> Result<Self, ParseError> {
        Self::from_bytes(Bytes::copy_from_slice(json))
    }

    /// Handles for all events of a batch.
    pub(crate) fn all(batch: &Arc<Batch>) -> Vec<Self> {
        (0..batch.events.len()).map(|n| Self { batch: batch.clone(), nth: n as u32 }).collect()
    }

    fn index(&self) -> &EventIndex {
        &self.batch.events[self.nth as usize]
    }

    fn part<'a, T: Read<'a>>(&'a self, member: Member) -> Option<T> {
        let json = self.batch.json(self.index().member(member));
        T::read(json)
    }

    /// The event's own JSON, to the byte.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.batch.json(self.index().span)
    }

    /// The JSON of the top-level member `name`, whether this crate knows it or not; the last one
    /// if there are duplicates. A `null` is `Some`.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","futureMember":[0.00]}"#)?;
    /// assert_eq!(event.get("futureMember").map(|json| json.get()), Some("[0.00]"));
    /// assert!(event.get("other").is_none());
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RawValue> {
        match Member::from_name(name) {
            Some(member) => json::raw(self.batch.json(self.index().member(member))),
            None => json::member(self.raw(), name),
        }
    }

    /// The event's place in the delivery it came in, from 0, counting elements that are not events;
    /// 0 for an event that was read alone.
    #[must_use]
    pub fn position(&self) -> usize {
        self.index().position as usize
    }

    /// A handle that keeps this event's JSON alone, not the whole delivery it came in.
    ///
    /// For keeping few events of many: it copies the event once.
    ///
    /// ```
    /// # use okta_hooks::Delivery;
    /// let delivery = Delivery::from_slice(
    ///     br#"{"data":{"events":[{"eventType":"user.session.start"},{"eventType":"user.session.end"}]}}"#,
    /// )?;
    /// let last = delivery.events()[1].detach();
    /// drop(delivery); // And with it all but the one event.
    /// assert_eq!((last.event_type().as_str(), last.position()), ("user.session.end", 1));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[must_use]
    pub fn detach(&self) -> Self {
        let body = Bytes::copy_from_slice(self.raw().as_bytes());
        Self { batch: Batch::of_one(body, self.index().detached()), nth: 0 }
    }

    /// `eventType`: what happened, the key to dispatch on. Always there.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        self.index().event_type.clone()
    }

    /// `uuid`: the event's id, the same in every hook and in the System Log API. Opaque.
    #[must_use]
    pub fn uuid(&self) -> Option<&str> {
        self.batch.resolve(&self.index().uuid)
    }

    /// `published`: when the event was published, RFC 3339 in UTC, as sent.
    ///
    /// Order events by it: neither deliveries nor the events in one are in order. It may be days
    /// old when an admin delivers a preview, and need not be a day that exists (Okta's own docs
    /// have a 31 September).
    #[must_use]
    pub fn published(&self) -> Option<&str> {
        self.batch.resolve(&self.index().published)
    }

    /// [`published`](Self::published) as a time; `None` where it is missing or not a valid RFC 3339
    /// timestamp, as every other malformed member. Feature `jiff`.
    ///
    /// Any number of digits of a second is read, a space for the `T` too, and a time without a zone
    /// as UTC.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","published":"2025-07-27T21:14:05.318Z"}"#)?;
    /// assert_eq!(event.published_timestamp().map(|time| time.as_millisecond()), Some(1_753_650_845_318));
    ///
    /// // There is no 31 September.
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","published":"2017-09-31T22:23:07.777Z"}"#)?;
    /// assert_eq!(event.published_timestamp(), None);
    /// assert_eq!(event.published(), Some("2017-09-31T22:23:07.777Z"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[cfg(feature = "jiff")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
    #[must_use]
    pub fn published_timestamp(&self) -> Option<jiff::Timestamp> {
        self.published().and_then(crate::timestamp::timestamp)
    }

    /// `version`: the format's version, `"0"` so far. A number is read as a string.
    #[must_use]
    pub fn version(&self) -> Option<Cow<'_, str>> {
        self.part(Member::Version).map(|StringOrNumber(string)| string)
    }

    /// `severity`: how grave it is.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.part(Member::Severity)
    }

    /// `displayMessage`: what happened, for people.
    #[must_use]
    pub fn display_message(&self) -> Option<Cow<'_, str>> {
        self.part(Member::DisplayMessage)
    }

    /// `legacyEventType`: the name in the retired Events API; absent for newer types.
    #[must_use]
    pub fn legacy_event_type(&self) -> Option<Cow<'_, str>> {
        self.part(Member::LegacyEventType)
    }

    /// `actor`: who did it.
    #[must_use]
    pub fn actor(&self) -> Option<Actor<'_>> {
        self.part(Member::Actor)
    }

    /// `client`: the HTTP client that made the request; absent for what Okta does by itself.
    #[must_use]
    pub fn client(&self) -> Option<Client<'_>> {
        self.part(Member::Client)
    }

    /// `device`: the enrolled device, unrelated to [`Client::device`].
    #[must_use]
    pub fn device(&self) -> Option<Device<'_>> {
        self.part(Member::Device)
    }

    /// `outcome`: how it ended.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome<'_>> {
        self.part(Member::Outcome)
    }

    /// `target`: what it was done to, in array order, which Okta does not guarantee: choose by type.
    #[must_use]
    pub fn targets(&self) -> Vec<Target<'_>> {
        self.part(Member::Target).unwrap_or_default()
    }

    /// All targets of the type `kind`, compared exactly: a constant of [`TargetType`], or a string.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType": "group.user_membership.add", "target": [
    ///     {"type": "User", "id": "00u9kq3f7TzWmXb2a5d7"},
    ///     {"type": "UserGroup", "id": "00g3wd8m5KsVpEcNr5d7"}]}"#)?;
    /// use okta_hooks::event::TargetType;
    ///
    /// let mut groups = event.targets_of(TargetType::USER_GROUP);
    /// assert_eq!(groups.next().and_then(|group| group.id).as_deref(), Some("00g3wd8m5KsVpEcNr5d7"));
    /// assert!(groups.next().is_none());
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub fn targets_of(&self, kind: impl Into<TargetType>) -> impl Iterator<Item = Target<'_>> {
        let kind = Some(kind.into());
        self.targets().into_iter().filter(move |target| target.kind == kind)
    }

    /// All targets that are users: see [`Target::is_user`].
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"group.user_membership.add","target":[
    ///     {"type":"UserGroup","displayName":"Sales"}, {"type":"User","displayName":"John Doe"}]}"#)?;
    /// let names: Vec<_> = event.user_targets().filter_map(|user| user.display_name).collect();
    /// assert_eq!(names, ["John Doe"]);
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub fn user_targets(&self) -> impl Iterator<Item = Target<'_>> {
        self.targets().into_iter().filter(Target::is_user)
    }

    /// `transaction`: what groups the events of one operation.
    #[must_use]
    pub fn transaction(&self) -> Option<Transaction<'_>> {
        self.part(Member::Transaction)
    }

    /// `debugContext`: details that Okta calls an aid for debugging, not a contract.
    #[must_use]
    pub fn debug_context(&self) -> Option<DebugContext<'_>> {
        self.part(Member::DebugContext)
    }

    /// The value of `key` in `debugContext.debugData`: what a string says, the JSON of anything else
    /// but `null`.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(
    ///     br#"{"eventType":"x","debugContext":{"debugData":{"requestUri":"/api/v1/users"}}}"#,
    /// )?;
    /// assert_eq!(event.debug_data("requestUri").as_deref(), Some("/api/v1/users"));
    /// assert_eq!(event.debug_data("risk"), None);
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[must_use]
    pub fn debug_data(&self, key: &str) -> Option<Cow<'_, str>> {
        self.debug_context()?.debug_data?.into_string(key)
    }

    /// `authenticationContext`: the session and how it was authenticated.
    #[must_use]
    pub fn authentication_context(&self) -> Option<AuthenticationContext<'_>> {
        self.part(Member::AuthenticationContext)
    }

    /// `securityContext`: what is known about the IP address, and risk.
    #[must_use]
    pub fn security_context(&self) -> Option<SecurityContext<'_>> {
        self.part(Member::SecurityContext)
    }

    /// `request`: the proxies the request came through, in System Log API answers. Hooks have them
    /// in `client`: [`ip_chain`](Self::ip_chain) reads either.
    #[must_use]
    pub fn request(&self) -> Option<Request<'_>> {
        self.part(Member::Request)
    }

    /// `insertionTimestamp`: in hooks only, in no schema, and so far always `null`, which is `None`
    /// here.
    #[must_use]
    pub fn insertion_timestamp(&self) -> Option<&RawValue> {
        self.part(Member::InsertionTimestamp)
    }

    /// The addresses the request came through, the client first, from `request.ipChain` (System
    /// Log API) or `client.ipChain` (hooks). Empty for what Okta does by itself.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let delivered = br#"{"eventType":"x","client":{"ipChain":[{"ip":"203.0.113.24"}]}}"#;
    /// let logged = br#"{"eventType":"x","request":{"ipChain":[{"ip":"203.0.113.24"}]}}"#;
    /// assert_eq!(
    ///     LogEvent::from_slice(delivered)?.ip_chain(),
    ///     LogEvent::from_slice(logged)?.ip_chain(),
    /// );
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[must_use]
    pub fn ip_chain(&self) -> Vec<IpAddress<'_>> {
        let chain = self.request().map(|request| request.ip_chain).unwrap_or_default();
        if !chain.is_empty() {
            return chain;
        }
        self.client().map(|client| client.ip_chain).unwrap_or_default()
    }
}

impl fmt::Debug for LogEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogEvent")
            .field("event_type", &self.index().event_type)
            .field("position", &self.position())
            .field("bytes", &self.raw().len())
            .finish_non_exhaustive()
    }
}

impl Serialize for LogEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json::raw(self.raw()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LogEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_bytes(String::from(Box::<str>::from(json))).map_err(serde::de::Error::custom)
    }
}
