//! What every request passes first.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use percent_encoding::percent_decode_str;

use super::api_auth::Call;
use super::challenge::Denied;
use super::dpop::Target;
use super::errors::{NotHere, OktaError};
use super::state::App;
use super::{clock, public_url};

/// Counts the requests for what the emulator does not have. What a browser looks for by itself, such
/// as the icon of a site, is none of them.
pub async fn unknown_paths(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let by_browser = request.headers().contains_key("sec-fetch-dest");
    let response = next.run(request).await;
    if response.extensions().get::<NotHere>().is_some()
        && (!by_browser || path.starts_with("/api/"))
    {
        app.unknown_paths.add(&method, &path);
    }
    response
}

/// Refuses what a page from elsewhere makes a browser send, and gives every answer its id.
///
/// A name that an attacker's DNS points at 127.0.0.1 arrives as a foreign `Host`, a form or script
/// of another site as a foreign `Origin`.
pub async fn local_only(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match check(request.headers(), app.address, &app.base) {
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

fn check(headers: &HeaderMap, own: SocketAddr, base: &str) -> Result<(), OktaError> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(OktaError::foreign("the header Host must be there once"));
    };
    let front = headers.contains_key("x-forwarded-proto");
    let known = |host: &str| {
        is_ours(host, own) || base.split_once("://").is_some_and(|(_, public)| host == public)
            // A front on this machine, which says so, has a port of its own.
            || front && is_loopback_name(host)
    };
    if !host.to_str().is_ok_and(known) {
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

fn is_loopback_name(host: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| match host.strip_prefix(name) {
        Some("") => true,
        Some(rest) => rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()),
        None => false,
    })
}

/// What the console's requests carry. Whoever looks at an org uses up nothing of it, and sees it also
/// when everything goes wrong for clients. Pages of other sites cannot send it.
const CONSOLE: &str = "x-emulator-console";

/// For the APIs: rate limits, faults, and who may.
pub async fn okta(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if request.headers().contains_key(CONSOLE) {
        return allowed(&app, request, next).await;
    }
    let now = clock::unix_seconds();
    let path = request.uri().path().to_owned();
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
    let fault = match app.faults.of(request.headers()) {
        Ok(fault) => fault.unwrap_or_default(),
        Err(error) => return error.into_response(),
    };
    tokio::time::sleep(fault.delay).await;
    if fault.status == Some(StatusCode::TOO_MANY_REQUESTS) {
        rate = match fault.reset {
            Some(seconds) => rate.emptied(now, seconds),
            None => rate.concurrent(),
        };
    }
    let mut response = if rate.exceeded {
        OktaError::rate_limit().into_response()
    } else if let Some(status) = fault.status {
        OktaError::injected(status).into_response()
    } else if app.happens(chaos.api_errors) {
        OktaError::internal().into_response()
    } else {
        allowed(&app, request, next).await
    };
    rate.add_to(response.headers_mut());
    response
}

async fn allowed(app: &App, request: Request, next: Next) -> Response {
    match access(app, &request) {
        Ok(()) => next.run(request).await,
        Err(denied) => {
            let front = public_url::forwarded(request.headers());
            denied.answer(front.as_deref().unwrap_or(&app.base), request.uri().path())
        }
    }
}

fn access(app: &App, request: &Request) -> Result<(), Denied> {
    let (method, path, headers) = (request.method(), request.uri().path(), request.headers());
    if !path.starts_with("/api/") {
        return Ok(());
    }
    let now = clock::unix_seconds();
    app.api_auth.check(&Call { method, path, headers, now }, |token, key| {
        // Okta compares with the path as it reads it, not as it was written: an encoded `@` in the
        // proof is refused.
        let read = percent_decode_str(path).decode_utf8_lossy();
        let target =
            Target { method: method.as_str(), urls: public_url::urls(app, headers, &read) };
        app.dpop.check_request(headers, &target, token, key, now)
    })
}

/// A path may end with a slash, as several SDKs write `/api/v1/users/?limit=2`.
pub fn without_last_slash<B>(mut request: http::Request<B>) -> http::Request<B> {
    let path = request.uri().path();
    let shorter = path.strip_suffix('/').filter(|shorter| shorter.starts_with("/api/"));
    let Some(shorter) = shorter else { return request };
    let target = match request.uri().query() {
        Some(query) => format!("{shorter}?{query}"),
        None => shorter.to_owned(),
    };
    if let Ok(target) = target.parse() {
        *request.uri_mut() = target;
    }
    request
}

/// The links of an answer begin with the URL that a proxy in front says clients use.
pub async fn links_of_front(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // The console's pages and feeds have no links, and a feed has no end to wait for.
    let has_links = request.uri().path().starts_with("/api/");
    let front = public_url::forwarded(request.headers());
    let front = front.filter(|front| has_links && *front != app.base);
    let response = next.run(request).await;
    match front {
        Some(front) => with_base(response, &app.base, &front).await,
        None => response,
    }
}

/// The same answer with `to` where a link or a string begins with `from`.
async fn with_base(response: Response, from: &str, to: &str) -> Response {
    let (mut parts, body) = response.into_parts();
    let links: Vec<HeaderValue> = parts.headers.get_all(header::LINK).iter().cloned().collect();
    parts.headers.remove(header::LINK);
    for link in links {
        let text =
            link.to_str().unwrap_or_default().replace(&format!("<{from}/"), &format!("<{to}/"));
        parts.headers.append(header::LINK, HeaderValue::try_from(text).unwrap_or(link));
    }
    let Ok(body) = body.collect().await else { return OktaError::internal().into_response() };
    let body = body.to_bytes();
    let Ok(text) = std::str::from_utf8(&body) else { return (parts, body).into_response() };
    let text = text.replace(&format!("\"{from}/"), &format!("\"{to}/"));
    parts.headers.remove(header::CONTENT_LENGTH);
    (parts, text).into_response()
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
            let own = "127.0.0.2:4040".parse().unwrap();
            check(&pairs.iter().map(pair).collect(), own, "https://okta.test:8443").is_ok()
        };
        assert!(check(&[("host", "okta.test:8443")]));
        let https = ("x-forwarded-proto", "https");
        assert!(check(&[("host", "localhost:8443"), https]));
        for host in ["evil.example:8443", "localhost.evil:8443", "localhost:x"] {
            assert!(!check(&[("host", host), https]), "{host}");
        }
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
