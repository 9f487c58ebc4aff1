use std::fmt;

use http::HeaderValue;

use crate::auth::{AuthError, HeaderAuth, MatchedSecret};
use crate::header_lookup::HeaderLookup;

/// What tells Okta's requests from anybody else's, by their headers: [`HeaderAuth`], or a check of
/// one's own.
///
/// A closure over [`Headers`] is one: for two headers at once, or for the OAuth 2.0 access tokens
/// that Okta can send to inline hooks.
///
/// It is a plain function, so that it takes no time and needs no runtime: keys that a token is
/// checked with are fetched elsewhere, before they are needed, by a task that renews them. An issuer
/// publishes a new key before it signs with it; a token of an unknown key is refused, and tells that
/// task to look again.
///
/// # Examples
///
/// Two headers at once. What rotates is the second, so its match is the one to report. Both are checked
/// whatever comes of the first, so that the time does not tell which is wrong:
///
/// ```
/// use http::{HeaderMap, HeaderValue};
/// use okta_hooks::{AuthError, HeaderAuth, Headers, Receiver};
///
/// let gateway = HeaderAuth::new("x-gateway", "fixed")?;
/// let secret = HeaderAuth::bearer("new")?.or(HeaderAuth::bearer("old")?)?;
/// let receiver = Receiver::new(move |headers: Headers<'_>| {
///     let (gateway, secret) = (gateway.check(headers), secret.check(headers));
///     match gateway.is_ok() & secret.is_ok() {
///         true => secret.map(Some),
///         false => Err(AuthError::Mismatch),
///     }
/// });
///
/// let mut headers = HeaderMap::new();
/// headers.insert("authorization", HeaderValue::from_static("Bearer old"));
/// assert!(receiver.check("POST", &headers).is_err());
/// headers.insert("x-gateway", HeaderValue::from_static("fixed"));
/// assert!(receiver.check("POST", &headers).is_ok());
/// # Ok::<(), okta_hooks::ConfigError>(())
/// ```
///
/// A token, checked by a function of one's own (the example `jwt-auth` has all of it):
///
/// ```
/// use okta_hooks::{AuthError, Headers, Receiver};
///
/// /// Verifies signature, issuer, audience and times with the keys that were fetched last.
/// fn verify(token: &str) -> Result<(), &'static str> {
///     // …
/// #   if token == "a.b.c" { Ok(()) } else { Err("the token's signature is wrong") }
/// }
///
/// let receiver = Receiver::new(|headers: Headers<'_>| {
///     verify(headers.bearer_token()?).map_err(AuthError::Refused)?;
///     Ok(None)
/// });
/// # let mut headers = http::HeaderMap::new();
/// # headers.insert("authorization", http::HeaderValue::from_static("Bearer a.b.d"));
/// let refused = receiver.check_inline("POST", &headers).unwrap_err();
/// assert_eq!((refused.status().as_u16(), refused.to_string().as_str()), (401, "the token's signature is wrong"));
/// ```
pub trait Authenticate: Send + Sync {
    /// Checks a request: which of several secrets it carries, if there are any.
    ///
    /// # Errors
    ///
    /// [`AuthError`] if it is not Okta's. The sender gets its message with a 401.
    fn authenticate(&self, headers: Headers<'_>) -> Result<Option<MatchedSecret>, AuthError>;

    /// What a 401 says in `WWW-Authenticate`; nothing unless a scheme applies. A closure names none:
    /// after [`AuthError::NotBearer`] it is `Bearer` all the same, and a check that knows more, such as
    /// `error="invalid_token"`, is a type of its own.
    fn www_authenticate(&self) -> Option<HeaderValue> {
        None
    }
}

impl Authenticate for HeaderAuth {
    fn authenticate(&self, headers: Headers<'_>) -> Result<Option<MatchedSecret>, AuthError> {
        self.check(headers).map(Some)
    }

    fn www_authenticate(&self) -> Option<HeaderValue> {
        self.www_authenticate()
    }
}

impl<F> Authenticate for F
where
    F: Fn(Headers<'_>) -> Result<Option<MatchedSecret>, AuthError> + Send + Sync,
{
    fn authenticate(&self, headers: Headers<'_>) -> Result<Option<MatchedSecret>, AuthError> {
        self(headers)
    }
}

/// The headers of one request, from any framework, for a check of one's own. `Debug` shows none.
///
/// As a [`HeaderLookup`] it can be handed to [`HeaderAuth::check`].
#[derive(Clone, Copy)]
pub struct Headers<'h> {
    lookup: &'h (dyn Fn(&str) -> Vec<&'h [u8]> + 'h),
}

impl<'h> Headers<'h> {
    pub(crate) fn new(lookup: &'h (dyn Fn(&str) -> Vec<&'h [u8]> + 'h)) -> Self {
        Self { lookup }
    }

    /// The token in `Authorization: Bearer …`
    /// ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    ///
    /// # Errors
    ///
    /// [`AuthError::NotBearer`] if the header is missing or repeated, or says something else.
    pub fn bearer_token(&self) -> Result<&'h str, AuthError> {
        let mut values = self.values("authorization");
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(AuthError::NotBearer);
        };
        let (scheme, token) = std::str::from_utf8(value)
            .ok()
            .and_then(|value| value.split_once(' '))
            .ok_or(AuthError::NotBearer)?;
        match token.trim_ascii() {
            token if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => Ok(token),
            _ => Err(AuthError::NotBearer),
        }
    }
}

impl<'h> HeaderLookup<'h> for Headers<'h> {
    fn values(&self, name: &str) -> impl Iterator<Item = &'h [u8]> {
        (self.lookup)(name).into_iter()
    }
}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Headers").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Receiver;
    use http::HeaderMap;
    use http::header::AUTHORIZATION;

    fn token(values: &[&'static str]) -> Result<String, AuthError> {
        let pair = |value: &&'static str| (AUTHORIZATION, HeaderValue::from_static(value));
        let headers: HeaderMap = values.iter().map(pair).collect();
        let values = |name: &str| HeaderLookup::values(&&headers, name).collect();
        Headers::new(&values).bearer_token().map(str::to_owned)
    }

    #[test]
    fn who_sends_no_bearer_token_is_asked_for_one() {
        let check = |headers: Headers<'_>| {
            headers.bearer_token()?;
            Err(AuthError::Refused("expired"))
        };
        let receiver = Receiver::new(check);
        let header = |sent: Option<&'static str>| {
            let sent = sent.map(|sent| (AUTHORIZATION, HeaderValue::from_static(sent)));
            receiver.check("POST", &HeaderMap::from_iter(sent)).unwrap_err().header()
        };
        assert_eq!(header(None).unwrap().1, "Bearer realm=\"okta-hooks\"");
        assert_eq!(header(Some("Bearer a.b.c")), None);
    }

    #[test]
    fn a_bearer_token_stands_alone_in_one_header() {
        assert_eq!(token(&["Bearer a.b.c"]).as_deref(), Ok("a.b.c"));
        assert_eq!(token(&["bEaReR  a.b.c"]).as_deref(), Ok("a.b.c"));
        assert_eq!(token(&[]), Err(AuthError::NotBearer));
        assert_eq!(token(&["Bearer a", "Bearer a"]), Err(AuthError::NotBearer));
        for other in ["Bearer", "Bearer ", "Basic a.b.c", "a.b.c", ""] {
            assert_eq!(token(&[other]), Err(AuthError::NotBearer), "{other}");
        }
    }
}
