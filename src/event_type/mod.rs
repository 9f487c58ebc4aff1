use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::catalog::Known;

// First, because the catalogue is one invocation of the macro in it.
#[macro_use]
mod info;
mod catalog;
mod lookup;

pub use self::info::EventTypeInfo;

/// The type of an event, such as `user.lifecycle.create`.
///
/// There is a constant for every type in Okta's catalogue, named after its text in upper case:
/// what is no letter or digit becomes `_`, and a hump gets one before it, so that
/// `mim.createEnrollment.IOS` is [`MIM_CREATE_ENROLLMENT_IOS`](Self::MIM_CREATE_ENROLLMENT_IOS).
/// Constants work as patterns. A known type allocates nothing, and a clone never does.
///
/// Okta adds types all the time (those a hook can subscribe to grew from 79 to 314 in five years),
/// so this is no enum: a type the catalogue does not have is kept as it was sent, equals itself,
/// and goes on working when a later release of this crate knows it. Text is compared exactly: case
/// matters.
///
/// It sorts like its text, and is its text for `serde`. `Debug` shows the text of known types only,
/// since unknown text may be anything.
///
/// Source: Okta, [Event types](https://developer.okta.com/docs/reference/api/event-types/), release
/// 2026.08.1.
///
/// # Examples
///
/// ```
/// use okta_hooks::{EventType, LogEvent};
///
/// fn wanted(event: &LogEvent) -> bool {
///     match event.event_type() {
///         EventType::USER_LIFECYCLE_CREATE | EventType::USER_LIFECYCLE_ACTIVATE => true,
///         other => other.is_in("user.account"),
///     }
/// }
///
/// let event = LogEvent::from_slice(br#"{"eventType":"user.lifecycle.create"}"#)?;
/// assert!(wanted(&event));
/// assert_eq!(event.event_type(), "user.lifecycle.create");
///
/// let event = LogEvent::from_slice(br#"{"eventType":"user.account.added_next_year"}"#)?;
/// assert!(wanted(&event));
/// assert!(event.event_type().info().is_none());
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
// Patterns need derived equality, and it is that of the text: `from_text` is the only way in, and
// makes a `Known` of every text that the catalogue has.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EventType(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Known(Known),
    Unknown(Arc<str>),
}

impl EventType {
    /// The type of a text that is not empty.
    pub(crate) fn from_text(text: &str) -> Self {
        match lookup::find(text) {
            Some(known) => Self::known(known),
            None => Self(Repr::Unknown(text.into())),
        }
    }

    const fn known(known: Known) -> Self {
        Self(Repr::Known(known))
    }

    /// The type as it is on the wire. Never empty.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Known(known) => known.text(),
            Repr::Unknown(text) => text,
        }
    }

    /// What Okta's catalogue says about the type; `None` if this release's does not have it.
    ///
    /// ```
    /// use okta_hooks::EventType;
    ///
    /// let info = EventType::USER_LIFECYCLE_DELETE_INITIATED.info();
    /// assert!(info.is_some_and(|info| info.hook_eligible));
    /// let info = EventType::USER_LIFECYCLE_DELETE_COMPLETED.info();
    /// assert!(info.is_some_and(|info| !info.hook_eligible));
    /// ```
    #[must_use]
    pub fn info(&self) -> Option<&'static EventTypeInfo> {
        match &self.0 {
            Repr::Known(known) => Some(known.info()),
            Repr::Unknown(_) => None,
        }
    }

    /// Every type of the catalogue and what it says about it, sorted by type.
    ///
    /// ```
    /// use okta_hooks::EventType;
    ///
    /// // What an event hook can subscribe to in the family `group`.
    /// let eligible: Vec<&str> = EventType::catalog()
    ///     .iter()
    ///     .filter(|info| info.hook_eligible && info.event_type.is_in("group"))
    ///     .map(|info| info.event_type.as_str())
    ///     .collect();
    /// assert!(eligible.contains(&"group.user_membership.add"));
    /// ```
    #[must_use]
    pub fn catalog() -> &'static [EventTypeInfo] {
        &catalog::CATALOG
    }

    /// Whether the type is `family` or one below it, known or not.
    ///
    /// Compares whole segments, so `user.lifecycle.create` is in `user` and in `user.lifecycle` but
    /// not in `user.life`. One dot at the end of `family` changes nothing. No type is in the empty
    /// family, lest a forgotten setting match everything.
    ///
    /// ```
    /// use okta_hooks::EventType;
    ///
    /// let event_type: EventType = "user.lifecycle.added_next_year".parse()?;
    /// assert!(event_type.is_in("user.lifecycle"));
    /// assert!(!event_type.is_in("user.life"));
    /// # Ok::<(), okta_hooks::InvalidEventType>(())
    /// ```
    #[must_use]
    pub fn is_in(&self, family: &str) -> bool {
        let family = family.strip_suffix('.').unwrap_or(family);
        match self.as_str().strip_prefix(family) {
            Some(rest) => !family.is_empty() && (rest.is_empty() || rest.starts_with('.')),
            None => false,
        }
    }
}

/// Why a text is no event type: it is empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event type cannot be empty")]
pub struct InvalidEventType(());

impl FromStr for EventType {
    type Err = InvalidEventType;

    /// Any text is a type, known or not.
    ///
    /// # Errors
    ///
    /// [`InvalidEventType`] if `text` is empty.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(InvalidEventType(()));
        }
        Ok(Self::from_text(text))
    }
}

impl TryFrom<&str> for EventType {
    type Error = InvalidEventType;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl AsRef<str> for EventType {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Known(known) => write!(f, "EventType({})", known.text()),
            Repr::Unknown(_) => f.write_str("EventType(_)"),
        }
    }
}

impl Ord for EventType {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for EventType {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq<&Self> for EventType {
    fn eq(&self, other: &&Self) -> bool {
        self == *other
    }
}

impl PartialEq<EventType> for &EventType {
    fn eq(&self, other: &EventType) -> bool {
        *self == other
    }
}

impl PartialEq<str> for EventType {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<EventType> for str {
    fn eq(&self, other: &EventType) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<&str> for EventType {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<EventType> for &str {
    fn eq(&self, other: &EventType) -> bool {
        *self == other.as_str()
    }
}

impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for EventType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = EventType;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event type")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<EventType, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// A known type and texts close to it that are none.
    const KNOWN: &str = "user.lifecycle.create";
    const UNKNOWN: [&str; 6] = [
        "User.Lifecycle.Create",
        "user.lifecycle.create ",
        " user.lifecycle.create",
        "user.lifecycle.creat",
        "user.lifecycle",
        "user.lifecycle.créate",
    ];

    fn of(text: &str) -> EventType {
        text.parse().expect("the text is not empty")
    }

    #[test]
    fn a_known_type_is_a_number_and_no_text_of_its_own() {
        assert!(matches!(of(KNOWN).0, Repr::Known(Known::USER_LIFECYCLE_CREATE)));
        assert!(matches!(of(UNKNOWN[0]).0, Repr::Unknown(_)));
        assert_eq!(size_of::<EventType>(), size_of::<Arc<str>>());
    }

    #[test]
    fn a_constant_is_a_pattern_for_a_type_and_for_a_reference_to_one() {
        let by_reference = |event_type: &EventType| match *event_type {
            EventType::USER_LIFECYCLE_CREATE => 1,
            EventType::USER_LIFECYCLE_DEACTIVATE => 2,
            _ => 3,
        };
        let by_value = |event_type: EventType| match event_type {
            EventType::USER_LIFECYCLE_CREATE => 1,
            EventType::USER_LIFECYCLE_DEACTIVATE => 2,
            _ => 3,
        };
        let inside = |event_type: Option<&EventType>| match event_type {
            Some(&EventType::USER_LIFECYCLE_CREATE) => 1,
            Some(&EventType::USER_LIFECYCLE_DEACTIVATE) => 2,
            _ => 3,
        };
        for (text, arm) in [(KNOWN, 1), ("user.lifecycle.deactivate", 2), (UNKNOWN[0], 3)] {
            assert_eq!(by_reference(&of(text)), arm, "{text}");
            assert_eq!(by_value(of(text)), arm, "{text}");
            assert_eq!(inside(Some(&of(text))), arm, "{text}");
        }
    }

    #[test]
    fn an_unknown_type_is_kept_as_sent_and_equals_only_itself() {
        let mut seen = HashSet::from([of(KNOWN)]);
        for text in UNKNOWN {
            assert_eq!(of(text).as_str(), text);
            assert_eq!(of(text).to_string(), text);
            assert_eq!(of(text), of(text));
            assert!(of(text).info().is_none(), "{text}");
            assert!(seen.insert(of(text)), "{text} equals another");
            assert!(seen.contains(&of(text)), "{text} hashes like another");
        }
    }

    #[test]
    fn types_equal_their_text_on_either_side() {
        for text in [KNOWN, UNKNOWN[0]] {
            let (event_type, other) = (of(text), "user.session.start");
            assert!(event_type == *text);
            assert!(*text == event_type);
            assert!(event_type == text);
            assert!(text == event_type);
            assert!(event_type != *other);
            assert!(*other != event_type);
            assert!(event_type != other);
            assert!(other != event_type);
        }
    }

    #[test]
    fn a_reference_to_a_type_compares_with_a_type() {
        let event_type = &of(KNOWN);
        assert!(event_type == KNOWN);
        assert!(event_type == EventType::USER_LIFECYCLE_CREATE);
        assert!(EventType::USER_LIFECYCLE_CREATE == event_type);
        assert!(event_type != EventType::USER_SESSION_START);
        assert!(EventType::USER_SESSION_START != event_type);
    }

    #[test]
    fn known_and_unknown_types_sort_together_by_text() {
        let mut texts = vec!["user.session.start", "zzz", KNOWN, "user.lifecycle.crew", "Aaa"];
        let mut types: Vec<EventType> = texts.iter().copied().map(of).collect();
        texts.sort_unstable();
        types.sort_unstable();
        assert_eq!(types, texts);
    }

    #[test]
    fn serde_reads_and_writes_the_text() -> Result<(), serde_json::Error> {
        for text in [KNOWN, UNKNOWN[0], "with \"quotes\" and \u{1f980}"] {
            let json = serde_json::to_string(&of(text))?;
            assert_eq!(json, serde_json::to_string(text)?);
            assert_eq!(serde_json::from_str::<EventType>(&json)?, of(text));
            assert_eq!(serde_json::from_reader::<_, EventType>(json.as_bytes())?, of(text));
        }
        Ok(())
    }

    #[test]
    fn empty_text_and_what_is_no_text_are_no_types() {
        let error = "".parse::<EventType>().expect_err("it is empty");
        assert_eq!(error.to_string(), "an event type cannot be empty");
        assert_eq!(EventType::try_from(""), Err(error));
        for json in ["\"\"", "null", "1", "[]", "{}"] {
            assert!(serde_json::from_str::<EventType>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn debug_shows_known_text_only() {
        assert_eq!(format!("{:?}", of(KNOWN)), "EventType(user.lifecycle.create)");
        assert_eq!(format!("{:?}", of("hunter2")), "EventType(_)");
    }

    #[test]
    fn display_heeds_the_width() {
        assert_eq!(format!("{:>7}|{:<7}|", of("x.y"), of("x.y")), "    x.y|x.y    |");
    }

    #[test]
    fn a_family_holds_itself_and_whole_segments_below() {
        for event_type in [of(KNOWN), of("user.lifecycle.added_next_year")] {
            for family in ["user", "user.", "user.lifecycle", "user.lifecycle."] {
                assert!(event_type.is_in(family), "{family}");
            }
            assert!(event_type.is_in(event_type.as_str()));
            for family in ["", ".", "user..", "use", "user.life", "User", "lifecycle", "*"] {
                assert!(!event_type.is_in(family), "{family}");
            }
            assert!(!event_type.is_in("user.lifecycle.create.and_more"));
        }
    }
}
