//! Requests for what the emulator does not have: Okta's 404 looks as if the caller was wrong.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use http::Method;
use serde_json::{Value, json};

/// Different requests that are remembered.
const MAX_PATHS: usize = 200;

/// How often each was asked for.
#[derive(Default)]
pub struct UnknownPaths(Mutex<BTreeMap<String, u64>>);

impl UnknownPaths {
    /// Counts a request; the first of its kind is printed.
    pub fn add(&self, method: &Method, path: &str) {
        let request = format!("{method} {}", shape(path));
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&request) {
            *count += 1;
        } else if counts.len() < MAX_PATHS {
            // Whether anybody reads it or not.
            let _ = writeln!(io::stderr(), "{request}: the emulator does not have this; Okta may");
            counts.insert(request, 1);
        }
    }

    /// For the console: `[{"request": "GET /api/v1/zones", "count": 2}]`
    pub fn to_json(&self) -> Value {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let row = |(request, count): (&String, &u64)| json!({ "request": request, "count": count });
        counts.iter().map(row).collect()
    }
}

/// The path with `{}` for what looks like an id or a login: one line for all of them, and nobody's
/// name in it.
fn shape(path: &str) -> String {
    let is_word = |segment: &str| {
        segment.len() <= 40
            && segment.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-_.".contains(&byte))
            || matches!(segment, "v1" | "v2" | "oauth2")
    };
    let segments = path.split('/').take(12);
    let segments = segments.map(|segment| if is_word(segment) { segment } else { "{}" });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_stands_for_all_ids() {
        let unknown = UnknownPaths::default();
        for path in
            ["/api/v1/zones/nzo1a/x", "/api/v1/zones/nzo2b/x", "/api/v1/zones/a@b.example/x"]
        {
            unknown.add(&Method::GET, path);
        }
        let expected = json!([{ "request": "GET /api/v1/zones/{}/x", "count": 3 }]);
        assert_eq!(unknown.to_json(), expected);
        (0..1000).for_each(|n| unknown.add(&Method::GET, &format!("/{}", "a".repeat(n % 30))));
        assert!(unknown.to_json().as_array().unwrap().len() <= MAX_PATHS);
    }
}
