//! Gap repair: reading what hooks lost back from the System Log API, without IO.
//!
//! Okta tries a delivery twice and then gives up, so a hook loses events in every outage longer
//! than a moment. The System Log still has them, for 90 days. This module builds the request,
//! reads the page that came back and says what to ask next; sending it is left to any HTTP client.
//!
//! # The loop
//!
//! A [`Cursor`] is what to ask next. It is a URL that is saved as a string: the first one is made by
//! [`Cursor::start`], each further one comes with a [`Page`], and saving it together with the
//! events of that page is all that is needed to go on after a restart
//! ([`Cursor::restore`]).
//!
//! 1. Send [`Cursor::request`] with an `Authorization` header (scope `okta.logs.read`).
//! 2. On status 200 give the body and the headers to [`Cursor::read`].
//! 3. Put the page's events where a hook's events go. Many came by hook already and arrive in
//!    another order: [`SeenEvents::claim_events`](crate::SeenEvents::claim_events) leaves those
//!    that are new, by their `uuid`.
//! 4. Save [`Page::next`]; ask it at once if [`Page::is_full`], in a few minutes otherwise.
//!
//! # Polling requests
//!
//! All requests here are what Okta calls polling requests: ascending and without `until`. They
//! are the only ones that are promised to bring every event eventually, because they go by the
//! time an event was stored and not by `published`; late events would fall behind a window of
//! `since` and `until`. Their `next` never ends: it is there with an empty page too.
//!
//! Source: Okta, [System Log API](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/)
//! and [System Log query](https://developer.okta.com/docs/reference/system-log-query/).
//!
//! # Examples
//!
//! ```
//! use http::HeaderMap;
//! use okta_hooks::system_log::{Cursor, Query};
//!
//! const ORG: &str = "https://acme.okta.com";
//! let query = Query::new().with_since("2026-01-01T00:00:00Z").with_limit(1000);
//! let cursor = Cursor::start(ORG, &query)?;
//! let request = cursor.request();
//! assert_eq!(
//!     request.uri(),
//!     "https://acme.okta.com/api/v1/logs?since=2026-01-01T00%3A00%3A00Z&sortOrder=ASCENDING&limit=1000",
//! );
//!
//! // Some HTTP client has sent it, and this came back.
//! let body = r#"[{"uuid":"u1","eventType":"user.lifecycle.create"}]"#;
//! let mut headers = HeaderMap::new();
//! headers.insert("link", http::HeaderValue::from_static(
//!     r#"<https://acme.okta.com/api/v1/logs?after=1767225600000_1&limit=1000>; rel="next""#,
//! ));
//! let page = cursor.read(body, &headers)?;
//! assert_eq!(page.events[0].uuid(), Some("u1"));
//! assert!(!page.is_full); // The log has no more for now.
//!
//! // Saved as a string, and back after a restart.
//! let saved = page.next.map(|next| next.to_string()).unwrap_or_default();
//! let cursor = Cursor::restore(ORG, &saved)?;
//! assert_eq!(cursor.as_str(), saved);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cursor;
mod link;
mod page;
mod query;
mod url;

pub use cursor::Cursor;
pub use page::{Page, PageError};
pub use query::Query;
pub use url::UrlError;
