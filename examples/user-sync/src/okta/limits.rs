//! When to call Okta again: a decision without clock, sleep or chance of its own.
//!
//! Okta counts requests per org and endpoint, in windows of a minute, and says in every answer how
//! many are left (`X-Rate-Limit-*`). The window ends at a time of Okta's clock, so the answer's own
//! `Date` is what it is compared with, not the clock of this machine.
//!
//! Source: Okta, [Rate limits](https://developer.okta.com/docs/reference/rate-limits/).

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;

/// The longest wait after failures without a known end, jitter included.
const MAX_BACK_OFF: Duration = Duration::from_secs(300);
/// The longest wait for the end of a window, which lasts a minute: a reset time further away than
/// this is a mistake.
const MAX_WINDOW: Duration = Duration::from_secs(600);
/// Okta's reset time is in whole seconds.
const SECOND: Duration = Duration::from_secs(1);

/// What an answer says about limits; `None` where it says nothing readable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// `X-Rate-Limit-Limit`: requests per window.
    pub limit: Option<u64>,
    /// `X-Rate-Limit-Remaining`: how many are left in this one.
    pub remaining: Option<u64>,
    /// `X-Rate-Limit-Reset`: when it ends, in seconds since 1970.
    pub reset: Option<u64>,
    /// `Date`: when Okta answered, likewise.
    pub date: Option<u64>,
}

impl Limits {
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let number = |name| text(name).and_then(|value| value.trim().parse().ok());
        Self {
            limit: number("x-rate-limit-limit"),
            remaining: number("x-rate-limit-remaining"),
            reset: number("x-rate-limit-reset"),
            date: text("date").and_then(seconds_since_1970),
        }
    }

    /// What is left of the window.
    fn window(&self) -> Option<Duration> {
        let left = self.reset?.saturating_sub(self.date?);
        Some(Duration::from_secs(left).min(MAX_WINDOW))
    }

    /// Too many requests at the same time, and not in a window: both numbers are 0 then, and the
    /// reset time means nothing.
    fn is_concurrency(&self) -> bool {
        self.limit == Some(0) && self.remaining == Some(0)
    }
}

fn seconds_since_1970(date: &str) -> Option<u64> {
    let time = httpdate::parse_http_date(date).ok()?;
    time.duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs())
}

/// What to do about an answer, or about its absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Use it.
    Go,
    /// Ask the same again, but not before.
    RetryAfter(Duration),
    /// Asking again brings the same answer.
    GiveUp,
}

/// Decides on an answer by its status; `None` if there was none: no connection, or a timeout.
///
/// `attempt` counts the failures before this one, from 0; `jitter` is random, from 0 to less than
/// 1, and keeps many callers from coming back at the same moment.
pub fn decide(status: Option<u16>, limits: &Limits, attempt: u32, jitter: f64) -> Decision {
    match status {
        Some(200..=299) => Decision::Go,
        Some(429) => Decision::RetryAfter(after_429(limits, attempt, jitter)),
        None | Some(408 | 500..=599) => Decision::RetryAfter(back_off(attempt, jitter)),
        // Redirects too: following one would take the token to where somebody else says.
        Some(_) => Decision::GiveUp,
    }
}

fn after_429(limits: &Limits, attempt: u32, jitter: f64) -> Duration {
    match limits.window() {
        Some(left) if !limits.is_concurrency() => after_reset(left, jitter),
        _ => back_off(attempt, jitter),
    }
}

/// How long to wait before the next call of the same kind after one that went well.
///
/// Nothing as long as there is plenty. What is left of the last tenth is spread over the rest of
/// the window, so that the limit is not hit: other users of the org's API need some of it too.
pub fn pause(limits: &Limits, jitter: f64) -> Duration {
    let (Some(limit), Some(remaining), Some(left)) =
        (limits.limit, limits.remaining, limits.window())
    else {
        return Duration::ZERO;
    };
    match remaining {
        _ if remaining > limit / 10 || limits.is_concurrency() => Duration::ZERO,
        0 => after_reset(left, jitter),
        _ => left.div_f64(remaining as f64 + 1.0),
    }
}

fn after_reset(left: Duration, jitter: f64) -> Duration {
    left + SECOND + SECOND.mul_f64(jitter)
}

/// 1 s, 2 s, 4 s, … up to the maximum, of which the second half is up to chance.
fn back_off(attempt: u32, jitter: f64) -> Duration {
    let whole = SECOND.saturating_mul(2u32.saturating_pow(attempt)).min(MAX_BACK_OFF);
    whole.mul_f64(0.5 + jitter / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn limits(limit: u64, remaining: u64, reset: u64, date: u64) -> Limits {
        Limits {
            limit: Some(limit),
            remaining: Some(remaining),
            reset: Some(reset),
            date: Some(date),
        }
    }

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_status_alone_decides_whether_asking_again_can_help() {
        let none = Limits::default();
        for status in [200, 201, 204] {
            assert_eq!(decide(Some(status), &none, 0, 0.0), Decision::Go, "{status}");
        }
        for status in [301, 302, 307, 308, 400, 401, 403, 404, 405, 410, 415] {
            assert_eq!(decide(Some(status), &none, 0, 0.0), Decision::GiveUp, "{status}");
        }
        for status in [Some(408), Some(429), Some(500), Some(502), Some(503), Some(504), None] {
            let expected = Decision::RetryAfter(millis(500));
            assert_eq!(decide(status, &none, 0, 0.0), expected, "{status:?}");
        }
    }

    #[test]
    fn back_off_doubles_is_half_random_and_ends_at_five_minutes() {
        for (attempt, least, most) in [
            (0, 500, 1_000),
            (1, 1_000, 2_000),
            (2, 2_000, 4_000),
            (5, 16_000, 32_000),
            (8, 128_000, 256_000),
            (9, 150_000, 300_000),
            (40, 150_000, 300_000),
            (u32::MAX, 150_000, 300_000),
        ] {
            assert_eq!(back_off(attempt, 0.0), millis(least), "{attempt}");
            assert_eq!(back_off(attempt, 1.0), millis(most), "{attempt}");
        }
    }

    #[test]
    fn a_429_waits_for_the_reset_by_the_clock_of_the_answer() {
        for (limits, jitter, expected) in [
            (limits(600, 0, 1_000_042, 1_000_000), 0.0, 43_000),
            (limits(600, 0, 1_000_042, 1_000_000), 0.5, 43_500),
            (limits(600, 0, 1_000_000, 1_000_000), 0.0, 1_000),
            // In the past: the window is over.
            (limits(600, 0, 1_000_000, 1_000_030), 0.0, 1_000),
            // Far in the future: a mistake, and no reason to stop for a day.
            (limits(600, 0, 1_086_400, 1_000_000), 0.0, 601_000),
            // Of the two zeros one alone says nothing.
            (limits(0, 5, 1_000_042, 1_000_000), 0.0, 43_000),
        ] {
            for attempt in [0, 7] {
                let expected = Decision::RetryAfter(millis(expected));
                assert_eq!(decide(Some(429), &limits, attempt, jitter), expected, "{limits:?}");
            }
        }
    }

    #[test]
    fn a_429_for_concurrency_or_without_a_time_backs_off() {
        let complete = limits(600, 0, 1_000_042, 1_000_000);
        for limits in [
            limits(0, 0, 1_000_042, 1_000_000),
            Limits { reset: None, ..complete },
            Limits { date: None, ..complete },
        ] {
            for (attempt, expected) in [(0, 500), (3, 4_000)] {
                let expected = Decision::RetryAfter(millis(expected));
                assert_eq!(decide(Some(429), &limits, attempt, 0.0), expected, "{limits:?}");
            }
        }
    }

    #[test]
    fn the_last_tenth_of_a_window_is_spread_over_the_rest_of_it() {
        for (limits, expected) in [
            (limits(600, 599, 1_000_060, 1_000_000), 0),
            (limits(600, 61, 1_000_060, 1_000_000), 0),
            (limits(600, 59, 1_000_060, 1_000_000), 1_000),
            (limits(600, 9, 1_000_030, 1_000_000), 3_000),
            (limits(600, 1, 1_000_030, 1_000_000), 15_000),
            (limits(600, 0, 1_000_030, 1_000_000), 31_250),
            (limits(600, 1, 1_000_000, 1_000_030), 0),
            (limits(20, 3, 1_000_030, 1_000_000), 0),
            (limits(20, 2, 1_000_030, 1_000_000), 10_000),
            (limits(0, 0, 1_000_030, 1_000_000), 0),
            (Limits::default(), 0),
            (Limits { date: None, ..limits(600, 0, 1_000_030, 0) }, 0),
        ] {
            assert_eq!(pause(&limits, 0.25), millis(expected), "{limits:?}");
        }
    }

    #[test]
    fn headers_are_read_and_what_is_none_is_left_out() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let pair = |&(name, value)| {
                (reqwest::header::HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            Limits::from_headers(&pairs.iter().map(pair).collect())
        };
        assert_eq!(
            headers(&[
                ("x-rate-limit-limit", "600"),
                ("x-rate-limit-remaining", " 7 "),
                ("x-rate-limit-reset", "1767225660"),
                ("date", "Thu, 01 Jan 2026 00:00:00 GMT"),
            ]),
            limits(600, 7, 1_767_225_660, 1_767_225_600)
        );
        assert_eq!(
            headers(&[
                ("x-rate-limit-limit", "many"),
                ("x-rate-limit-remaining", "-1"),
                ("x-rate-limit-reset", ""),
                ("date", "yesterday"),
            ]),
            Limits::default()
        );
    }
}
