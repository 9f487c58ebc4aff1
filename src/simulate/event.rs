use std::fmt;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::build::Setting;
use super::facts;
use super::nulls::Nulls;
use super::seed::Seed;
use super::target::Target;
use super::time::Instant;
use crate::event_type::EventType;

/// An event of `event_type`, with all that Okta usually sends in one.
pub fn event(event_type: EventType) -> Event {
    Event::from(event_type)
}

/// A System Log event in the making, for a [`Delivery`](super::Delivery) or alone.
///
/// What nobody set has a default: the members of a captured delivery, `INFO` and `SUCCESS`, an
/// admin in a browser as the actor, and the targets that events of the type usually have.
/// `Debug` shows the type only.
///
/// # Examples
///
/// ```
/// use okta_hooks::{EventType, LogEvent, simulate};
///
/// let event = simulate::event(EventType::GROUP_USER_MEMBERSHIP_ADD)
///     .user("nadia.osei@example.com")
///     .group("Engineering")
///     .by_system();
/// let event = LogEvent::from_bytes(event.to_json().to_string())?;
///
/// let targets = event.targets();
/// assert_eq!(targets[0].alternate_id.as_deref(), Some("nadia.osei@example.com"));
/// assert_eq!(targets[1].display_name.as_deref(), Some("Engineering"));
/// assert!(event.schema_mismatches().is_empty());
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Event {
    pub(super) event_type: EventType,
    pub(super) seed: Option<u64>,
    pub(super) actor: Option<Target>,
    pub(super) by_system: bool,
    pub(super) outcome: (String, Option<String>),
    pub(super) severity: String,
    pub(super) published: Option<Instant>,
    pub(super) targets: Option<Vec<Target>>,
    pub(super) debug_data: Map<String, Value>,
    pub(super) members: Map<String, Value>,
}

impl From<EventType> for Event {
    fn from(event_type: EventType) -> Self {
        Self {
            event_type,
            seed: None,
            actor: None,
            by_system: false,
            outcome: ("SUCCESS".to_owned(), None),
            severity: "INFO".to_owned(),
            published: None,
            targets: Some(Vec::new()),
            debug_data: Map::new(),
            members: Map::new(),
        }
    }
}

impl Event {
    /// The person it is about: a target, except for who signs in or out (`user.session.start`,
    /// `user.session.end`, `user.authentication.…`), whom Okta names as the actor.
    pub fn user(self, login: impl Into<String>) -> Self {
        match facts::person_is_actor(&self.event_type) {
            true => self.actor(Target::user(login)),
            false => self.target(Target::user(login)),
        }
    }

    /// A group it is about, as a target.
    pub fn group(self, name: impl Into<String>) -> Self {
        self.target(Target::group(name))
    }

    /// An application it is about, as a target.
    pub fn app(self, name: impl Into<String>) -> Self {
        self.target(Target::app(name))
    }

    /// Anything it is about. It takes the place of the default target of its type, if there is one.
    pub fn target(mut self, target: Target) -> Self {
        self.targets.get_or_insert_default().push(target);
        self
    }

    /// No target at all, as in the sample data that Okta previews a hook with.
    pub fn no_target(mut self) -> Self {
        self.targets = None;
        self
    }

    /// Who did it; a [`Target`] has the same members as an actor.
    pub fn actor(mut self, actor: Target) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Done by Okta itself in an asynchronous task: no client, and a transaction of type `JOB`.
    pub fn by_system(mut self) -> Self {
        self.by_system = true;
        self
    }

    /// What its `uuid` and the like follow from, whatever its place; without it, the seed of the
    /// delivery and the place. The ids of people and things follow from the delivery's in any case.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// How it ended, such as `FAILURE`, and why.
    pub fn outcome(mut self, result: impl Into<String>, reason: Option<&str>) -> Self {
        self.outcome = (result.into(), reason.map(str::to_owned));
        self
    }

    /// How grave it is: `DEBUG`, `INFO`, `WARN` or `ERROR`.
    pub fn severity(mut self, severity: impl Into<String>) -> Self {
        self.severity = severity.into();
        self
    }

    /// When it happened.
    pub fn published(mut self, time: SystemTime) -> Self {
        self.published = Some(time.into());
        self
    }

    /// Sets a member of `debugContext.debugData`. Okta's are nearly always texts.
    pub fn debug_data(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.debug_data.insert(key.into(), value.into());
        self
    }

    /// Sets a member of the event to any JSON, right or wrong, whatever else was asked for:
    /// `("uuid", "u1")`, or `("debugContext", "null")` for an odd one.
    pub fn member(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.members.insert(name.into(), value.into());
        self
    }

    /// Its type.
    #[must_use]
    pub fn event_type(&self) -> &EventType {
        &self.event_type
    }

    /// The event as hooks deliver it, alone: with seed 0 if it has none, and nulls written.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.build(&Setting { seed: Seed::new(0), nth: 0, hook_id: None, nulls: Nulls::Explicit })
    }

    /// The same event as `GET /api/v1/logs` returns it. The System Log API has the addresses in
    /// `request.ipChain`, where hooks have `client.ipChain`, and no `insertionTimestamp`.
    ///
    /// ```
    /// use okta_hooks::{EventType, simulate};
    ///
    /// let delivered = simulate::event(EventType::USER_LIFECYCLE_CREATE).to_json();
    /// let logged = simulate::Event::to_system_log(delivered.clone());
    /// assert_eq!(logged["uuid"], delivered["uuid"]);
    /// assert_eq!(logged["request"]["ipChain"], delivered["client"]["ipChain"]);
    /// assert!(logged["client"].get("ipChain").is_none());
    /// ```
    #[must_use]
    pub fn to_system_log(mut delivered: Value) -> Value {
        let Some(event) = delivered.as_object_mut() else { return delivered };
        event.remove("insertionTimestamp");
        let client = event.get_mut("client").and_then(Value::as_object_mut);
        let chain = client.and_then(|client| client.remove("ipChain"));
        let chain = chain.unwrap_or_else(|| json!([]));
        event.insert("request".to_owned(), json!({ "ipChain": chain }));
        delivered
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("event_type", &self.event_type).finish_non_exhaustive()
    }
}
