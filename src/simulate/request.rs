use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request};

/// The request that posts JSON to a hook.
pub(super) fn post_json(
    url: &str,
    body: Bytes,
    configured: &[(&str, &str)],
) -> Result<Request<Bytes>, http::Error> {
    let mut request = Request::builder().method(Method::POST).uri(url).body(body)?;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(ACCEPT, json.clone());
    request.headers_mut().insert(CONTENT_TYPE, json);
    add_configured(request.headers_mut(), configured)?;
    Ok(request)
}

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
