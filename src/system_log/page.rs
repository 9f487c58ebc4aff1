use bytes::Bytes;

use super::cursor::Cursor;
use super::link;
use super::url::UrlError;
use crate::event::LogEvent;
use crate::event::index::Batch;
use crate::event::scan::{self, Elements};
use crate::header_lookup::HeaderLookup;
use crate::invalid_event::InvalidEvent;
use crate::json;
use crate::parse_error::{ParseError, ParseErrorKind};
use crate::utf8;

/// One page of the System Log. See the [module](super) for what to do with it.
///
/// ```
/// use okta_hooks::system_log::{Cursor, Query};
///
/// let cursor = Cursor::start("https://acme.okta.com", &Query::new().with_limit(2))?;
/// let page = cursor.read(r#"[{"eventType":"user.session.start"}, 5]"#, &http::HeaderMap::new())?;
/// assert_eq!(page.events.len(), 1);
/// assert_eq!(page.invalid_events[0].to_string(), "[1]: expected an object");
/// assert!(page.is_full);
/// assert_eq!(page.next, None); // There was no `Link` header.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page {
    /// The events, in the order Okta stored them, which need not be that of `published`. They
    /// share the page's body.
    pub events: Vec<LogEvent>,
    /// The elements of the array that are not events, in array order.
    pub invalid_events: Vec<InvalidEvent>,
    /// What to ask next. In a polling request Okta always sends it, with an empty page too; `None`
    /// is the end of a bounded request, or says that something on the way has dropped the `Link`
    /// headers: then keep the cursor that was asked.
    pub next: Option<Cursor>,
    /// Whether the page has as many elements as were asked for. If so there is probably more: ask
    /// again at once. If not, wait; a busy org has new events at any moment, and asking until a
    /// page is empty would use up the rate limit (20 requests a minute in free orgs).
    pub is_full: bool,
}

/// An answer that is not a page. The message says where, never what.
///
/// ```
/// use okta_hooks::system_log::{Cursor, Query};
///
/// let cursor = Cursor::start("https://acme.okta.com", &Query::new())?;
/// let error = cursor.read(r#"{"errorCode":"E0000009"}"#, &http::HeaderMap::new()).unwrap_err();
/// assert_eq!(error.to_string(), "expected an array at line 1 column 1");
/// # Ok::<(), okta_hooks::system_log::UrlError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// The body is not a JSON array.
    #[error(transparent)]
    Body(ParseError),
    /// The link to the next page must not be followed.
    #[error("the link to the next page: {0}")]
    Next(UrlError),
}

impl Cursor {
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
        let mut targets = headers.values("link").filter_map(link::next);
        let next = targets.next().map(|target| self.follow(target));
        let next = next.transpose().map_err(PageError::Next)?;
        let body = body.into();
        let elements = array(&body).map_err(PageError::Body)?;
        let batch = Batch::new(body, elements, "");
        let is_full = batch.events.len() + batch.invalid.len() >= self.limit();
        let invalid_events = InvalidEvent::all(&batch).collect();
        Ok(Page { events: LogEvent::all(&batch), invalid_events, next, is_full })
    }
}

fn array(body: &[u8]) -> Result<Elements, ParseError> {
    let mut scanner = json::Scanner::new(utf8::from_utf8(body)?)?;
    if scanner.peek().is_some_and(|first| first != b'[') {
        let not_an_array = scanner.error(ParseErrorKind::NotAnArray);
        // What is not JSON at all is said to be that.
        scanner.value()?;
        scanner.end()?;
        return Err(not_an_array);
    }
    let elements = scan::elements(&mut scanner)?;
    scanner.end()?;
    Ok(elements)
}

#[cfg(test)]
mod tests {
    use super::super::Query;
    use super::*;
    use http::{HeaderMap, HeaderValue};

    const ORG: &str = "https://acme.okta.com";

    fn links(lines: &[&str]) -> HeaderMap {
        let line = |line: &&str| (http::header::LINK, HeaderValue::from_str(line).unwrap());
        lines.iter().map(line).collect()
    }

    fn read_page(limit: u16, body: &'static str, lines: &[&str]) -> Result<Page, PageError> {
        let cursor = Cursor::start(ORG, &Query::new().with_limit(limit)).unwrap();
        cursor.read(body, &links(lines))
    }

    #[test]
    fn events_are_read_and_other_elements_are_quarantined_with_their_path() {
        let body = r#" [{"eventType":"a","uuid":"u1"}, 5, {"uuid":"u2"}, [], {"eventType":"b"}] "#;
        let page = read_page(100, body, &[]).unwrap();
        let types: Vec<_> = page.events.iter().map(LogEvent::event_type).collect();
        assert_eq!(types, ["a", "b"]);
        assert_eq!(page.events[1].position(), 4);
        let invalid: Vec<_> = page.invalid_events.iter().map(ToString::to_string).collect();
        assert_eq!(
            invalid,
            [
                "[1]: expected an object",
                "[2].eventType: expected a string",
                "[3]: expected an object"
            ]
        );
        assert_eq!(page.invalid_events[1].raw(), r#"{"uuid":"u2"}"#);
        assert_eq!(page.invalid_events[1].position(), 2);
    }

    #[test]
    fn next_is_found_in_several_header_lines_and_in_one() {
        let current = r#"<https://acme.okta.com/api/v1/logs?limit=2>; rel="self""#;
        let next = r#"<https://acme.okta.com/api/v1/logs?after=1,2&limit=2>; rel="next""#;
        let joined = format!("{current}, {next}");
        for lines in [&[current, next][..], &[next, current], &[&joined], &[next]] {
            let page = read_page(2, "[]", lines).unwrap();
            let found = page.next.as_ref().map(Cursor::as_str);
            assert_eq!(found, Some("https://acme.okta.com/api/v1/logs?after=1,2&limit=2"));
        }
        for lines in [&[][..], &[current], &["nonsense"]] {
            assert_eq!(read_page(2, "[]", lines).unwrap().next, None, "{lines:?}");
        }
    }

    #[test]
    fn a_page_is_full_when_it_has_as_many_elements_as_were_asked_for() {
        for (limit, body, is_full) in [
            (2, "[]", false),
            (2, r#"[{"eventType":"a"}]"#, false),
            (2, r#"[{"eventType":"a"},{"eventType":"b"}]"#, true),
            (2, r#"[{"eventType":"a"},null]"#, true),
            (1, r#"[{"eventType":"a"},{"eventType":"b"}]"#, true),
        ] {
            assert_eq!(read_page(limit, body, &[]).unwrap().is_full, is_full, "{limit} {body}");
        }
    }

    #[test]
    fn a_body_that_is_not_a_page_is_refused_with_its_place() {
        for (body, message) in [
            ("", "unexpected end of JSON at line 1 column 0"),
            ("[", "unexpected end of JSON at line 1 column 1"),
            ("[{\"a\":}]", "not valid JSON at line 1 column 7"),
            ("[] x", "not valid JSON at line 1 column 4"),
            ("\n {\"errorCode\":\"E0000009\"}", "expected an array at line 2 column 2"),
            ("\"password\"", "expected an array at line 1 column 1"),
            ("<html>password", "not valid JSON at line 1 column 1"),
        ] {
            assert_eq!(read_page(100, body, &[]).unwrap_err().to_string(), message, "{body}");
        }
    }

    #[test]
    fn a_next_page_on_another_host_is_refused_whatever_else_there_is() {
        let foreign = r#"<https://evil.example/api/v1/logs?after=1>; rel="next""#;
        let home = r#"<https://acme.okta.com/api/v1/logs?after=1>; rel="next""#;
        for lines in [&[foreign][..], &[foreign, home]] {
            let error = read_page(100, "[]", lines).unwrap_err();
            assert_eq!(error, PageError::Next(UrlError::ForeignHost));
            assert_eq!(
                error.to_string(),
                "the link to the next page: the URL leads to another host than the org's"
            );
        }
    }
}
