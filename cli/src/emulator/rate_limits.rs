//! Okta's rate limits: so many requests per minute for each kind of endpoint.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, HeaderValue};

pub struct RateLimits {
    per_minute: u32,
    buckets: Mutex<HashMap<&'static str, (u64, u32)>>,
}

/// What the headers of an answer say about a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub limit: u32,
    pub remaining: u32,
    /// Seconds since 1970.
    pub reset: u64,
    pub exceeded: bool,
}

impl RateLimits {
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, buckets: Mutex::default() }
    }

    /// Counts a request to `path` at `now`, in seconds since 1970.
    pub fn take(&self, path: &str, now: u64) -> Rate {
        let minute = now / 60;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, used) = buckets.entry(bucket(path)).or_insert((minute, 0));
        if *of != minute {
            (*of, *used) = (minute, 0);
        }
        let exceeded = *used >= self.per_minute;
        *used = used.saturating_add(1);
        Rate {
            limit: self.per_minute,
            remaining: self.per_minute.saturating_sub(*used),
            reset: (minute + 1) * 60,
            exceeded,
        }
    }
}

fn bucket(path: &str) -> &'static str {
    let mut segments = path.trim_matches('/').split('/').skip(2);
    match (segments.next(), segments.next()) {
        (Some("users"), None) => "users",
        (Some("users"), Some(_)) => "user",
        (Some("logs"), _) => "logs",
        _ => "other",
    }
}

impl Rate {
    /// The bucket is empty until `seconds` from now.
    pub fn emptied(self, now: u64, seconds: u64) -> Self {
        Self { remaining: 0, reset: now.saturating_add(seconds), exceeded: true, ..self }
    }

    /// Too many requests at once: the limit is zero, and the reset only a hint.
    pub fn concurrent(self) -> Self {
        Self { limit: 0, remaining: 0, exceeded: true, ..self }
    }

    pub fn add_to(self, headers: &mut HeaderMap) {
        headers.insert("x-rate-limit-limit", HeaderValue::from(self.limit));
        headers.insert("x-rate-limit-remaining", HeaderValue::from(self.remaining));
        headers.insert("x-rate-limit-reset", HeaderValue::from(self.reset));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_endpoint_has_its_own_requests_each_minute() {
        let rate_limits = RateLimits::new(2);
        let remaining = |path, now| {
            let rate = rate_limits.take(path, now);
            (rate.remaining, rate.exceeded, rate.reset)
        };
        assert_eq!(remaining("/api/v1/users", 61), (1, false, 120));
        assert_eq!(remaining("/api/v1/users/", 62), (0, false, 120));
        assert_eq!(remaining("/api/v1/users", 119), (0, true, 120));
        assert_eq!(remaining("/api/v1/users/00u1", 119), (1, false, 120));
        assert_eq!(remaining("/api/v1/logs", 119), (1, false, 120));
        assert_eq!(remaining("/api/v1/users", 120), (1, false, 180));
    }
}
