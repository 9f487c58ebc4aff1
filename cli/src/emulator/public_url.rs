//! Under which URL clients know the org: its own, or that of a TLS front before it.

use http::HeaderMap;
use reqwest::Url;

use super::state::App;

/// An `http` or `https` URL without path, as links and audiences begin.
pub fn parse(text: &str) -> Result<String, &'static str> {
    let wrong = "a URL such as https://localhost:8443";
    let url = Url::parse(text).map_err(|_| wrong)?;
    let plain = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    // It is written into JSON and headers: nothing but the characters of names and addresses.
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte);
    let safe = url.host_str().is_some_and(|host| !host.is_empty() && host.bytes().all(is_safe));
    match matches!(url.scheme(), "http" | "https") && plain && safe {
        true => Ok(url.origin().ascii_serialization()),
        false => Err(wrong),
    }
}

/// What a proxy in front says in `X-Forwarded-Proto` and `X-Forwarded-Host`; the latter is `Host`
/// where it is not there. `None` if nothing is said, or nothing that makes sense.
///
/// No page of another site can make a browser send these headers: that takes a permission which the
/// emulator never gives.
pub fn forwarded(headers: &HeaderMap) -> Option<String> {
    let first = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        Some(value.split(',').next().unwrap_or_default().trim())
    };
    let scheme = first("x-forwarded-proto")?;
    let host = first("x-forwarded-host").or_else(|| first("host"))?;
    parse(&format!("{scheme}://{host}")).ok()
}

/// What clients may call `path`: under this machine's names, the org's, and that of a front.
pub fn urls(app: &App, headers: &HeaderMap, path: &str) -> Vec<String> {
    let port = app.address.port();
    let own = [app.address.to_string(), format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let own = own.map(|host| format!("http://{host}"));
    let bases = own.into_iter().chain([app.base.clone()]).chain(forwarded(headers));
    bases.map(|base| format!("{base}{path}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    #[test]
    fn a_front_says_what_clients_call_the_org() {
        let said = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter().map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            forwarded(&pairs.collect())
        };
        let host = ("host", "localhost:8443");
        assert_eq!(said(&[host]), None);
        let https = ("x-forwarded-proto", "https");
        assert_eq!(said(&[host, https]).as_deref(), Some("https://localhost:8443"));
        let names = ("x-forwarded-host", "okta.test, inner");
        assert_eq!(said(&[host, https, names]).as_deref(), Some("https://okta.test"));
        for wrong in ["a/b", "a?b", "user@a", "a b", "\"", ""] {
            assert_eq!(said(&[https, ("x-forwarded-host", wrong)]), None, "{wrong}");
        }
        assert_eq!(said(&[host, ("x-forwarded-proto", "file")]), None);
    }
}
