use std::borrow::Cow;

use super::plain::skip_plain;

/// What a JSON string says; `None` if `json` is another value, or half a surrogate pair.
pub(crate) fn string(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if skip_plain(inner.as_bytes()).is_empty() {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(json).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_unescaped_and_other_values_are_none() {
        assert_eq!(string("\"a\"").as_deref(), Some("a"));
        assert_eq!(string(r#""\u00e9\n""#).as_deref(), Some("é\n"));
        assert_eq!(string("1"), None);
        assert_eq!(string(r#""\ud800""#), None);
    }
}
