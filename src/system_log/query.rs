use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What to read of the System Log, and from when on.
///
/// `Debug` shows no filter: it may name people.
///
/// ```
/// use okta_hooks::system_log::{Cursor, Query};
///
/// let query = Query::new().with_filter(r#"eventType sw "user.""#).with_limit(5000);
/// let cursor = Cursor::start("https://acme.okta.com/", &query)?;
/// assert_eq!(
///     cursor.as_str(),
///     "https://acme.okta.com/api/v1/logs?sortOrder=ASCENDING&limit=1000&filter=eventType%20sw%20%22user.%22",
/// );
/// # Ok::<(), okta_hooks::system_log::UrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    since: Option<String>,
    filter: Option<String>,
    limit: u16,
}

impl Query {
    /// The most events Okta puts on one page.
    pub const MAX_LIMIT: u16 = 1000;

    /// Everything of the last seven days (Okta's default for `since`), 100 events a page.
    #[must_use]
    pub fn new() -> Self {
        Self { since: None, filter: None, limit: DEFAULT_LIMIT }
    }

    /// `since`: from this time on, RFC 3339, as in an event's
    /// [`published`](crate::LogEvent::published). Okta refuses times more than 180 days ago and
    /// keeps events for 90 days. Start some minutes early: events can be stored late.
    #[must_use]
    pub fn with_since(mut self, time: impl Into<String>) -> Self {
        self.since = Some(time.into());
        self
    }

    /// `filter`: only events that match a SCIM expression, such as `eventType sw "user."`. Okta
    /// refuses one on `published`.
    #[must_use]
    pub fn with_filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }

    /// `limit`: how many events a page may have. Kept within 1 and
    /// [`MAX_LIMIT`](Self::MAX_LIMIT).
    #[must_use]
    pub fn with_limit(mut self, events: u16) -> Self {
        self.limit = events.clamp(1, Self::MAX_LIMIT);
        self
    }

    /// The path and query of the first request.
    pub(super) fn to_path(&self) -> String {
        let Self { since, filter, limit } = self;
        let encoded = |value| utf8_percent_encode(value, RESERVED);
        let since = since.as_ref().map(|since| format!("since={}&", encoded(since)));
        let filter = filter.as_ref().map(|filter| format!("&filter={}", encoded(filter)));
        let (since, filter) = (since.unwrap_or_default(), filter.unwrap_or_default());
        format!("/api/v1/logs?{since}sortOrder=ASCENDING&limit={limit}{filter}")
    }
}

impl Default for Query {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("since", &self.since)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Okta's own, where a URL does not say.
pub(super) const DEFAULT_LIMIT: u16 = 100;
