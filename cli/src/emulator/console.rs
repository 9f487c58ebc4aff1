//! The console: a page over the same JSON that everybody else gets.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::{HeaderName, header};

/// What the page may load and run: only what this server sends, no string from elsewhere. Trusted
/// types make it an error to turn a string into markup, should a later change of the page try to.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let page = || asset("text/html; charset=utf-8", include_str!("../console/index.html"));
    let script = |text| move || asset("text/javascript; charset=utf-8", text);
    let style = || asset("text/css; charset=utf-8", include_str!("../console/console.css"));
    Router::new()
        .route("/", get(page))
        .route("/console.js", get(script(include_str!("../console/console.js"))))
        .route("/curl.js", get(script(include_str!("../console/curl.js"))))
        .route("/console.css", get(style))
}

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text)
}
