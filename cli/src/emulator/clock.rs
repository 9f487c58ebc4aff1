//! Times as Okta writes them, which sort as text; and reading those of others.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use okta_hooks::simulate;

pub fn now() -> String {
    simulate::timestamp(SystemTime::now())
}

/// The time of the org's events: no two happen in the same millisecond, which is what they are
/// written with, so that the order of their times is the order in which they happened.
pub struct OrgClock {
    last: SystemTime,
}

impl OrgClock {
    /// `last` is the time of the last event, if there was one.
    pub fn after(last: Option<SystemTime>) -> Self {
        Self { last: last.unwrap_or(UNIX_EPOCH) }
    }

    /// The time of the next event.
    pub fn tick(&mut self) -> SystemTime {
        self.last = self.next(SystemTime::now());
        self.last
    }

    fn next(&self, now: SystemTime) -> SystemTime {
        now.max(self.last + Duration::from_millis(1))
    }

    /// The time now, which is not before any event.
    pub fn now(&self) -> SystemTime {
        SystemTime::now().max(self.last)
    }
}

/// Seconds since 1970.
pub fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Reads an RFC 3339 time, such as `2026-01-01T00:00:00.000Z` or one with an offset.
pub fn parse(text: &str) -> Option<SystemTime> {
    text.parse::<jiff::Timestamp>().ok().map(SystemTime::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written_the_same() {
        for (text, expected) in [
            ("2026-03-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"),
            ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"),
            ("2025-07-27T21:14:05.318999Z", "2025-07-27T21:14:05.318Z"),
            ("2025-07-27T23:14:05.318+02:00", "2025-07-27T21:14:05.318Z"),
            ("2025-12-31T19:00:00-05:00", "2026-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(parse(text).map(simulate::timestamp).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn no_two_events_have_the_same_time_even_if_the_clock_goes_back() {
        let at = |millis| UNIX_EPOCH + Duration::from_millis(millis);
        let clock = OrgClock::after(Some(at(1_000)));
        assert_eq!(clock.next(at(1_000)), at(1_001));
        assert_eq!(clock.next(at(10)), at(1_001));
        assert_eq!(clock.next(at(2_000)), at(2_000));
        assert!(clock.now() > at(1_000));
        let mut clock = OrgClock::after(None);
        let times = [(); 100].map(|()| simulate::timestamp(clock.tick()));
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "now",
            "2026-01-01",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01X00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+2",
            "2026-01-01T9223372036854775807:00:00Z",
            "2026-01-01T00:00:00+9223372036854775807:00",
            "äöüäöüäöüäöü",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
