//! Lists that come in pages: with a limit, and a link to the next page while there is one (RFC 8288).

use axum::Json;
use axum::http::header::LINK;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::store::{PersonKey, Place};

/// How many rows an answer has at most, whatever is asked for.
pub const MAX_LIMIT: u32 = 1_000;

/// The query of a list whose rows have numbers, the highest first.
#[derive(Deserialize)]
pub struct Before {
    pub before: Option<i64>,
    pub limit: Option<u32>,
}

/// The query of a list whose rows have no numbers: the next page goes on after a place.
#[derive(Deserialize)]
pub struct After {
    pub after: Option<String>,
    pub find: Option<String>,
    pub limit: Option<u32>,
}

/// The query of what came: the next page is of what came before a place.
#[derive(Deserialize)]
pub struct BeforePlace {
    pub before: Option<String>,
    pub find: Option<String>,
    pub limit: Option<u32>,
}

pub fn limited(limit: Option<u32>, default: u32) -> u32 {
    limit.unwrap_or(default).clamp(1, MAX_LIMIT)
}

/// One page of a list.
pub struct Page<T> {
    rows: Vec<T>,
    next: Option<String>,
}

impl<T> Page<T> {
    /// `rows` has one more than `limit` if there is another page; `next` is its URL, from the last
    /// row of this one.
    pub fn new(mut rows: Vec<T>, limit: u32, next: impl FnOnce(&T) -> String) -> Self {
        let limit = limit as usize;
        let has_next = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_next).map(next);
        Self { rows, next }
    }

    /// `next` is the URL of the next page, if there is one.
    pub fn with_next(rows: Vec<T>, next: Option<String>) -> Self {
        Self { rows, next }
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        let link = self.next.map(|next| [(LINK, format!("<{next}>; rel=\"next\""))]);
        (link, Json(self.rows)).into_response()
    }
}

/// What was asked to be found, for the URL of the next page.
pub fn finding(find: Option<&str>) -> String {
    let encode = |find| utf8_percent_encode(find, NON_ALPHANUMERIC);
    find.map(|find| format!("&find={}", encode(find))).unwrap_or_default()
}

/// A place among what came, as one word for a URL.
pub fn place_to_token(Place { seq, duplicate }: Place) -> String {
    format!("{seq}.{duplicate}")
}

/// `None` if it is no such word.
pub fn place_from_token(token: &str) -> Option<Place> {
    let (seq, duplicate) = token.split_once('.')?;
    Some(Place { seq: seq.parse().ok()?, duplicate: duplicate.parse().ok()? })
}

/// A place in the list of users, as one word for a URL.
pub fn to_token(PersonKey { version, key }: &PersonKey) -> String {
    URL_SAFE_NO_PAD.encode(format!("{version}\n{key}"))
}

/// `None` if it is no such word.
pub fn from_token(token: &str) -> Option<PersonKey> {
    let place = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (version, key) = place.split_once('\n')?;
    Some(PersonKey { version: version.to_owned(), key: key.to_owned() })
}
