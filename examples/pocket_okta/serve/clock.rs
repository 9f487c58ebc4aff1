//! Times as Okta writes them, which sort as text; and reading those of others.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
    let (date, time) = (text.get(..10)?, text.get(11..)?);
    if !matches!(text.as_bytes()[10], b'T' | b't' | b' ') {
        return None;
    }
    let (year, month, day) = numbers(date, '-')?;
    let sign = time.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = time.split_at(sign);
    let offset = offset(zone)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let (hour, minute, second) = numbers(time, ':')?;
    let in_range = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    if !in_range {
        return None;
    }
    let digits = fraction.get(..fraction.len().min(9))?;
    let nanos = digits.parse::<u64>().ok()? * 10_u64.pow(9 - digits.len() as u32);
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    let since = Duration::from_secs(u64::try_from(seconds).ok()?) + Duration::from_nanos(nanos);
    Some(UNIX_EPOCH + since)
}

fn numbers(text: &str, separator: char) -> Option<(i64, i64, i64)> {
    let mut parts = text.split(separator).map(|part| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    });
    let three = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(three)
}

/// Seconds east of UTC.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (hours, minutes, _) = numbers(&format!("{}:0", zone.get(1..)?), ':')?;
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60;
    Some(if zone.starts_with('-') { -seconds } else { seconds })
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01, counting years from March so that the leap day is the last of one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
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
