//! Pages of a list: how many, from where, in which order; and the `link` headers between them.

use std::cmp::Ordering;

use axum::Json;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde_json::Value;

use super::errors::OktaError;
use super::query_params::{Params, link};

/// The most users of a page.
pub const USERS: usize = 200;

pub struct Page {
    pub items: Vec<Value>,
    /// The `after` of the next page, if there is one.
    pub next: Option<String>,
}

impl Page {
    /// The first `limit` of `found`, each with its place.
    pub fn of(found: impl Iterator<Item = (u64, Value)>, limit: usize) -> Self {
        let (mut items, mut last) = (Vec::new(), 0);
        for (place, json) in found {
            if items.len() == limit {
                return Self { items, next: Some(cursor(last)) };
            }
            items.push(json);
            last = place;
        }
        Self { items, next: None }
    }

    /// The answer with its links: `next` comes last, as the Python SDK 3 sees the last one alone.
    /// Okta's own link says the limit, given or not.
    pub fn answer(self, base: &str, path: &str, params: &Params, limit: usize) -> Response {
        let params = params.with_limit(limit);
        let own = link(&params.page(base, path, None, &[]), "self");
        let next = self.next.as_deref();
        let next = next.map(|after| link(&params.page(base, path, Some(after), &[]), "next"));
        (AppendHeaders([own].into_iter().chain(next)), Json(self.items)).into_response()
    }
}

/// With letters in it, so that nobody takes it for a number to count with.
fn cursor(place: u64) -> String {
    format!("200u{place}")
}

/// Where the page before ended.
pub fn after(params: &Params) -> Result<Option<u64>, OktaError> {
    let Some(text) = params.get("after") else { return Ok(None) };
    let place = text.strip_prefix("200u").and_then(|place| place.parse().ok());
    place.map(Some).ok_or_else(|| OktaError::parameter("after"))
}

/// How many are asked for: more than there may be is as many as there may be.
pub fn limit(params: &Params, default: usize, max: usize) -> Result<usize, OktaError> {
    let Some(text) = params.get("limit") else { return Ok(default) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return Err(OktaError::parameter("limit"));
    }
    Ok(text.parse().unwrap_or(max).clamp(1, max))
}

/// `sortBy` and `sortOrder`.
pub struct Sort {
    path: Vec<String>,
    descending: bool,
}

impl Sort {
    pub fn read(params: &Params) -> Result<Option<Self>, OktaError> {
        let descending = match params.get("sortOrder").map(str::to_ascii_lowercase).as_deref() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return Err(OktaError::parameter("sortOrder")),
        };
        let path = params.get("sortBy").map(|path| path.split('.').take(4).map(str::to_owned));
        Ok(path.map(|path| Self { path: path.collect(), descending }))
    }

    /// The page of `all` after the first `after` of them: a place means nothing in this order.
    pub fn page(&self, mut all: Vec<Value>, limit: usize, after: Option<u64>) -> Page {
        all.sort_by(|a, b| self.compare(a, b));
        let start = after.and_then(|after| usize::try_from(after).ok()).unwrap_or(0);
        let end = start.saturating_add(limit);
        let next = (end < all.len()).then(|| cursor(end as u64));
        Page { items: all.into_iter().skip(start).take(limit).collect(), next }
    }

    fn compare(&self, a: &Value, b: &Value) -> Ordering {
        let order = self.key(a).cmp(&self.key(b)).then_with(|| id(a).cmp(id(b)));
        if self.descending { order.reverse() } else { order }
    }

    fn key(&self, json: &Value) -> String {
        let found = self.path.iter().fold(json, |json, name| &json[name.as_str()]);
        match found {
            Value::String(text) => text.to_lowercase(),
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }
}

fn id(json: &Value) -> &str {
    json["id"].as_str().unwrap_or_default()
}
