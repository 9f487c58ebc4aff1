use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::header_lookup::HeaderLookup;

/// The secret header that Okta sends with every request, and the check of it.
///
/// Okta calls the header's name "Authentication field" and its value "Authentication secret", and
/// sends the value byte for byte, on the verification GET as well as on every delivery. There is
/// no signature: this header and TLS are all that tells Okta from anybody else.
///
/// The check compares against every accepted value and takes the same time whichever one matches
/// and wherever a wrong one first differs. Not treated as secret: the header's name, its presence,
/// the lengths of the values, their scheme (`Basic`, `Bearer`), and the verdict.
///
/// `Debug` shows no value; there is no `PartialEq` and no `Serialize`.
///
/// Source: Okta, [Event hook API](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/EventHook/)
/// (`channel.config.authScheme`).
///
/// # Examples
///
/// ```
/// use http::{HeaderMap, HeaderValue};
/// use okta_hooks::{AuthError, HeaderAuth};
///
/// // During a change of secrets both are accepted, and the answer tells which one came.
/// let auth = HeaderAuth::new("x-hook-secret", "new s3cret")?
///     .or(HeaderAuth::new("x-hook-secret", "old s3cret")?)?;
///
/// let mut headers = HeaderMap::new();
/// assert_eq!(auth.check(&headers), Err(AuthError::NotExactlyOne));
/// headers.insert("x-hook-secret", HeaderValue::from_static("old s3cret"));
/// assert!(auth.check(&headers).is_ok_and(|matched| matched.index() == 1));
/// # Ok::<(), okta_hooks::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct HeaderAuth {
    name: HeaderName,
    accepted: Vec<Box<[u8]>>,
    scheme: Option<Scheme>,
}

impl HeaderAuth {
    /// Expects `value`, exactly, in the header `name`.
    ///
    /// The value is what an admin enters as the authentication secret, scheme included if there is
    /// one. Any bytes a header can carry will do, outside ASCII too.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if `name` is not a header name, or if `value` is empty, has a byte that a
    /// header cannot carry, or begins or ends with white space (which HTTP strips).
    pub fn new(name: &str, value: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| ConfigError::HeaderName)?;
        let value = value.as_ref();
        if value.is_empty() {
            return Err(ConfigError::EmptySecret);
        }
        if value.trim_ascii() != value || HeaderValue::from_bytes(value).is_err() {
            return Err(ConfigError::SecretBytes);
        }
        let scheme = (name == AUTHORIZATION).then(|| Scheme::of(value)).flatten();
        Ok(Self { name, accepted: vec![value.into()], scheme })
    }

    /// Expects `Authorization: Basic …` with this user and password
    /// ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)).
    ///
    /// Okta adds no scheme and encodes nothing: the admin has to enter `Basic ` and the base64 of
    /// `user:password`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the password is empty, or the user has a colon.
    ///
    /// ```
    /// # use okta_hooks::HeaderAuth;
    /// let auth = HeaderAuth::basic("admin", "supersecret")?;
    /// let sent = http::HeaderValue::from_static("Basic YWRtaW46c3VwZXJzZWNyZXQ=");
    /// assert!(auth.check(&http::HeaderMap::from_iter([(auth.name().clone(), sent)])).is_ok());
    /// # Ok::<(), okta_hooks::ConfigError>(())
    /// ```
    pub fn basic(user: &str, password: &str) -> Result<Self, ConfigError> {
        if user.contains(':') {
            return Err(ConfigError::ColonInUser);
        }
        if password.is_empty() {
            return Err(ConfigError::EmptySecret);
        }
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        Self::new(AUTHORIZATION.as_str(), format!("Basic {credentials}"))
    }

    /// Expects `Authorization: Bearer …` with this token
    /// ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).
    ///
    /// # Errors
    ///
    /// [`ConfigError`] as [`new`](Self::new).
    pub fn bearer(token: &str) -> Result<Self, ConfigError> {
        if token.is_empty() {
            return Err(ConfigError::EmptySecret);
        }
        Self::new(AUTHORIZATION.as_str(), format!("Bearer {token}"))
    }

    /// Accepts what `other` accepts as well, for a change of secrets.
    ///
    /// Changing the secret in Okta needs a new verification, and deliveries already on their way
    /// carry the old one: accept both, change it in Okta, and drop the old one when
    /// [`MatchedSecret`] no longer reports it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::OtherHeader`] if `other` is about another header.
    pub fn or(mut self, other: Self) -> Result<Self, ConfigError> {
        if self.name != other.name {
            return Err(ConfigError::OtherHeader);
        }
        self.accepted.extend(other.accepted);
        self.scheme = self.scheme.or(other.scheme);
        Ok(self)
    }

    /// The name of the header.
    #[must_use]
    pub fn name(&self) -> &HeaderName {
        &self.name
    }

    /// Checks the header Okta sent against every accepted value.
    ///
    /// # Errors
    ///
    /// [`AuthError`] if the header is absent, repeated or wrong.
    pub fn check<'h>(&self, headers: impl HeaderLookup<'h>) -> Result<MatchedSecret, AuthError> {
        let mut values = headers.values(self.name.as_str());
        let (Some(sent), None) = (values.next(), values.next()) else {
            return Err(AuthError::NotExactlyOne);
        };
        let mut matched = Choice::from(0);
        let mut index = 0;
        for (nth, secret) in (0u64..).zip(&self.accepted) {
            let equal = secret.ct_eq(sent);
            index.conditional_assign(&nth, equal);
            matched |= equal;
        }
        match bool::from(matched) {
            true => Ok(MatchedSecret { index: index as usize }),
            false => Err(AuthError::Mismatch),
        }
    }

    /// What `WWW-Authenticate` says on a 401; `None` where no scheme applies.
    pub(crate) fn www_authenticate(&self) -> Option<HeaderValue> {
        self.scheme.map(Scheme::challenge)
    }
}

impl fmt::Debug for HeaderAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderAuth")
            .field("name", &self.name)
            .field("accepted", &self.accepted.len())
            .finish_non_exhaustive()
    }
}

/// The authentication scheme that a value for `Authorization` starts with.
#[derive(Clone, Copy)]
enum Scheme {
    Basic,
    Bearer,
}

impl Scheme {
    fn of(value: &[u8]) -> Option<Self> {
        let scheme = value.split(|&byte| byte == b' ').next()?;
        [(&b"Basic"[..], Self::Basic), (b"Bearer", Self::Bearer)]
            .into_iter()
            .find_map(|(name, known)| scheme.eq_ignore_ascii_case(name).then_some(known))
    }

    fn challenge(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Basic => "Basic realm=\"okta-hooks\", charset=\"UTF-8\"",
            Self::Bearer => "Bearer realm=\"okta-hooks\"",
        })
    }
}

/// Which of the accepted secrets a request carried.
///
/// `layer::HookLayer` puts it into the response's extensions, `layer::GuardLayer` into the request's
/// too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchedSecret {
    index: usize,
}

impl MatchedSecret {
    /// 0 for the secret [`HeaderAuth`] was made with, then counting on in the order of
    /// [`HeaderAuth::or`]. Of equal secrets the last one is named.
    #[must_use]
    pub fn index(self) -> usize {
        self.index
    }
}

/// Why a request was not authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The header is missing, or there more than once.
    #[error("the authentication header must be there exactly once")]
    NotExactlyOne,
    /// The header has none of the accepted values.
    #[error("the authentication header has a wrong value")]
    Mismatch,
    /// `Authorization` is missing, there more than once, or has no bearer token.
    #[error("the header authorization must be there exactly once, with a bearer token")]
    NotBearer,
    /// A check of one's own refused it, for this reason, which the sender gets to read.
    #[error("{0}")]
    Refused(&'static str),
}

impl AuthError {
    /// What `WWW-Authenticate` says where the check names no scheme; `None` where none applies.
    pub(crate) fn www_authenticate(self) -> Option<HeaderValue> {
        (self == Self::NotBearer).then(|| Scheme::Bearer.challenge())
    }
}

/// A secret or header that cannot work: a mistake in our own configuration, not in traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A secret must not be empty: with an empty header anybody's requests would be accepted.
    #[error("the secret is empty")]
    EmptySecret,
    /// An HTTP header cannot carry the secret as it is.
    #[error("the secret has a control character, or white space at an end")]
    SecretBytes,
    /// The name is empty, or has a character that the name of a header cannot have.
    #[error("not a valid header name")]
    HeaderName,
    /// The other secrets are in a header of another name: a request is checked by one.
    #[error("the secrets are in headers of different names")]
    OtherHeader,
    /// Basic authentication separates user and password by the first colon.
    #[error("the user has a colon")]
    ColonInUser,
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    fn sent(values: &[&[u8]]) -> HeaderMap {
        let name = HeaderName::from_static("authorization");
        let value = |value: &&[u8]| (name.clone(), HeaderValue::from_bytes(value).unwrap());
        values.iter().map(value).collect()
    }

    #[test]
    fn only_the_exact_value_sent_once_is_accepted() {
        let auth = HeaderAuth::new("Authorization", "s3cret").unwrap();
        assert_eq!(auth.check(&sent(&[b"s3cret"])), Ok(MatchedSecret { index: 0 }));
        for values in [&[][..], &[&b"s3cret"[..], b"s3cret"], &[b"s3cret", b"other"]] {
            assert_eq!(auth.check(&sent(values)), Err(AuthError::NotExactlyOne));
        }
        for value in [&b""[..], b"s3cre", b"s3cret1", b"S3CRET", b"other!", b"s3cret s3cret"] {
            assert_eq!(auth.check(&sent(&[value])), Err(AuthError::Mismatch));
        }
    }

    #[test]
    fn every_accepted_secret_matches_and_says_which_it_is() {
        let auth = |value| HeaderAuth::bearer(value).unwrap();
        let auth = auth("new").or(auth("old")).unwrap().or(auth("older")).unwrap();
        for (index, value) in
            [b"Bearer new".as_slice(), b"Bearer old", b"Bearer older"].iter().enumerate()
        {
            assert_eq!(auth.check(&sent(&[value])), Ok(MatchedSecret { index }));
        }
        assert_eq!(auth.check(&sent(&[b"Bearer newold"])), Err(AuthError::Mismatch));
    }

    #[test]
    fn a_secret_may_have_bytes_outside_ascii() {
        let auth = HeaderAuth::new("authorization", b"gr\xfc\xdfe").unwrap();
        assert!(auth.check(&sent(&[b"gr\xfc\xdfe"])).is_ok());
        let auth = HeaderAuth::basic("zoë", "пароль").unwrap();
        let value = format!("Basic {}", STANDARD.encode("zoë:пароль"));
        assert!(auth.check(&sent(&[value.as_bytes()])).is_ok());
    }

    #[test]
    fn secrets_that_cannot_work_are_refused_when_built() {
        let new = |name, value| HeaderAuth::new(name, value).map(drop);
        assert_eq!(new("authorization", ""), Err(ConfigError::EmptySecret));
        assert_eq!(new("authorization", " "), Err(ConfigError::SecretBytes));
        assert_eq!(new("authorization", "a\n"), Err(ConfigError::SecretBytes));
        assert_eq!(new("authorization", "a\0b"), Err(ConfigError::SecretBytes));
        assert_eq!(new("no header", "a"), Err(ConfigError::HeaderName));
        assert_eq!(new("", "a"), Err(ConfigError::HeaderName));
        assert_eq!(HeaderAuth::basic("admin", "").map(drop), Err(ConfigError::EmptySecret));
        assert_eq!(HeaderAuth::basic("a:b", "c").map(drop), Err(ConfigError::ColonInUser));
        assert_eq!(HeaderAuth::bearer("").map(drop), Err(ConfigError::EmptySecret));
        let other = HeaderAuth::new("x-other", "a").unwrap();
        assert_eq!(
            HeaderAuth::bearer("a").unwrap().or(other).map(drop),
            Err(ConfigError::OtherHeader)
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        let auth = HeaderAuth::basic("admin", "supersecret").unwrap();
        let debug = format!("{auth:?} {auth:#?}");
        for part in ["admin", "supersecret", "YWRtaW46c3VwZXJzZWNyZXQ="] {
            assert!(!debug.contains(part), "{debug}");
        }
    }

    #[test]
    fn only_authorization_with_a_known_scheme_asks_for_it() {
        let asks = |name, value| HeaderAuth::new(name, value).unwrap().www_authenticate();
        assert!(
            asks("authorization", "Basic YQ==").unwrap().to_str().unwrap().starts_with("Basic ")
        );
        assert!(
            asks("authorization", "bearer x").unwrap().to_str().unwrap().starts_with("Bearer ")
        );
        assert_eq!(asks("authorization", "s3cret"), None);
        assert_eq!(asks("x-secret", "Basic YQ=="), None);
    }
}
