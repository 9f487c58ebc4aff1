use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::macros::part::FieldValue;
use super::read::Read;
use crate::json;

/// An object whose members Okta does not fix: debug data, details, changed attributes.
///
/// Borrows the JSON and reads it when asked. `Debug` shows no value; `Serialize` writes the JSON
/// unchanged.
///
/// ```
/// # use okta_hooks::LogEvent;
/// let event = LogEvent::from_slice(
///     br#"{"eventType":"x","transaction":{"detail":{"requestApiTokenId":"00T5","n":1.50}}}"#,
/// )?;
/// let detail = event.transaction().and_then(|transaction| transaction.detail).unwrap_or_default();
/// assert_eq!(detail.string("requestApiTokenId").as_deref(), Some("00T5"));
/// assert_eq!(detail.get("n").map(|json| json.get()), Some("1.50"));
/// assert_eq!(detail.iter().count(), 2);
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone)]
pub struct FreeForm<'a> {
    json: Cow<'a, str>,
}

impl<'a> FreeForm<'a> {
    /// The object's JSON, as sent.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.json
    }

    /// The JSON of the member `key`, the last one if there are duplicates. A `null` is `Some`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&RawValue> {
        json::member(&self.json, key)
    }

    /// The member `key` as a string: what a string says, the JSON of anything else but `null`.
    ///
    /// Okta writes nearly all of these values as strings, booleans and numbers too.
    #[must_use]
    pub fn string(&self, key: &str) -> Option<Cow<'_, str>> {
        string(&self.json, key)
    }

    /// As [`string`](Self::string), for as long as the JSON lives.
    pub(super) fn into_string(self, key: &str) -> Option<Cow<'a, str>> {
        match self.json {
            Cow::Borrowed(json) => string(json, key),
            Cow::Owned(json) => string(&json, key).map(|value| Cow::Owned(value.into_owned())),
        }
    }

    /// All members in the order sent, duplicates included.
    pub fn iter(&self) -> impl Iterator<Item = (String, &RawValue)> {
        let mut members = Vec::new();
        json::for_each_member(&self.json, |key, json| {
            members.extend(json::raw(json).map(|json| (key.to_owned(), json)));
        });
        members.into_iter()
    }

    /// The same without a borrow of the event, to be kept or sent elsewhere.
    #[must_use]
    pub fn into_owned(self) -> FreeForm<'static> {
        FreeForm { json: Cow::Owned(self.json.into_owned()) }
    }
}

fn string<'a>(object: &'a str, key: &str) -> Option<Cow<'a, str>> {
    match json::member(object, key)?.get() {
        "null" => None,
        json => Some(json::string(json).unwrap_or(Cow::Borrowed(json))),
    }
}

/// The empty object.
impl Default for FreeForm<'_> {
    fn default() -> Self {
        Self { json: Cow::Borrowed("{}") }
    }
}

impl fmt::Debug for FreeForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FreeForm").field("bytes", &self.json.len()).finish_non_exhaustive()
    }
}

impl Serialize for FreeForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json::raw(&self.json).serialize(serializer)
    }
}

impl<'a> Read<'a> for FreeForm<'a> {
    const EXPECTED: &'static str = "an object";

    fn read(json: &'a str) -> Option<Self> {
        json.starts_with('{').then_some(Self { json: Cow::Borrowed(json) })
    }
}

impl FieldValue for FreeForm<'_> {
    type Static = FreeForm<'static>;

    fn into_owned(self) -> Self::Static {
        self.into_owned()
    }
}
