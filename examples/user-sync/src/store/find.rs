//! What people look for: a string that is in one of those shown, whatever its case.

/// What has to be in a row for it to be shown; empty is in all of them.
#[derive(Clone, Debug, Default)]
pub struct Find(String);

impl Find {
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_lowercase())
    }

    /// In lower case.
    #[cfg(feature = "postgres")]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is_in<'a>(&self, strings: impl IntoIterator<Item = Option<&'a str>>) -> bool {
        let has_it = |string: &str| string.to_lowercase().contains(&self.0);
        self.is_any() || strings.into_iter().flatten().any(has_it)
    }
}
