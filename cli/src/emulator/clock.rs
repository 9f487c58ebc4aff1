//! Times as Okta writes them, which sort as text; and reading those of others.

use std::time::{SystemTime, UNIX_EPOCH};

use okta_hooks::simulate;

pub fn now() -> String {
    simulate::timestamp(SystemTime::now())
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
