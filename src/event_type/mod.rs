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
/// There is a constant for every type in Okta's catalogue, named after it in upper case: what
/// is not a letter or digit becomes `_`, and a hump gets one before it, so that
/// `mim.createEnrollment.IOS` is [`MIM_CREATE_ENROLLMENT_IOS`](Self::MIM_CREATE_ENROLLMENT_IOS).
/// Constants work as patterns. A known type allocates nothing, and a clone never does.
///
/// Okta adds types all the time (those a hook can subscribe to grew from 79 to 314 in five years),
/// so this is not an `enum`: a type the catalogue does not have is kept as it was sent, equals itself,
/// and goes on working when a later release of this crate knows it. Strings are compared exactly: case
/// matters.
///
/// It sorts like its string, and is a string for `serde`. `Debug` shows known types only, since an
/// unknown one may be anything.
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
// Patterns need derived equality, and it is that of the string: `from_string` is the only way in, and
// makes a `Known` of every string that the catalogue has.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EventType(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Known(Known),
    Unknown(Arc<str>),
}

impl EventType {
    /// The type of a string that is not empty.
    pub(crate) fn from_string(string: &str) -> Self {
        match lookup::find(string) {
            Some(known) => Self::known(known),
            None => Self(Repr::Unknown(string.into())),
        }
    }

    const fn known(known: Known) -> Self {
        Self(Repr::Known(known))
    }

    /// The type as it is on the wire. Never empty.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Known(known) => known.as_str(),
            Repr::Unknown(string) => string,
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

/// A string that is not an event type, because it is empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event type cannot be empty")]
pub struct InvalidEventType(());

impl FromStr for EventType {
    type Err = InvalidEventType;

    /// Any string is a type, known or not.
    ///
    /// # Errors
    ///
    /// [`InvalidEventType`] if `string` is empty.
    fn from_str(string: &str) -> Result<Self, Self::Err> {
        if string.is_empty() {
            return Err(InvalidEventType(()));
        }
        Ok(Self::from_string(string))
    }
}

impl TryFrom<&str> for EventType {
    type Error = InvalidEventType;

    fn try_from(string: &str) -> Result<Self, Self::Error> {
        string.parse()
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
            Repr::Known(known) => write!(f, "EventType({})", known.as_str()),
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
        deserializer.deserialize_str(StringVisitor)
    }
}

struct StringVisitor;

impl Visitor<'_> for StringVisitor {
    type Value = EventType;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event type")
    }

    fn visit_str<E: de::Error>(self, string: &str) -> Result<EventType, E> {
        string.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// A known type, and strings close to it that are not.
    const KNOWN: &str = "user.lifecycle.create";
    const UNKNOWN: [&str; 6] = [
        "User.Lifecycle.Create",
        "user.lifecycle.create ",
        " user.lifecycle.create",
        "user.lifecycle.creat",
        "user.lifecycle",
        "user.lifecycle.créate",
    ];

    fn of(string: &str) -> EventType {
        string.parse().expect("the string is not empty")
    }

    #[test]
    fn a_known_type_is_a_number_without_a_string_of_its_own() {
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
        for (string, arm) in [(KNOWN, 1), ("user.lifecycle.deactivate", 2), (UNKNOWN[0], 3)] {
            assert_eq!(by_reference(&of(string)), arm, "{string}");
            assert_eq!(by_value(of(string)), arm, "{string}");
            assert_eq!(inside(Some(&of(string))), arm, "{string}");
        }
    }

    #[test]
    fn an_unknown_type_is_kept_as_sent_and_equals_only_itself() {
        let mut seen = HashSet::from([of(KNOWN)]);
        for string in UNKNOWN {
            assert_eq!(of(string).as_str(), string);
            assert_eq!(of(string).to_string(), string);
            assert_eq!(of(string), of(string));
            assert!(of(string).info().is_none(), "{string}");
            assert!(seen.insert(of(string)), "{string} equals another");
            assert!(seen.contains(&of(string)), "{string} hashes like another");
        }
    }

    #[test]
    fn types_equal_their_string_on_either_side() {
        for string in [KNOWN, UNKNOWN[0]] {
            let (event_type, other) = (of(string), "user.session.start");
            assert!(event_type == *string);
            assert!(*string == event_type);
            assert!(event_type == string);
            assert!(string == event_type);
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
    fn known_and_unknown_types_sort_together_by_string() {
        let mut strings = vec!["user.session.start", "zzz", KNOWN, "user.lifecycle.crew", "Aaa"];
        let mut types: Vec<EventType> = strings.iter().copied().map(of).collect();
        strings.sort_unstable();
        types.sort_unstable();
        assert_eq!(types, strings);
    }

    #[test]
    fn serde_reads_and_writes_the_string() -> Result<(), serde_json::Error> {
        for string in [KNOWN, UNKNOWN[0], "with \"quotes\" and \u{1f980}"] {
            let json = serde_json::to_string(&of(string))?;
            assert_eq!(json, serde_json::to_string(string)?);
            assert_eq!(serde_json::from_str::<EventType>(&json)?, of(string));
            assert_eq!(serde_json::from_reader::<_, EventType>(json.as_bytes())?, of(string));
        }
        Ok(())
    }

    #[test]
    fn an_empty_string_and_other_json_are_not_types() {
        let error = "".parse::<EventType>().expect_err("it is empty");
        assert_eq!(error.to_string(), "an event type cannot be empty");
        assert_eq!(EventType::try_from(""), Err(error));
        for json in ["\"\"", "null", "1", "[]", "{}"] {
            assert!(serde_json::from_str::<EventType>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn debug_shows_known_types_only() {
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
