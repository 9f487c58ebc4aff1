use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// 2026-01-01T00:00:00Z: the time of everything that has none set.
const START: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// Some time after everything started, or the last time there is.
pub(super) fn after_start(duration: Duration) -> Timestamp {
    START.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// When everything started.
pub(super) fn start() -> Timestamp {
    START
}

/// The time, or the first or last one that RFC 3339 can write.
pub(super) fn from_system(time: SystemTime) -> Timestamp {
    let outermost = if time < UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::try_from(time).unwrap_or(outermost)
}

/// As Okta writes it, with three digits of a second.
pub(super) fn to_string(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// A time as Okta writes it: RFC 3339 in UTC, three digits of a second.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use okta_hooks::simulate;
///
/// let time = UNIX_EPOCH + Duration::from_millis(1_753_650_845_318);
/// assert_eq!(simulate::timestamp(time), "2025-07-27T21:14:05.318Z");
/// ```
#[must_use]
pub fn timestamp(time: SystemTime) -> String {
    to_string(from_system(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar_with_three_digits_of_a_second() {
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(timestamp(UNIX_EPOCH + Duration::from_millis(millis)), expected);
        }
        let just_before = UNIX_EPOCH + Duration::from_nanos(1_999_999_999);
        assert_eq!(timestamp(just_before), "1970-01-01T00:00:01.999Z", "cut, not rounded");
    }

    #[test]
    fn a_time_before_1970_or_beyond_the_calendar_is_written_too() {
        let before = UNIX_EPOCH - Duration::from_millis(1);
        assert_eq!(timestamp(before), "1969-12-31T23:59:59.999Z");
        let far = UNIX_EPOCH + Duration::from_secs(1 << 50);
        assert!(timestamp(far).starts_with("9999-12-"));
        assert!(to_string(after_start(Duration::MAX)).starts_with("9999-12-"));
    }
}
