use std::fmt;

use http::header::{ACCEPT, HeaderValue};
use http::uri::Uri;
use http::{Method, Request};

use super::query::{DEFAULT_LIMIT, Query};
use super::url::{self, UrlError};

/// What to ask the System Log next: a URL of one org.
///
/// To save it, take its string ([`Display`](fmt::Display), [`as_str`](Self::as_str)); to go on,
/// [restore](Self::restore) it. `Debug` shows only the host, since a filter may name people. It holds
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
    /// [`UrlError`] if `org` is not a base URL.
    pub fn start(org: &str, query: &Query) -> Result<Self, UrlError> {
        let org = url::base(org)?;
        from_path(&org, &query.to_path())
    }

    /// A cursor that was saved as a string.
    ///
    /// # Errors
    ///
    /// [`UrlError`] if `org` is not a base URL, or `saved` is not a URL of that org.
    pub fn restore(org: &str, saved: &str) -> Result<Self, UrlError> {
        at_origin(&url::base(org)?, saved)
    }

    /// The URL, as a string to save.
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

fn at_origin(org: &Uri, target: &str) -> Result<Cursor, UrlError> {
    let uri = url::absolute(target)?;
    match url::origin(&uri) == url::origin(org) {
        true => Ok(Cursor { url: target.to_owned(), uri }),
        false => Err(UrlError::ForeignHost),
    }
}

fn from_path(org: &Uri, path: &str) -> Result<Cursor, UrlError> {
    let scheme = org.scheme_str().unwrap_or_default();
    let authority = org.authority().map(|authority| authority.as_str()).unwrap_or_default();
    at_origin(org, &format!("{scheme}://{authority}{path}"))
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
