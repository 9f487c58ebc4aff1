use http::header::{HeaderMap, HeaderName, HeaderValue};

/// Adds the headers that are configured on a hook: its auth scheme and its own. They are marked as
/// sensitive, so that the `Debug` of a request does not show them.
pub(super) fn add_configured(
    headers: &mut HeaderMap,
    configured: &[(&str, &str)],
) -> Result<(), http::Error> {
    for (name, value) in configured {
        let name = HeaderName::from_bytes(name.as_bytes())?;
        let mut value = HeaderValue::from_bytes(value.as_bytes())?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(())
}
