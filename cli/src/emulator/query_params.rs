//! Query strings and forms; and the links of a page.

use http::{HeaderName, HeaderValue, header};
use reqwest::Url;
use serde_json::Value;

use super::errors::OktaError;

/// Decoded pairs, as in `limit=200&after=x`.
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn parse(encoded: &str) -> Self {
        let mut url = Url::parse("http://localhost/").expect("it is a URL");
        url.set_query(Some(encoded));
        Self(url.query_pairs().map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// The value of `name`; empty is none.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A number between 0 and `max`.
    pub fn limit(&self, default: usize, max: usize) -> Result<usize, OktaError> {
        let Some(text) = self.get("limit") else { return Ok(default) };
        let limit = text.parse().ok().filter(|limit| *limit <= max);
        limit.ok_or_else(|| OktaError::parameter(&format!("limit must be 0 to {max}")))
    }

    /// `true` or `false` in any case, as the SDKs write it.
    pub fn flag(&self, name: &str, otherwise: bool) -> Result<bool, OktaError> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(otherwise),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Err(OktaError::parameter(name)),
        }
    }

    /// The same query with the limit that was used.
    pub fn with_limit(&self, limit: usize) -> Self {
        let mut pairs: Vec<_> = self.0.iter().filter(|(key, _)| key != "limit").cloned().collect();
        pairs.push(("limit".to_owned(), limit.to_string()));
        Self(pairs)
    }

    /// The same query with `after` in the place of what `instead_of` names.
    pub fn page(&self, base: &str, path: &str, after: Option<&str>, instead_of: &[&str]) -> String {
        let mut url = Url::parse(&format!("{base}{path}")).expect("our own URL");
        for (key, value) in &self.0 {
            let gone = after.is_some() && (key == "after" || instead_of.contains(&key.as_str()));
            if !gone {
                url.query_pairs_mut().append_pair(key, value);
            }
        }
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        url.into()
    }
}

/// A `link` header: each relation has a header of its own, as Okta sends them.
pub fn link(url: &str, relation: &str) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::try_from(format!("<{url}>; rel=\"{relation}\""));
    (header::LINK, value.expect("a URL is ASCII"))
}

/// The JSON object in a body.
pub fn object(body: &[u8]) -> Result<Value, OktaError> {
    let json: Value = serde_json::from_slice(body).map_err(|_| OktaError::malformed())?;
    if json.is_object() { Ok(json) } else { Err(OktaError::malformed()) }
}
