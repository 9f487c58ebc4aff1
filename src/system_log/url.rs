//! Which URLs may be asked: an org's own, since a request carries its token.

use http::uri::{Scheme, Uri};

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
pub(super) fn base(org: &str) -> Result<Uri, UrlError> {
    let uri = absolute(org).map_err(|_| UrlError::NotABase)?;
    match uri.path() == "/" && uri.query().is_none() && !org.contains('#') {
        true => Ok(uri),
        false => Err(UrlError::NotABase),
    }
}

/// A URL that every HTTP client understands in the same way: `Uri` lets no white space and no
/// backslash into a host, and a user before the host, which can look like one, is refused here.
pub(super) fn absolute(url: &str) -> Result<Uri, UrlError> {
    let uri: Uri = url.parse().map_err(|_| UrlError::NotAUrl)?;
    let is_http = uri.scheme() == Some(&Scheme::HTTP) || uri.scheme() == Some(&Scheme::HTTPS);
    let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    match is_http && !authority.is_empty() && !authority.contains('@') {
        true => Ok(uri),
        false => Err(UrlError::NotAUrl),
    }
}

/// Scheme, host and port ([RFC 6454](https://www.rfc-editor.org/rfc/rfc6454), section 4).
pub(super) fn origin(uri: &Uri) -> (Option<&str>, Option<String>, u16) {
    let default_port = if uri.scheme() == Some(&Scheme::HTTP) { 80 } else { 443 };
    let host = uri.host().map(str::to_ascii_lowercase);
    (uri.scheme_str(), host, uri.port_u16().unwrap_or(default_port))
}
