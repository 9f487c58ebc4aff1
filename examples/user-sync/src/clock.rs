//! The time that is kept in the tables.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970.
pub fn millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The same, so much later.
pub fn millis_after(wait: Duration) -> i64 {
    millis().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}
