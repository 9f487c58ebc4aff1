//! The org's base URL, and the URLs of what is called there.

use std::fmt::Display;
use std::net::IpAddr;

use okta_hooks::system_log::{Cursor, Query};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use super::error::ConfigError;

/// A base URL that a token may be sent to.
#[derive(Clone, Debug)]
pub struct Org(String);

impl Org {
    /// `https://acme.okta.com`, with or without a slash at its end.
    pub fn new(url: &str) -> Result<Self, ConfigError> {
        let url = url.trim();
        // The library has the same notion of a base URL.
        Cursor::start(url, &Query::new()).map_err(ConfigError::Url)?;
        let base = url.trim_end_matches('/').to_owned();
        let parsed = Url::parse(&base).map_err(|_| ConfigError::Host)?;
        match parsed.scheme() == "https" || is_loopback(&parsed) {
            true => Ok(Self(base)),
            false => Err(ConfigError::NotHttps),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether tokens go unencrypted, which they do only to this machine.
    pub fn is_plain_http(&self) -> bool {
        !self.0.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
    }

    pub fn token_url(&self) -> String {
        format!("{}/oauth2/v1/token", self.0)
    }

    /// The URL of one user; `None` for a string that Okta would take for something else than an id:
    /// another resource, or (`me`) the owner of the token. Such a string can come in an event that
    /// an admin has edited by hand.
    pub fn user_url(&self, id: &str) -> Option<String> {
        match id {
            "" | "." | ".." | "me" => None,
            _ => Some(format!("{}/api/v1/users/{}", self.0, percent_encode(id))),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// RFC 3986's unreserved characters are the ones that are not encoded.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One segment of a path, or one value of a form.
pub fn percent_encode(string: &str) -> impl Display {
    utf8_percent_encode(string, &RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for url in [
            "https://acme.okta.com",
            " https://acme.okta.com/ ",
            "HTTPS://acme.okta.com",
            "http://localhost:8084",
            "http://127.0.0.1:8084",
            "http://127.9.9.9",
            "http://[::1]:8084/",
        ] {
            assert!(Org::new(url).is_ok(), "{url}");
        }
        for url in [
            "http://acme.okta.com",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://10.0.0.1",
            "http://[::2]",
        ] {
            assert_eq!(Org::new(url).unwrap_err(), ConfigError::NotHttps, "{url}");
        }
        for url in ["", "acme.okta.com", "https://acme.okta.com/app", "https://a:b@acme.okta.com"] {
            assert!(matches!(Org::new(url), Err(ConfigError::Url(_))), "{url}");
        }
        assert!(!Org::new("HTTPS://acme.okta.com").unwrap().is_plain_http());
        assert!(Org::new("http://localhost").unwrap().is_plain_http());
    }

    #[test]
    fn a_user_id_is_one_segment_of_the_path_or_refused() {
        let org = Org::new("https://acme.okta.com/").unwrap();
        for (id, segment) in [
            ("00u9kq3f7TzWmXb2a5d7", "00u9kq3f7TzWmXb2a5d7"),
            ("jane@example.com", "jane%40example.com"),
            ("../../oauth2", "..%2F..%2Foauth2"),
            ("a/b?c#d%2e\\e f\n", "a%2Fb%3Fc%23d%252e%5Ce%20f%0A"),
            ("%2e%2e", "%252e%252e"),
            ("zoë", "zo%C3%AB"),
            ("...", "..."),
        ] {
            let expected = format!("https://acme.okta.com/api/v1/users/{segment}");
            let url = org.user_url(id).unwrap();
            assert_eq!(url, expected, "{id}");
            // Nor does the HTTP client make something else of it.
            assert_eq!(Url::parse(&url).unwrap().as_str(), expected, "{id}");
        }
        for id in ["", ".", "..", "me"] {
            assert_eq!(org.user_url(id), None, "{id}");
        }
    }
}
