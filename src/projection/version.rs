use std::fmt;

use jiff::Timestamp;

use super::lifecycle;
use crate::LogEvent;
use crate::timestamp::timestamp;

/// How much of a `uuid` a version keeps: Okta's have 36 bytes, and a version is kept many times.
const MAX_UUID_BYTES: usize = 64;

/// When something became so: of two values the one with the later version holds.
///
/// A version orders by time, then at the same moment by what a lifecycle can do next (see the
/// [module](super)), then by the event's `uuid`. [`as_str`](Self::as_str) is a short string that
/// sorts byte by byte as versions do, so that a database can compare versions itself:
/// `2025-07-27T21:14:05.318 00 7c1e5a10-6b2f-11f0-9a41-4f0d2c8be913`.
///
/// The time is the event's `published`, or the delivery's `eventTime` where that is earlier: a
/// delivery is composed after its events were published, so a `published` after it can only be a
/// mistake, or edited by hand, and must not outrank every later change. Where one of the two is
/// missing or not a time, the other counts; without either, the event is before all others.
///
/// `Debug` shows the time and not the `uuid`.
///
/// # Examples
///
/// ```
/// use okta_hooks::LogEvent;
/// use okta_hooks::projection::Version;
///
/// let event = |event_type: &str, published: &str| {
///     let json = format!(r#"{{"eventType":"{event_type}","published":"{published}","uuid":"u"}}"#);
///     LogEvent::from_bytes(json)
/// };
/// let created = event("user.lifecycle.create", "2026-01-01T00:00:00.500Z")?;
/// let activated = event("user.lifecycle.activate", "2026-01-01T00:00:00.5Z")?;
/// assert!(Version::of(&activated, None) > Version::of(&created, None));
///
/// let edited = event("user.lifecycle.suspend", "9999-12-31T00:00:00Z")?;
/// let version = Version::of(&edited, Some("2026-01-01T00:00:09Z"));
/// assert_eq!(version.time().as_deref(), Some("2026-01-01T00:00:09Z"));
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(String);

impl Version {
    /// The version of what an event says. `event_time` is the
    /// [`event_time`](crate::Delivery::event_time) of the delivery it came in; `None` for an event
    /// from the System Log.
    #[must_use]
    pub fn of(event: &LogEvent, event_time: Option<&str>) -> Self {
        let bound = event_time.and_then(read);
        let published = event.published().and_then(read);
        let time = match (published, bound) {
            (Some(published), Some(bound)) => Some(published.min(bound)),
            (published, bound) => published.or(bound),
        };
        Self::new(time, lifecycle::rank(&event.event_type()), event.uuid().unwrap_or_default())
    }

    /// The version of what was observed elsewhere at `time`, RFC 3339, such as in an answer of the
    /// Users API: it holds against every event up to that moment. What is not a time is before
    /// everything else.
    #[must_use]
    pub fn observed(time: &str) -> Self {
        Self::new(read(time), lifecycle::OBSERVED, "")
    }

    /// The same moment, after every event in it.
    #[must_use]
    pub fn after(&self) -> Self {
        Self(format!("{} {} ", self.split().0, lifecycle::OBSERVED))
    }

    /// Before every moment: what any other event outranks.
    pub(super) fn initial(&self) -> Self {
        let (_, rest) = self.split();
        Self(format!(" {rest}"))
    }

    /// A version from the string it was stored as; `None` if it is not one.
    #[must_use]
    pub fn parse(stored: &str) -> Option<Self> {
        let (time, rest) = stored.split_once(' ')?;
        let rank = rest.get(..2)?;
        let is_version = rank.bytes().all(|byte| byte.is_ascii_digit())
            && (time.is_empty() || read(time).is_some())
            && rest.as_bytes().get(2) == Some(&b' ');
        is_version.then(|| Self(stored.to_owned()))
    }

    /// The version as a string that sorts byte by byte as versions do. At most 100 bytes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The time in it, RFC 3339 in UTC; `None` if the event had none.
    #[must_use]
    pub fn time(&self) -> Option<String> {
        let (time, _) = self.split();
        (!time.is_empty()).then(|| format!("{time}Z"))
    }

    fn new(time: Option<Timestamp>, rank: &str, uuid: &str) -> Self {
        // Without the zone, a shorter fraction sorts before a longer one.
        let time = time.map(|time| time.to_string()).unwrap_or_default();
        let time = time.strip_suffix('Z').unwrap_or(&time);
        Self(format!("{time} {rank} {}", start_of(uuid)))
    }

    fn split(&self) -> (&str, &str) {
        self.0.split_once(' ').unwrap_or_default()
    }
}

fn start_of(uuid: &str) -> &str {
    let end = (0..=MAX_UUID_BYTES).rev().find(|&end| uuid.is_char_boundary(end));
    if uuid.len() <= MAX_UUID_BYTES { uuid } else { &uuid[..end.unwrap_or(0)] }
}

/// Dates before 1970 count as its first moment: years before 0 would not sort.
fn read(time: &str) -> Option<Timestamp> {
    timestamp(time).map(|time| time.max(Timestamp::UNIX_EPOCH))
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Version").field("time", &self.split().0).finish_non_exhaustive()
    }
}

/// A value and the version it has: orders by version, then by value.
///
/// Merging is taking the greater one, which does not depend on the order or on how often it is done.
/// In SQL it is `(excluded.version, excluded.value) > (version, value)`.
///
/// ```
/// use okta_hooks::projection::{Version, Versioned};
///
/// let known = |second: u8, value| {
///     Some(Versioned::new(Version::observed(&format!("2026-01-01T00:00:{second:02}Z")), value))
/// };
/// let mut login = known(5, "ann@example.com");
/// Versioned::merge(&mut login, known(3, "too late"));
/// Versioned::merge(&mut login, None);
/// assert_eq!(login, known(5, "ann@example.com"));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Versioned<T> {
    /// Since when it holds.
    pub version: Version,
    /// What holds.
    pub value: T,
}

impl<T> Versioned<T> {
    /// A value that holds since `version`.
    #[must_use]
    pub fn new(version: Version, value: T) -> Self {
        Self { version, value }
    }
}

impl<T: Ord> Versioned<T> {
    /// Keeps in `known` whichever of the two is later.
    pub fn merge(known: &mut Option<Self>, other: Option<Self>) {
        if other > *known {
            *known = other;
        }
    }
}

impl<T> fmt::Debug for Versioned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Versioned").field("version", &self.version).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_as_strings_whatever_the_length_of_a_second_fraction() {
        let times = [
            "not a time",
            "1969-12-31T23:59:59Z",
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.000000001Z",
            "2026-01-01T00:00:00.1Z",
            "2026-01-01T00:00:00.11Z",
            "2026-01-01T00:00:00.2Z",
            "2026-01-01T02:00:01+02:00",
            "2026-01-01 00:00:02",
            "9999-12-30T22:00:00.9Z",
        ];
        let versions = times.map(Version::observed);
        assert!(versions.is_sorted_by(|one, next| one < next), "{versions:?}");
        for version in versions {
            assert_eq!(Version::parse(version.as_str()), Some(version));
        }
    }

    #[test]
    fn what_is_not_a_stored_version_is_refused() {
        for stored in ["", "0", "00000000000000000001 uuid", "2026-01-01T00:00:00 1 u", "x 10 u"] {
            assert_eq!(Version::parse(stored), None, "{stored}");
        }
    }

    #[test]
    fn a_version_is_short_however_long_the_uuid() {
        let json = format!(r#"{{"eventType":"x","uuid":"{}"}}"#, "ü".repeat(100_000));
        let event = LogEvent::from_bytes(json).unwrap();
        let time = Some("2026-01-01T00:00:00.123456789Z");
        assert!(Version::of(&event, time).as_str().len() <= 100);
        assert!(!format!("{:?}", Version::of(&event, time)).contains('ü'));
    }
}
