use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::HookType;
use super::answer::array_index;
use super::context::HttpRequest;
use super::index::{Index, Member};
use crate::event::read::{Read, StringOrNumber};
use crate::json;
use crate::parse_error::ParseError;
use crate::utf8;

/// What the requests of all inline hooks have in common: the members around `data`, and the bytes
/// that Okta sent.
///
/// A clone costs one reference count. What is missing, `null`, or of another shape than Okta documents
/// reads as `None`; [`raw`](Self::raw) has every byte, and [`get`](Self::get) the JSON of any member,
/// unknown ones included. `Debug` shows the type of the hook, if it is a known one, and no other
/// value; `Serialize` writes the JSON unchanged.
///
/// Source: Okta, [Inline hooks](https://developer.okta.com/docs/concepts/inline-hooks/).
///
/// # Examples
///
/// ```
/// use okta_hooks::inline::{HookType, Request};
///
/// let request = Request::from_slice(br#"{
///     "eventId": "3o9jBzq1SmOGmmsDsqyyeQ", "eventType": "com.okta.import.transform",
///     "eventTypeVersion": 1, "cloudEventVersion": "0.1", "source": "cal7eyxOsnb20oWbZ0g4",
///     "data": {"context": {"newMember": [0.00]}}
/// }"#)?;
/// let envelope = request.envelope();
/// assert_eq!(envelope.hook_type(), HookType::USER_IMPORT);
/// assert_eq!(envelope.event_id().as_deref(), Some("3o9jBzq1SmOGmmsDsqyyeQ"));
/// assert_eq!(envelope.event_type_version().as_deref(), Some("1"));
/// assert_eq!(envelope.get("/data/context/newMember").map(|json| json.get()), Some("[0.00]"));
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Envelope {
    inner: Arc<Inner>,
}

struct Inner {
    body: Bytes,
    index: Index,
}

impl Envelope {
    pub(super) fn read(body: Bytes) -> Result<Self, ParseError> {
        let index = Index::read(utf8::from_utf8(&body)?)?;
        Ok(Self { inner: Arc::new(Inner { body, index }) })
    }

    fn body(&self) -> &str {
        std::str::from_utf8(&self.inner.body).unwrap_or_default()
    }

    /// The JSON of a member, empty where it is absent.
    pub(super) fn json(&self, member: Member) -> &str {
        let json = &self.inner.body[self.inner.index.member(member).range()];
        // The index was made from this body as a string, so its spans are strings too.
        std::str::from_utf8(json).unwrap_or_default()
    }

    pub(super) fn part<'a, T: Read<'a>>(&'a self, member: Member) -> Option<T> {
        T::read(self.json(member))
    }

    fn string(&self, member: Member) -> Option<Cow<'_, str>> {
        self.part(member)
    }

    /// `eventType`: the type of the hook. Always there.
    #[must_use]
    pub fn hook_type(&self) -> HookType {
        self.inner.index.hook_type.clone()
    }

    /// `eventId`: the id of this request: 22 characters of base64url, unlike the UUID of a delivery.
    #[must_use]
    pub fn event_id(&self) -> Option<Cow<'_, str>> {
        self.string(Member::EventId)
    }

    /// `eventTime`: when Okta composed the request, RFC 3339 in UTC, as sent.
    #[must_use]
    pub fn event_time(&self) -> Option<Cow<'_, str>> {
        self.string(Member::EventTime)
    }

    /// [`event_time`](Self::event_time) as a time; `None` where it is missing or not a valid RFC 3339
    /// timestamp. Feature `jiff`.
    #[cfg(feature = "jiff")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
    #[must_use]
    pub fn event_timestamp(&self) -> Option<jiff::Timestamp> {
        crate::timestamp::timestamp(&self.event_time()?)
    }

    /// `eventTypeVersion`: `1.0` so far. A number, as some samples have it, is read as a string.
    #[must_use]
    pub fn event_type_version(&self) -> Option<Cow<'_, str>> {
        self.part(Member::EventTypeVersion).map(|StringOrNumber(string)| string)
    }

    /// `cloudEventVersion`: `0.1` so far; a number is read as a string. The spelling of event hooks,
    /// `cloudEventsVersion`, is read too.
    #[must_use]
    pub fn cloud_event_version(&self) -> Option<Cow<'_, str>> {
        self.part(Member::CloudEventVersion).map(|StringOrNumber(string)| string)
    }

    /// `contentType`: the type of `data`, `application/json`.
    #[must_use]
    pub fn content_type(&self) -> Option<Cow<'_, str>> {
        self.string(Member::ContentType)
    }

    /// `source`: the URL or id of the hook, or the URL that made Okta call it. Not to be relied on:
    /// it differs between the types of hooks, and between samples of one type.
    #[must_use]
    pub fn source(&self) -> Option<Cow<'_, str>> {
        self.string(Member::Source)
    }

    /// `data.context.request`: the request to Okta that this hook is part of; absent in user imports.
    #[must_use]
    pub fn http_request(&self) -> Option<HttpRequest<'_>> {
        self.part(Member::Request)
    }

    /// The whole body as sent, to the byte, white space around it included.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.inner.body
    }

    /// The JSON at a JSON Pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) into the body,
    /// such as `/data/context/user/profile/costCenter`; the last one if there are duplicates. A `null`
    /// is `Some`.
    #[must_use]
    pub fn get(&self, pointer: &str) -> Option<&RawValue> {
        let mut found = json::raw(self.body())?;
        for token in pointer.strip_prefix('/')?.split('/') {
            let token = token.replace("~1", "/").replace("~0", "~");
            found = match found.get().starts_with('[') {
                true => element(found.get(), &token)?,
                false => json::member(found.get(), &token)?,
            };
        }
        Some(found)
    }
}

fn element<'a>(array: &'a str, index: &str) -> Option<&'a RawValue> {
    let index = array_index(index)?;
    let (mut nth, mut found) = (0, None);
    json::for_each_element(array, |element| {
        if nth == index {
            found = Some(element);
        }
        nth += 1;
    });
    found.and_then(json::raw)
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("hook_type", &self.inner.index.hook_type)
            .field("bytes", &self.inner.body.len())
            .finish_non_exhaustive()
    }
}

impl Serialize for Envelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json::raw(self.body()).serialize(serializer)
    }
}
