use http::HeaderMap;

/// A request's headers, in any type: all that this crate's functions need of them.
///
/// Implemented for a reference to `http` 1's [`HeaderMap`] and for closures that return the values of a header,
/// so that a framework with another map needs no conversion:
///
/// ```
/// use okta_hooks::HeaderLookup;
///
/// fn count<'h>(headers: impl HeaderLookup<'h>, name: &str) -> usize {
///     headers.values(name).count()
/// }
///
/// let mut map = http::HeaderMap::new();
/// map.insert("authorization", http::HeaderValue::from_static("s3cret"));
/// assert_eq!(count(&map, "authorization"), 1);
///
/// // Some other framework's headers.
/// let pairs = [("Authorization", "s3cret"), ("Accept", "application/json")];
/// let lookup = |name: &str| {
///     let name = name.to_owned();
///     pairs.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(&name)).map(|(_, value)| value.as_bytes())
/// };
/// assert_eq!(count(lookup, "authorization"), 1);
/// ```
pub trait HeaderLookup<'h>: Copy {
    /// All values of the header `name`, which is in lower case. Header names are compared without
    /// regard to case ([RFC 9110, section 5.1](https://www.rfc-editor.org/rfc/rfc9110#section-5.1)).
    fn values(&self, name: &str) -> impl Iterator<Item = &'h [u8]>;
}

impl<'h> HeaderLookup<'h> for &'h HeaderMap {
    fn values(&self, name: &str) -> impl Iterator<Item = &'h [u8]> {
        self.get_all(name).iter().map(http::HeaderValue::as_bytes)
    }
}

impl<'h, F, I> HeaderLookup<'h> for F
where
    F: Fn(&str) -> I + Copy,
    I: Iterator<Item = &'h [u8]>,
{
    fn values(&self, name: &str) -> impl Iterator<Item = &'h [u8]> {
        self(name)
    }
}
