use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment in milliseconds since 1970 in UTC, which may be negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant(i64);

impl Instant {
    /// 2026-01-01T00:00:00Z: when everything happens if nobody says when.
    pub(super) const START: Self = Self(1_767_225_600_000);

    pub(super) fn millis(self) -> i64 {
        self.0
    }

    pub(super) fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// As Okta writes it, with three digits of a second.
    pub(super) fn text(self) -> String {
        let (days, millis) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        let (year, month, day) = date(days);
        let (seconds, fraction) = (millis / 1000, millis % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:03}Z")
    }
}

impl From<SystemTime> for Instant {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => Self(millis(since)),
            Err(before) => Self(-millis(before.duration())),
        }
    }
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
    Instant::from(time).text()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The date of a day since 1970-01-01, in the Gregorian calendar: Howard Hinnant's
/// [`civil_from_days`](https://howardhinnant.github.io/date_algorithms.html#civil_from_days), which
/// counts years from March so that the leap day is the last of one.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(Instant(millis).text(), expected);
        }
    }

    #[test]
    fn a_time_before_1970_is_read_too() {
        let time = UNIX_EPOCH - Duration::from_millis(1);
        assert_eq!(timestamp(time), "1969-12-31T23:59:59.999Z");
    }
}
