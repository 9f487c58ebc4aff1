use std::fmt;
use std::fmt::Write;

use bytes::Bytes;
use http::header::{ACCEPT, HeaderValue};
use http::uri::{Scheme, Uri};
use http::{Method, Request};

use super::page::{self, Page, PageError};
use crate::header_lookup::HeaderLookup;

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

    /// `filter`: only what a SCIM expression lets through, such as `eventType sw "user."`. Okta
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

    fn to_path(&self) -> String {
        let mut path = String::from("/api/v1/logs?");
        if let Some(since) = &self.since {
            path.push_str("since=");
            push_encoded(&mut path, since);
            path.push('&');
        }
        path.push_str("sortOrder=ASCENDING&limit=");
        path.push_str(&self.limit.to_string());
        if let Some(filter) = &self.filter {
            path.push_str("&filter=");
            push_encoded(&mut path, filter);
        }
        path
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

/// Okta's own, where a URL does not say.
const DEFAULT_LIMIT: u16 = 100;

/// What to ask the System Log next: a URL of one org.
///
/// Text when shown ([`Display`](fmt::Display), [`as_str`](Self::as_str)) and [made from
/// it](Self::restore) again; `Debug` shows only the host, since a filter may name people. It holds
/// no secret.
///
/// Every cursor is a URL of the org it was made for: the request carries a token, and a link to
/// another host would get it. See the [module](super) for the loop.
///
/// ```
/// use okta_hooks::system_log::Cursor;
///
/// let saved = "https://acme.okta.com/api/v1/logs?after=1767225600000_1&limit=1000";
/// let cursor = Cursor::restore("https://acme.okta.com", saved)?;
/// assert_eq!(cursor.to_string(), saved);
/// # Ok::<(), okta_hooks::system_log::UrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Cursor {
    /// As it was made, saved or sent: Okta asks to follow links as they are.
    url: String,
    uri: Uri,
}

impl Cursor {
    /// The first request of a polling loop. `org` is the base URL of the org, such as
    /// `https://acme.okta.com`.
    ///
    /// # Errors
    ///
    /// [`UrlError`] if `org` is no base URL.
    pub fn start(org: &str, query: &Query) -> Result<Self, UrlError> {
        let org = base(org)?;
        from_path(&org, &query.to_path())
    }

    /// A cursor that was saved as text.
    ///
    /// # Errors
    ///
    /// [`UrlError`] if `org` is no base URL, or `saved` is no URL of that org.
    pub fn restore(org: &str, saved: &str) -> Result<Self, UrlError> {
        at_origin(&base(org)?, saved)
    }

    /// The URL, as text to save.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The org that is asked: the host, and the port where the URL names one. What
    /// [`SeenEvents::claim_events`](crate::SeenEvents::claim_events) takes, unless the org's hooks
    /// name another domain of it.
    ///
    /// ```
    /// # use okta_hooks::system_log::{Cursor, Query};
    /// assert_eq!(Cursor::start("https://acme.okta.com", &Query::new())?.org(), "acme.okta.com");
    /// # Ok::<(), okta_hooks::system_log::UrlError>(())
    /// ```
    #[must_use]
    pub fn org(&self) -> &str {
        self.uri.authority().map(|authority| authority.as_str()).unwrap_or_default()
    }

    /// The request to send, complete but for `Authorization`, which is the caller's: `Bearer` with
    /// a token of the scope `okta.logs.read`, or `SSWS`. Okta answers within 30 seconds or with
    /// status 500.
    ///
    /// ```
    /// # use okta_hooks::system_log::{Cursor, Query};
    /// let mut request = Cursor::start("https://acme.okta.com", &Query::new())?.request();
    /// request.headers_mut().insert("authorization", http::HeaderValue::from_static("SSWS 00a1b2c3"));
    /// assert_eq!(request.headers()["accept"], "application/json");
    /// # Ok::<(), okta_hooks::system_log::UrlError>(())
    /// ```
    #[must_use]
    pub fn request(&self) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = Method::GET;
        *request.uri_mut() = self.uri.clone();
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        request
    }

    /// Reads what came back with status 200: the body, and the cursor in the `Link` headers.
    ///
    /// Several header lines and one line with commas are both read. Copies nothing of the body.
    ///
    /// # Errors
    ///
    /// [`PageError`] if the body is not a JSON array, or the link to the next page leads out of the
    /// org. An element that is not an event is not an error: it is in [`Page::invalid_events`].
    pub fn read<'h>(
        &self,
        body: impl Into<Bytes>,
        headers: impl HeaderLookup<'h>,
    ) -> Result<Page, PageError> {
        page::read(self, body.into(), headers)
    }

    /// The cursor that a `Link` header of this one's answer leads to.
    pub(super) fn follow(&self, target: &[u8]) -> Result<Self, UrlError> {
        let target = std::str::from_utf8(target).map_err(|_| UrlError::NotAUrl)?;
        // A reference without a host is about the host that sent it (RFC 3986, section 4.2); one
        // that starts with two slashes names another.
        if target.starts_with('/') && !target.starts_with("//") {
            return from_path(&self.uri, target);
        }
        at_origin(&self.uri, target)
    }

    /// How many events a page may have.
    pub(super) fn limit(&self) -> usize {
        let query = self.uri.query().unwrap_or_default();
        let limit = query.split('&').find_map(|pair| pair.strip_prefix("limit="));
        limit.and_then(|limit| limit.parse().ok()).unwrap_or(usize::from(DEFAULT_LIMIT)).max(1)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").field("host", &self.uri.host()).finish_non_exhaustive()
    }
}

/// A URL that cannot be asked. The message does not quote it.
///
/// ```
/// use okta_hooks::system_log::{Cursor, UrlError};
///
/// let elsewhere = Cursor::restore("https://acme.okta.com", "https://evil.example/api/v1/logs");
/// assert_eq!(elsewhere, Err(UrlError::ForeignHost));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// The org's own URL is more or less than a scheme, a host and perhaps a port.
    #[error("the org's URL must be like https://acme.okta.com, without path, query and user")]
    NotABase,
    /// Not an absolute `http` or `https` URL.
    #[error("not a complete http or https URL")]
    NotAUrl,
    /// A URL of another scheme, host or port than the org's, which must not get its token.
    #[error("the URL leads to another host than the org's")]
    ForeignHost,
}

/// The base URL of an org.
fn base(org: &str) -> Result<Uri, UrlError> {
    let uri = absolute(org).map_err(|_| UrlError::NotABase)?;
    match uri.path() == "/" && uri.query().is_none() && !org.contains('#') {
        true => Ok(uri),
        false => Err(UrlError::NotABase),
    }
}

fn at_origin(org: &Uri, url: &str) -> Result<Cursor, UrlError> {
    let uri = absolute(url)?;
    match origin(&uri) == origin(org) {
        true => Ok(Cursor { url: url.to_owned(), uri }),
        false => Err(UrlError::ForeignHost),
    }
}

fn from_path(org: &Uri, path: &str) -> Result<Cursor, UrlError> {
    let scheme = org.scheme_str().unwrap_or_default();
    let authority = org.authority().map(|authority| authority.as_str()).unwrap_or_default();
    at_origin(org, &format!("{scheme}://{authority}{path}"))
}

/// A URL that every HTTP client understands in the same way: `Uri` lets no white space and no
/// backslash into a host, and a user before the host, which can look like one, is refused here.
fn absolute(url: &str) -> Result<Uri, UrlError> {
    let uri: Uri = url.parse().map_err(|_| UrlError::NotAUrl)?;
    let is_http = uri.scheme() == Some(&Scheme::HTTP) || uri.scheme() == Some(&Scheme::HTTPS);
    let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    match is_http && !authority.is_empty() && !authority.contains('@') {
        true => Ok(uri),
        false => Err(UrlError::NotAUrl),
    }
}

/// Scheme, host and port ([RFC 6454](https://www.rfc-editor.org/rfc/rfc6454), section 4).
fn origin(uri: &Uri) -> (Option<&str>, Option<String>, u16) {
    let default_port = if uri.scheme() == Some(&Scheme::HTTP) { 80 } else { 443 };
    let host = uri.host().map(str::to_ascii_lowercase);
    (uri.scheme_str(), host, uri.port_u16().unwrap_or(default_port))
}

/// Adds `text` as a part of a query: everything but RFC 3986's unreserved characters encoded.
fn push_encoded(to: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                to.push(byte.into());
            }
            // Writing to a String cannot fail.
            _ => drop(write!(to, "%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: &str = "https://acme.okta.com";

    #[test]
    fn the_first_request_polls_ascending_without_until() {
        let url = |query: &Query| Cursor::start(ORG, query).unwrap().to_string();
        let logs = "https://acme.okta.com/api/v1/logs";
        assert_eq!(url(&Query::new()), format!("{logs}?sortOrder=ASCENDING&limit=100"));
        let query = Query::new()
            .with_since("2026-01-01T00:00:00+01:00")
            .with_filter("a eq \"ö&b=c#d\"")
            .with_limit(1000);
        assert_eq!(
            url(&query),
            format!(
                "{logs}?since=2026-01-01T00%3A00%3A00%2B01%3A00&sortOrder=ASCENDING&limit=1000&filter=a%20eq%20%22%C3%B6%26b%3Dc%23d%22"
            )
        );
    }

    #[test]
    fn a_limit_stays_within_what_okta_takes_and_is_never_zero() {
        for (limit, kept) in [(0, 1), (1, 1), (1000, 1000), (1001, 1000), (u16::MAX, 1000)] {
            let cursor = Cursor::start(ORG, &Query::new().with_limit(limit)).unwrap();
            assert_eq!(cursor.limit(), kept, "{limit}");
        }
        for (query, limit) in
            [("", 100), ("?limit=7", 7), ("?after=1&limit=0", 1), ("?limit=x", 100)]
        {
            let cursor = Cursor::restore(ORG, &format!("{ORG}/api/v1/logs{query}")).unwrap();
            assert_eq!(cursor.limit(), limit, "{query}");
        }
    }

    #[test]
    fn the_request_is_a_get_for_json_without_authorization() {
        let request = Cursor::start(ORG, &Query::new()).unwrap().request();
        assert_eq!(request.method(), "GET");
        assert_eq!(request.headers().len(), 1);
        assert_eq!(request.headers()["accept"], "application/json");
    }

    #[test]
    fn an_org_is_a_scheme_a_host_and_perhaps_a_port() {
        let start = |org: &str| Cursor::start(org, &Query::new()).map(|cursor| cursor.to_string());
        for (org, origin) in [
            ("https://acme.okta.com", "https://acme.okta.com"),
            ("https://acme.okta.com/", "https://acme.okta.com"),
            ("HTTPS://Acme.okta.com:8443", "https://Acme.okta.com:8443"),
            ("http://127.0.0.1:8084", "http://127.0.0.1:8084"),
            ("http://[::1]:8084", "http://[::1]:8084"),
        ] {
            let expected = format!("{origin}/api/v1/logs?sortOrder=ASCENDING&limit=100");
            assert_eq!(start(org), Ok(expected), "{org}");
        }
        for org in [
            "",
            "acme.okta.com",
            "/",
            "*",
            "ftp://acme.okta.com",
            "https://",
            "https:///",
            "https://acme.okta.com/oauth2",
            "https://acme.okta.com/?a",
            "https://acme.okta.com/#a",
            "https://user@acme.okta.com",
            "https://user:pass@acme.okta.com",
            "https://acme okta.com",
        ] {
            assert_eq!(start(org), Err(UrlError::NotABase), "{org}");
        }
    }

    #[test]
    fn a_saved_cursor_comes_back_to_the_byte() {
        for saved in [
            "https://acme.okta.com/api/v1/logs?after=1767225600000_1&limit=1000",
            "HTTPS://ACME.okta.com:443/api/v1/logs?filter=a%20b+c%2f%2F&after=x%3D",
        ] {
            let cursor = Cursor::restore(ORG, saved).unwrap();
            assert_eq!(cursor.as_str(), saved);
            assert_eq!(Cursor::restore(ORG, &cursor.to_string()).as_ref(), Ok(&cursor));
        }
    }

    #[test]
    fn a_link_to_another_scheme_host_or_port_is_refused() {
        let from = Cursor::start(ORG, &Query::new()).unwrap();
        for (target, error) in [
            ("https://evil.example/api/v1/logs", UrlError::ForeignHost),
            ("https://acme.okta.com.evil.example/", UrlError::ForeignHost),
            ("https://evil.example/https://acme.okta.com/", UrlError::ForeignHost),
            ("https://evil.example?@acme.okta.com/", UrlError::ForeignHost),
            ("http://acme.okta.com/api/v1/logs", UrlError::ForeignHost),
            ("https://acme.okta.com:8443/api/v1/logs", UrlError::ForeignHost),
            ("https://acme.okta.com@evil.example/", UrlError::NotAUrl),
            ("https://evil.example@acme.okta.com/", UrlError::NotAUrl),
            (r"https://acme.okta.com\.evil.example/", UrlError::NotAUrl),
            (r"https://evil.example\@acme.okta.com/", UrlError::NotAUrl),
            ("https://acme.okta.com%2eevil.example/", UrlError::NotAUrl),
            ("https://acme.okta.com\t.evil.example/", UrlError::NotAUrl),
            ("//evil.example/api/v1/logs", UrlError::NotAUrl),
            ("javascript:alert(1)", UrlError::NotAUrl),
            ("logs?after=1", UrlError::NotAUrl),
            ("", UrlError::NotAUrl),
        ] {
            assert_eq!(from.follow(target.as_bytes()), Err(error), "{target}");
            if !target.starts_with('/') {
                assert_eq!(Cursor::restore(ORG, target), Err(error), "{target}");
            }
        }
        assert_eq!(from.follow(b"https://acme.okta.com/\xff"), Err(UrlError::NotAUrl));
    }

    #[test]
    fn a_link_without_a_host_stays_with_the_org() {
        let from = Cursor::start("https://acme.okta.com:8443", &Query::new()).unwrap();
        for target in ["/api/v1/logs?after=1", r"/\evil.example", "/@evil.example"] {
            let next = from.follow(target.as_bytes()).unwrap();
            assert_eq!(next.as_str(), format!("https://acme.okta.com:8443{target}"));
        }
    }

    #[test]
    fn debug_shows_neither_filter_nor_path() {
        let query = Query::new().with_filter("actor.alternateId eq \"jane@example.com\"");
        let cursor = Cursor::start(ORG, &query).unwrap();
        let debug = format!("{query:?} {cursor:?}");
        assert!(!debug.contains("jane"), "{debug}");
        assert!(debug.contains("acme.okta.com"), "{debug}");
    }
}
