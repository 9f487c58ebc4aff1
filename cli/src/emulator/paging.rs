//! Pages of a list: how many, from where, in which order; and the `link` headers between them.

use axum::Json;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use super::errors::OktaError;
use super::listed::Listed;
use super::query_params::{Params, link};

/// The most users of a page.
pub const USERS: usize = 200;

pub struct Page<T = Value> {
    pub items: Vec<T>,
    /// The `after` of the next page, if there is one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The first `limit` of `found`, each with its place.
    pub fn of(found: impl Iterator<Item = (u64, T)>, limit: usize) -> Self {
        let (mut items, mut last) = (Vec::new(), 0);
        for (place, item) in found {
            if items.len() == limit {
                return Self { items, next: Some(cursor(last)) };
            }
            items.push(item);
            last = place;
        }
        Self { items, next: None }
    }

    /// Each item as something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

impl<T: Serialize> Page<T> {
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
    path: String,
    descending: bool,
}

impl Sort {
    pub fn read(params: &Params) -> Result<Option<Self>, OktaError> {
        let descending = match params.get("sortOrder").map(str::to_ascii_lowercase).as_deref() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return Err(OktaError::parameter("sortOrder")),
        };
        Ok(params.get("sortBy").map(|path| Self { path: path.to_owned(), descending }))
    }

    /// The page after the first `after` of all: a place means nothing in this order.
    pub fn page<T: Listed>(
        &self,
        all: impl Iterator<Item = T>,
        limit: usize,
        after: Option<u64>,
    ) -> Page<T> {
        let mut all: Vec<(String, T)> = all.map(|item| (self.key(&item), item)).collect();
        let start = after.and_then(|after| usize::try_from(after).ok()).unwrap_or(0);
        let end = start.saturating_add(limit);
        let next = (end < all.len()).then(|| cursor(end as u64));
        let compare = |(a, of_a): &(String, T), (b, of_b): &(String, T)| {
            let order = a.cmp(b).then_with(|| of_a.id().cmp(of_b.id()));
            if self.descending { order.reverse() } else { order }
        };
        // What comes after the page may stay in any order.
        if end < all.len() {
            all.select_nth_unstable_by(end, compare);
            all.truncate(end);
        }
        all.sort_unstable_by(compare);
        Page { items: all.into_iter().skip(start).map(|(_, item)| item).collect(), next }
    }

    fn key(&self, item: &impl Listed) -> String {
        let (member, rest) = item.member(&self.path);
        let names = rest.split('.').filter(|name| !name.is_empty());
        match names.fold(&*member, |json, name| &json[name]) {
            Value::String(text) => text.to_lowercase(),
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }
}
