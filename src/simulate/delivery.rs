use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::build::Setting;
use super::event::EventBuilder;
use super::nulls::Nulls;
use super::request::post_json;
use super::seed::Seed;
use super::target::TargetBuilder;
use super::time;

const COLLECTED_FOR: SignedDuration = SignedDuration::from_millis(12_584);

/// A delivery with no events yet.
pub fn delivery() -> DeliveryBuilder {
    DeliveryBuilder {
        seed: 0,
        source: None,
        event_id: None,
        sent_at: None,
        nulls: Nulls::Explicit,
        elements: Vec::new(),
    }
}

/// A delivery in the making: the envelope and its events, as Okta posts them.
///
/// [`event`](Self::event) adds an event; [`user`](Self::user), [`group`](Self::group) and
/// [`app`](Self::app) say what the last one added is about, and do nothing where there is none.
/// `Debug` shows no value of the payload.
///
/// Source: Okta, [Ongoing event delivery](https://developer.okta.com/docs/concepts/event-hooks/#ongoing-event-delivery),
/// and deliveries captured from real hooks.
///
/// # Examples
///
/// ```
/// use okta_hooks::{Delivery, EventType, simulate};
///
/// let body = simulate::delivery()
///     .event(EventType::USER_LIFECYCLE_CREATE)
///     .user("john.doe@example.com")
///     .event(EventType::GROUP_USER_MEMBERSHIP_ADD)
///     .user("john.doe@example.com")
///     .group("Sales")
///     .to_body();
/// let delivery = Delivery::from_bytes(body)?;
/// assert_eq!(delivery.events().len(), 2);
/// assert_eq!(
///     delivery.events()[0].targets()[0].id,
///     delivery.events()[1].targets()[0].id,
/// );
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct DeliveryBuilder {
    seed: u64,
    source: Option<String>,
    event_id: Option<String>,
    sent_at: Option<Timestamp>,
    nulls: Nulls,
    elements: Vec<Element>,
}

#[derive(Clone)]
enum Element {
    Event(Box<EventBuilder>),
    Json(Value),
}

impl DeliveryBuilder {
    /// Adds an event: an [`EventType`](crate::EventType), or an [`EventBuilder`] with more to it.
    pub fn event(mut self, event: impl Into<EventBuilder>) -> Self {
        self.elements.push(Element::Event(Box::new(event.into())));
        self
    }

    /// Adds any JSON to `data.events`, as it is: an event recorded elsewhere, or a malformed one.
    pub fn json(mut self, element: Value) -> Self {
        self.elements.push(Element::Json(element));
        self
    }

    /// The person the last event is about: see [`EventBuilder::user`].
    pub fn user(self, login: impl Into<String>) -> Self {
        self.change_last(|event| event.user(login))
    }

    /// A group the last event is about.
    pub fn group(self, name: impl Into<String>) -> Self {
        self.change_last(|event| event.group(name))
    }

    /// An application the last event is about.
    pub fn app(self, name: impl Into<String>) -> Self {
        self.change_last(|event| event.app(name))
    }

    /// Anything the last event is about.
    pub fn target(self, target: TargetBuilder) -> Self {
        self.change_last(|event| event.target(target))
    }

    /// What ids and times follow from, 0 if not set. The same seed again makes a duplicate.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// `source`: the URL of the hook, `https://<org>/api/v1/eventHooks/<id>`.
    pub fn source(mut self, url: impl Into<String>) -> Self {
        self.source = Some(url.into());
        self
    }

    /// `eventId`: the id of this delivery.
    pub fn event_id(mut self, id: impl Into<String>) -> Self {
        self.event_id = Some(id.into());
        self
    }

    /// `eventTime`: when the delivery was composed; if not set, 12.584 s after the last of its events
    /// was published.
    pub fn sent_at(mut self, time: SystemTime) -> Self {
        self.sent_at = Some(time::from_system(time));
        self
    }

    /// How members without a value are written.
    pub fn nulls(mut self, nulls: Nulls) -> Self {
        self.nulls = nulls;
        self
    }

    /// The body as a tree, for a last change by hand, as in Okta's preview.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let seed = Seed::new(self.seed);
        let hook_id = seed.fork("hook").id("who");
        let default = || format!("https://acme.okta.com/api/v1/eventHooks/{hook_id}");
        let source = self.source.clone().unwrap_or_else(default);
        let hook_id = source.rsplit('/').next().filter(|id| !id.is_empty());
        let build = |(nth, element): (u64, &Element)| match element {
            Element::Json(json) => json.clone(),
            Element::Event(event) => {
                event.build(&Setting { seed: seed.clone(), nth, hook_id, nulls: self.nulls })
            }
        };
        let events: Vec<Value> = (0..).zip(&self.elements).map(build).collect();
        json!({
            "eventType": "com.okta.event_hook",
            "eventTypeVersion": "1.0",
            "cloudEventsVersion": "0.1",
            "contentType": "application/json",
            "source": source,
            "eventId": self.event_id.clone().unwrap_or_else(|| seed.fork("delivery").uuid_v4()),
            "eventTime": time::to_string(self.sent_at.unwrap_or_else(|| collected(&events))),
            "data": { "events": events },
        })
    }

    /// The body.
    #[must_use]
    pub fn to_body(&self) -> Bytes {
        self.to_json().to_string().into()
    }

    /// The request that posts it to `url`.
    ///
    /// `configured` are the headers configured on the hook: the auth scheme's, such as
    /// `("authorization", "s3cret")`, and any others. The `Debug` of the request does not show
    /// their values.
    ///
    /// # Errors
    ///
    /// [`http::Error`] if the URL or a header cannot be.
    ///
    /// ```
    /// use okta_hooks::{EventType, simulate};
    ///
    /// let request = simulate::delivery()
    ///     .event(EventType::USER_SESSION_START)
    ///     .to_request("https://hooks.example.com/okta", &[("authorization", "s3cret")])?;
    /// assert_eq!(request.method(), "POST");
    /// assert_eq!(request.headers()["authorization"], "s3cret");
    /// assert!(!format!("{request:?}").contains("s3cret"));
    /// # Ok::<(), http::Error>(())
    /// ```
    pub fn to_request(
        &self,
        url: &str,
        configured: &[(&str, &str)],
    ) -> Result<Request<Bytes>, http::Error> {
        post_json(url, self.to_body(), configured)
    }

    fn change_last(mut self, change: impl FnOnce(EventBuilder) -> EventBuilder) -> Self {
        if let Some(Element::Event(event)) = self.elements.last_mut() {
            **event = change((**event).clone());
        }
        self
    }
}

/// Okta collects what is close in time for some ten to twenty-five seconds. No event is published after
/// the delivery that it comes in was composed.
fn collected(events: &[Value]) -> Timestamp {
    let published = events
        .iter()
        .filter_map(|event| event.get("published")?.as_str()?.parse::<Timestamp>().ok());
    let latest = published.max().unwrap_or_else(time::start);
    latest.saturating_add(COLLECTED_FOR).unwrap_or(Timestamp::MAX)
}

impl fmt::Debug for DeliveryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryBuilder")
            .field("seed", &self.seed)
            .field("nulls", &self.nulls)
            .field("events", &self.elements.len())
            .finish_non_exhaustive()
    }
}
