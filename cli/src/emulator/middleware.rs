//! What every request passes first.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};

use super::clock;
use super::errors::OktaError;
use super::state::App;

/// Refuses what a page from elsewhere makes a browser send, and gives every answer its id.
///
/// A name that an attacker's DNS points at 127.0.0.1 arrives as a foreign `Host`, a form or script
/// of another site as a foreign `Origin`.
pub async fn local_only(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match check(request.headers(), app.address) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    let id: String = (0..27).map(|_| fastrand::alphanumeric()).collect();
    let id = HeaderValue::try_from(id).expect("letters and digits");
    response.headers_mut().insert("x-okta-request-id", id);
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn check(headers: &HeaderMap, own: SocketAddr) -> Result<(), OktaError> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(OktaError::foreign("the header Host must be there once"));
    };
    if !host.to_str().is_ok_and(|host| is_ours(host, own)) {
        return Err(OktaError::foreign("the header Host names another server"));
    }
    let ours = |origin: &HeaderValue| {
        let origin = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        origin.is_some_and(|host| is_ours(host, own))
    };
    if !headers.get_all(header::ORIGIN).iter().all(ours) {
        return Err(OktaError::foreign("the header Origin names another site"));
    }
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return Err(OktaError::foreign("another site made this request"));
    }
    Ok(())
}

fn is_ours(host: &str, own: SocketAddr) -> bool {
    let port = own.port();
    let names = ["127.0.0.1", "localhost", "[::1]"];
    host == own.to_string()
        || names.iter().any(|name| match host.strip_prefix(name) {
            Some("") => port == 80,
            Some(rest) => rest.strip_prefix(':') == Some(&port.to_string()),
            None => false,
        })
}

/// For the APIs: rate limits, chaos, and who may.
pub async fn okta(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let now = clock::unix_seconds();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let chaos = app.chaos();
    let mut rate = app.rate_limits.take(&path, now);
    if app.happens(chaos.api_rate_limits) {
        rate = rate.emptied(now, chaos.reset_seconds);
    } else if app.happens(chaos.api_concurrency) {
        rate = rate.concurrent();
    }
    if app.happens(chaos.api_delays) {
        let slow = chaos.delay(&mut app.rng());
        tokio::time::sleep(slow).await;
    }
    let needs_access = path.starts_with("/api/");
    let mut response = if rate.exceeded {
        OktaError::rate_limit().into_response()
    } else if app.happens(chaos.api_errors) {
        OktaError::internal().into_response()
    } else {
        match app.api_auth.check(&method, &path, request.headers()) {
            Err(error) if needs_access => error.into_response(),
            _ => next.run(request).await,
        }
    };
    rate.add_to(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;

    #[test]
    fn only_our_own_names_and_pages_are_let_in() {
        let check = |pairs: &[(&str, &str)]| {
            let pair = |(name, value): &(&str, &str)| {
                (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap())
            };
            check(&pairs.iter().map(pair).collect(), "127.0.0.2:4040".parse().unwrap()).is_ok()
        };
        for host in ["127.0.0.1:4040", "localhost:4040", "[::1]:4040", "127.0.0.2:4040"] {
            assert!(check(&[("host", host)]), "{host}");
            assert!(check(&[("host", host), ("origin", "http://localhost:4040")]), "{host}");
        }
        for host in [
            "evil.example:4040",
            "localhost",
            "localhost:4041",
            "127.0.0.1.evil:4040",
            "127.0.0.3:4040",
            "",
        ] {
            assert!(!check(&[("host", host)]), "{host}");
        }
        for origin in ["http://evil.example", "https://localhost:4040", "null", ""] {
            assert!(!check(&[("host", "localhost:4040"), ("origin", origin)]), "{origin}");
        }
        assert!(!check(&[]));
        assert!(!check(&[("host", "localhost:4040"), ("host", "localhost:4040")]));
        assert!(!check(&[("host", "localhost:4040"), ("sec-fetch-site", "cross-site")]));
        assert!(check(&[("host", "localhost:4040"), ("sec-fetch-site", "same-origin")]));
    }
}
