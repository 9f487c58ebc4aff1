use http::HeaderMap;

/// A request's headers, in any type: all that this crate's functions need of them.
///
/// Implemented for a reference to `http` 1's [`HeaderMap`], and for closures that return the values
/// of a header, so that a framework with another map needs no conversion. Neither copies anything.
///
/// # Examples
///
/// A map of `http` 0.2, as actix-web has it:
///
/// ```
/// use http_02::{HeaderMap, HeaderValue};
/// use okta_hooks::{HeaderAuth, Inbound, Receiver};
///
/// let receiver = Receiver::new(HeaderAuth::new("authorization", "s3cret")?);
/// let mut headers = HeaderMap::new();
/// headers.insert("authorization", HeaderValue::from_static("s3cret"));
///
/// let lookup = |name: &str| headers.get_all(name).iter().map(HeaderValue::as_bytes);
/// assert!(matches!(receiver.check("POST", lookup)?, Inbound::Delivery { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A closure's iterator cannot keep the name. Where it has to, as over a list of pairs, a type of
/// one's own implements the trait:
///
/// ```
/// use okta_hooks::{CHALLENGE_HEADER, Challenge, HeaderLookup};
///
/// #[derive(Clone, Copy)]
/// struct Pairs<'h>(&'h [(&'h str, &'h str)]);
///
/// impl<'h> HeaderLookup<'h> for Pairs<'h> {
///     fn values(&self, name: &str) -> impl Iterator<Item = &'h [u8]> {
///         let named = self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name));
///         named.map(|(_, value)| value.as_bytes())
///     }
/// }
///
/// let pairs = [("X-Okta-Verification-Challenge", "f7LkN2s0mE")];
/// assert_eq!(Challenge::from_headers(Pairs(&pairs))?.as_str(), "f7LkN2s0mE");
/// assert_eq!(Pairs(&pairs).values(CHALLENGE_HEADER).count(), 1);
/// # Ok::<(), okta_hooks::ChallengeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "no headers can be looked up in `{Self}`",
    label = "expected a `&http::HeaderMap` of `http` 1, or a closure",
    note = "for another map, such as that of `http` 0.2, pass a closure: \
            `|name: &str| headers.get_all(name).iter().map(|value| value.as_bytes())`"
)]
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
