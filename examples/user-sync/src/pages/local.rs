//! Which requests were meant for this server: a page from elsewhere can make a browser send one, and
//! can even have a name of its own resolve to this machine (DNS rebinding).

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses requests whose `Host` is a name from elsewhere, whose `Origin` is not that host, or which
/// another site makes. No answer is kept by anybody, taken for something else, or embedded elsewhere.
pub async fn only_local(request: Request, next: Next) -> Response {
    let mut response = match is_local(request.headers()) {
        true => next.run(request).await,
        false => {
            (StatusCode::FORBIDDEN, "Host and Origin must be this machine's\n").into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn is_local(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let host = host.to_str().unwrap_or_default();
    let from_here = |origin: &str| origin.strip_prefix("http://") == Some(host);
    is_local_name(host)
        && headers.get("sec-fetch-site").is_none_or(|site| site != "cross-site")
        && headers.get_all(header::ORIGIN).iter().all(|origin| origin.to_str().is_ok_and(from_here))
}

/// Whether a host is `localhost` or an address. Any other name could be made to resolve to this
/// machine by whoever owns it; an address cannot.
fn is_local_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let v6 = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<Ipv4Addr>().is_ok()
        || v6.is_some_and(|name| name.parse::<Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_localhost_and_addresses_are_local() {
        for host in
            ["localhost", "localhost:8083", "127.0.0.1:8083", "[::1]:8083", "[::1]", "192.0.2.7:80"]
        {
            assert!(is_local_name(host), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example:8083", "127.0.0.1.evil.example", "", "::1"]
        {
            assert!(!is_local_name(host), "{host}");
        }
    }

    #[test]
    fn an_origin_must_be_the_host_itself() {
        let headers = |origin: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "localhost:8083".parse().unwrap());
            headers.insert(header::ORIGIN, origin.parse().unwrap());
            headers
        };
        assert!(is_local(&headers("http://localhost:8083")));
        for origin in
            ["http://evil.example", "http://localhost:4040", "https://localhost:8083", "null"]
        {
            assert!(!is_local(&headers(origin)), "{origin}");
        }
        assert!(!is_local(&HeaderMap::new()));
    }
}
