use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

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
/// assert_eq!(detail.text("requestApiTokenId").as_deref(), Some("00T5"));
/// assert_eq!(detail.get("n").map(|json| json.get()), Some("1.50"));
/// assert_eq!(detail.iter().count(), 2);
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone, Copy)]
pub struct FreeForm<'a> {
    json: &'a str,
}

impl<'a> FreeForm<'a> {
    /// The object's JSON, as sent.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.json
    }

    /// The JSON of the member `key`, the last one if it is doubled. A `null` is `Some`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a RawValue> {
        json::member(self.json, key)
    }

    /// The member `key` as text: what a string says, the JSON of anything else but `null`.
    ///
    /// Okta writes nearly all of these values as strings, booleans and numbers too.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        match self.get(key)?.get() {
            "null" => None,
            json => Some(json::string(json).unwrap_or(Cow::Borrowed(json))),
        }
    }

    /// All members in the order sent, doubled ones included.
    pub fn iter(&self) -> impl Iterator<Item = (String, &'a RawValue)> + use<'a> {
        let mut members = Vec::new();
        json::for_each_member(self.json, |key, json| {
            members.extend(json::raw(json).map(|json| (key.to_owned(), json)));
        });
        members.into_iter()
    }
}

/// The empty object.
impl Default for FreeForm<'_> {
    fn default() -> Self {
        Self { json: "{}" }
    }
}

impl fmt::Debug for FreeForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FreeForm").field("bytes", &self.json.len()).finish_non_exhaustive()
    }
}

impl Serialize for FreeForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json::raw(self.json).serialize(serializer)
    }
}

impl<'a> Read<'a> for FreeForm<'a> {
    const EXPECTED: &'static str = "an object";

    fn read(json: &'a str) -> Option<Self> {
        json.starts_with('{').then_some(Self { json })
    }
}
