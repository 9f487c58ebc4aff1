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

const PAGE: &str = include_str!("../console/index.html");

/// Files of the console, by their paths.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$((concat!("/", $name), include_str!(concat!("../console/", $name)))),*]
    };
}

const STYLES: [(&str, &str); 2] = files!["design.css", "console.css"];

const SCRIPTS: [(&str, &str); 30] = files![
    "api.js",
    "call_content.js",
    "call_detail.js",
    "call_diff.js",
    "call_editor.js",
    "call_filter.js",
    "call_list.js",
    "calls.js",
    "connection.js",
    "curl.js",
    "dom.js",
    "event_types.js",
    "feedback.js",
    "filter_language.js",
    "hook_filters.js",
    "hook_form.js",
    "hooks.js",
    "inline_hooks.js",
    "inspector.js",
    "json_editor.js",
    "json_text.js",
    "json_view.js",
    "made_again.js",
    "main.js",
    "people.js",
    "preview.js",
    "router.js",
    "text_diff.js",
    "unknown_paths.js",
    "unsaved.js",
];

pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let mut router = Router::new().route("/", get(|| asset("text/html; charset=utf-8", PAGE)));
    for (path, text) in STYLES {
        router = router.route(path, get(move || asset("text/css; charset=utf-8", text)));
    }
    for (path, text) in SCRIPTS {
        router = router.route(path, get(move || asset("text/javascript; charset=utf-8", text)));
    }
    router
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
