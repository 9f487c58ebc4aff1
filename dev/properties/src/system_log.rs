use bytes::Bytes;
use http::header::LINK;
use http::{HeaderMap, HeaderValue};
use okta_hooks::LogEvent;
use okta_hooks::system_log::{Cursor, PageError, Query};

use crate::cost::linear;
use crate::event::event;
use crate::marks::{assert_debug_hides, assert_hidden};
use crate::reference;

const ORG: &str = "https://acme.okta.com";

/// Bytes that are allocated for each byte of a page: see [`delivery`](crate::delivery()).
const PER_BYTE: usize = 200;

/// Bytes that are allocated for each byte of a link: its URL twice, and values of parameters that grow.
const PER_BYTE_OF_LINK: usize = 20;

fn cursor() -> Cursor {
    Cursor::start(ORG, &Query::new().with_limit(3)).expect("an org")
}

/// An answer of the System Log API: a line of a `Link` header, then the body.
pub fn system_log(bytes: &[u8]) {
    let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let (line, body) = (&bytes[..end], bytes.get(end + 1..).unwrap_or_default());
    let link = HeaderValue::from_bytes(line).into_iter().map(|value| (LINK, value));
    let headers: HeaderMap = link.collect();
    let sent = Bytes::copy_from_slice(body);
    match linear(bytes.len(), PER_BYTE, || cursor().read(sent, &headers)) {
        Ok(page) => {
            let json = reference::json(body).expect("what is accepted is JSON");
            reference::assert_elements(&page.events, &page.invalid_events, json);
            assert_eq!(page.is_full, page.events.len() + page.invalid_events.len() >= 3);
            assert_debug_hides(&page.events);
            let typed = serde_json::from_str::<Vec<LogEvent>>(json);
            assert_eq!(typed.is_ok(), page.invalid_events.is_empty());
            page.events.iter().for_each(event);
            page.next.iter().for_each(stays_with_the_org);
        }
        Err(PageError::Body(error)) => {
            reference::assert_refused(body, &error);
            let json = reference::json(body).map(str::trim_ascii);
            assert!(!json.is_some_and(|json| json.starts_with('[')), "{error}");
        }
        Err(error) => assert_hidden(error),
    }
}

/// `Link` headers alone, and what else is read as a URL.
pub fn link(line: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(line) else { return };
    let headers = HeaderMap::from_iter([(LINK, value)]);
    match linear(line.len(), PER_BYTE_OF_LINK, || cursor().read("[]", &headers)) {
        Ok(page) => {
            page.next.iter().for_each(stays_with_the_org);
            if let Some(next) = page.next {
                is_found_again(&next);
            }
        }
        Err(error) => {
            assert_hidden(error);
            assert_debug_hides(&error);
        }
    }
    let Ok(url) = std::str::from_utf8(line) else { return };
    if let Ok(saved) = Cursor::restore(ORG, url) {
        assert_eq!(saved.as_str(), url);
        stays_with_the_org(&saved);
    }
    if let Ok(first) = Cursor::start(url, &Query::new().with_filter(url)) {
        assert_eq!(Cursor::restore(url, first.as_str()).as_ref(), Ok(&first));
    }
}

/// A token is sent along: nothing that an answer says may lead to another host.
#[track_caller]
fn stays_with_the_org(next: &Cursor) {
    let request = next.request();
    let uri = request.uri();
    assert_eq!(uri.scheme_str(), Some("https"));
    assert!(uri.host().is_some_and(|host| host.eq_ignore_ascii_case("acme.okta.com")));
    assert_eq!(uri.port_u16().unwrap_or(443), 443);
    assert!(next.org().bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@'));
    assert_eq!(Cursor::restore(ORG, next.as_str()).as_ref(), Ok(next));
    assert_debug_hides(next);
}

#[track_caller]
fn is_found_again(next: &Cursor) {
    let line = format!("<{next}>; rel=\"next\"");
    let headers = HeaderMap::from_iter([(LINK, HeaderValue::from_str(&line).expect("it was one"))]);
    let page = cursor().read("[]", &headers).expect("it was read before");
    assert_eq!(page.next.as_ref(), Some(next));
}
