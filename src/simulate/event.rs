use std::fmt;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::build::{EventSpec, Setting};
use super::facts;
use super::nulls::Nulls;
use super::seed::Seed;
use super::target::TargetBuilder;
use super::time;
use crate::event::{OutcomeResult, Severity};
use crate::event_type::EventType;

/// An event of `event_type`, with all that Okta usually sends in one.
pub fn event(event_type: EventType) -> EventBuilder {
    EventBuilder::from(event_type)
}

/// A System Log event in the making, for a [`DeliveryBuilder`](super::DeliveryBuilder) or alone.
///
/// What is not set has a default: the members of a captured delivery, `INFO` and `SUCCESS`, an
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
pub struct EventBuilder {
    spec: EventSpec,
}

impl From<EventType> for EventBuilder {
    fn from(event_type: EventType) -> Self {
        Self { spec: EventSpec::new(event_type) }
    }
}

impl EventBuilder {
    /// The person it is about: a target, except for who signs in or out (`user.session.start`,
    /// `user.session.end`, `user.authentication.…`), whom Okta names as the actor.
    pub fn user(self, login: impl Into<String>) -> Self {
        match facts::person_is_actor(&self.spec.event_type) {
            true => self.actor(TargetBuilder::user(login)),
            false => self.target(TargetBuilder::user(login)),
        }
    }

    /// A group it is about, as a target.
    pub fn group(self, name: impl Into<String>) -> Self {
        self.target(TargetBuilder::group(name))
    }

    /// An application it is about, as a target.
    pub fn app(self, name: impl Into<String>) -> Self {
        self.target(TargetBuilder::app(name))
    }

    /// Anything it is about. It takes the place of the default target of its type, if there is one.
    pub fn target(mut self, target: TargetBuilder) -> Self {
        self.spec.targets.get_or_insert_default().push(target);
        self
    }

    /// No target at all, as in the sample data that Okta previews a hook with.
    pub fn no_target(mut self) -> Self {
        self.spec.targets = None;
        self
    }

    /// Who did it; a [`TargetBuilder`] has the same members as an actor.
    pub fn actor(mut self, actor: TargetBuilder) -> Self {
        self.spec.actor = Some(actor);
        self
    }

    /// Done by Okta itself in an asynchronous task: no client, and a transaction of type `JOB`.
    pub fn by_system(mut self) -> Self {
        self.spec.by_system = true;
        self
    }

    /// What its `uuid` and the like follow from, whatever its place; without it, the seed of the
    /// delivery and the place. The ids of people and things follow from the delivery's in any case.
    pub fn seed(mut self, seed: u64) -> Self {
        self.spec.seed = Some(seed);
        self
    }

    /// How it ended, such as [`OutcomeResult::FAILURE`] or any string, and why.
    pub fn outcome(mut self, result: impl Into<OutcomeResult>, reason: Option<&str>) -> Self {
        self.spec.outcome = (result.into(), reason.map(str::to_owned));
        self
    }

    /// How grave it is, such as [`Severity::WARN`] or any string.
    pub fn severity(mut self, severity: impl Into<Severity>) -> Self {
        self.spec.severity = severity.into();
        self
    }

    /// When it happened.
    pub fn published(mut self, time: SystemTime) -> Self {
        self.spec.published = Some(time::from_system(time));
        self
    }

    /// Sets a member of `debugContext.debugData`. Okta's are nearly always strings.
    pub fn debug_data(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.spec.debug_data.insert(key.into(), value.into());
        self
    }

    /// Sets a member of the event to any JSON, right or wrong, whatever else was asked for:
    /// `("uuid", "u1")`, or `("debugContext", "null")` for a malformed one.
    pub fn member(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.spec.members.insert(name.into(), value.into());
        self
    }

    /// Its type.
    #[must_use]
    pub fn event_type(&self) -> &EventType {
        &self.spec.event_type
    }

    /// The event as hooks deliver it, alone: with seed 0 if it has none, and nulls written.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let alone = Setting { seed: Seed::new(0), nth: 0, hook_id: None, nulls: Nulls::Explicit };
        self.build(&alone)
    }

    pub(super) fn build(&self, setting: &Setting<'_>) -> Value {
        self.spec.build(setting)
    }

    /// The same event as `GET /api/v1/logs` returns it. The System Log API has the addresses in
    /// `request.ipChain`, where hooks have `client.ipChain`, and no `insertionTimestamp`.
    ///
    /// ```
    /// use okta_hooks::{EventType, simulate};
    ///
    /// let delivered = simulate::event(EventType::USER_LIFECYCLE_CREATE).to_json();
    /// let logged = simulate::EventBuilder::to_system_log(delivered.clone());
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

impl fmt::Debug for EventBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBuilder")
            .field("event_type", &self.spec.event_type)
            .finish_non_exhaustive()
    }
}
