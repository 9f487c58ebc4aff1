//! What filters and sorting look into.

use std::borrow::Cow;

use serde_json::Value;

/// Something with an id that has JSON. What of it is looked at is asked for by its path, so that not all
/// of the JSON has to be made to find out that it is not the one.
pub trait Listed {
    fn id(&self) -> &str;

    /// A member of the JSON, and what is left of the path inside of it.
    fn member<'p>(&self, path: &'p str) -> (Cow<'_, Value>, &'p str);
}

impl Listed for Value {
    fn id(&self) -> &str {
        self["id"].as_str().unwrap_or_default()
    }

    fn member<'p>(&self, path: &'p str) -> (Cow<'_, Value>, &'p str) {
        (Cow::Borrowed(self), path)
    }
}
