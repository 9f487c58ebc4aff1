use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Method;

use crate::auth::MatchedSecret;
use crate::authenticate::{Authenticate, Headers};
use crate::delivery::Delivery;
use crate::header_lookup::HeaderLookup;
use crate::inline;
use crate::rejection::Rejection;
use crate::verification::Challenge;

/// The rules of one hook endpoint: which secret it expects, and how long a body may be.
///
/// Two pure functions make every decision: [`check`](Self::check) on method and headers,
/// [`decode`](Self::decode) on the body; for inline hooks [`check_inline`](Self::check_inline) and
/// [`decode_inline`](Self::decode_inline). The tower layers call them, and so can any framework
/// without tower. A clone shares the secrets.
///
/// # Examples
///
/// ```
/// use http::{HeaderMap, HeaderValue};
/// use okta_hooks::{HeaderAuth, Inbound, Receiver};
///
/// let receiver = Receiver::new(HeaderAuth::new("authorization", "s3cret")?);
///
/// let mut headers = HeaderMap::new();
/// headers.insert("authorization", HeaderValue::from_static("s3cret"));
/// headers.insert("x-okta-verification-challenge", HeaderValue::from_static("f7LkN2s0mE"));
///
/// let Inbound::Verification { challenge, .. } = receiver.check("GET", &headers)? else {
///     panic!("a GET is a verification")
/// };
/// assert_eq!(challenge.to_json(), r#"{"verification":"f7LkN2s0mE"}"#);
///
/// assert!(matches!(receiver.check("POST", &headers)?, Inbound::Delivery { .. }));
/// let delivery = receiver.decode(r#"{"data":{"events":[{"eventType":"user.session.start"}]}}"#)?;
/// assert_eq!(delivery.events().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Receiver {
    auth: Option<Arc<dyn Authenticate>>,
    body_limit: usize,
}

impl Receiver {
    /// The default for [`with_body_limit`](Self::with_body_limit): 1 MiB, some two hundred events.
    pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

    /// A receiver that accepts only requests that `auth` does: those that carry the secret of a
    /// [`HeaderAuth`](crate::HeaderAuth), or that pass a [check of one's own](Authenticate).
    #[must_use]
    pub fn new(auth: impl Authenticate + 'static) -> Self {
        Self { auth: Some(Arc::new(auth)), body_limit: Self::DEFAULT_BODY_LIMIT }
    }

    /// A receiver that accepts **everybody's** requests: for a hook registered without an auth scheme, where
    /// something in front of this service tells Okta from others. Nothing in a request proves that
    /// Okta sent it.
    #[must_use]
    pub fn with_insecure_no_auth() -> Self {
        Self { auth: None, body_limit: Self::DEFAULT_BODY_LIMIT }
    }

    /// Sets the longest body that is read, in bytes. Okta documents no limit of its own.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// The longest body that is read, in bytes.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.body_limit
    }

    /// Decides on a request by its method, such as `GET` or a `&Method`, and its headers.
    ///
    /// The secret is checked on the verification too: Okta sends it there.
    ///
    /// ```
    /// # use okta_hooks::{HeaderAuth, Receiver, Rejection};
    /// # let receiver = Receiver::new(HeaderAuth::bearer("s3cret")?);
    /// let request = http::Request::delete("/").body(()).expect("a request");
    /// let checked = receiver.check(request.method(), request.headers());
    /// assert_eq!(checked, Err(Rejection::MethodNotAllowed));
    /// # Ok::<(), okta_hooks::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Rejection`], in this order: another method than GET or POST, the secret, the challenge.
    pub fn check<'h>(
        &self,
        method: impl AsRef<str>,
        headers: impl HeaderLookup<'h>,
    ) -> Result<Inbound, Rejection> {
        let is_verification = method.as_ref() == Method::GET;
        if !is_verification && method.as_ref() != Method::POST {
            return Err(Rejection::MethodNotAllowed);
        }
        let secret = self.check_auth(headers)?;
        if !is_verification {
            return Ok(Inbound::Delivery { secret });
        }
        match Challenge::from_headers(headers) {
            Ok(challenge) => Ok(Inbound::Verification { challenge, secret }),
            Err(error) => Err(Rejection::Challenge(error)),
        }
    }

    fn check_auth<'h>(
        &self,
        headers: impl HeaderLookup<'h>,
    ) -> Result<Option<MatchedSecret>, Rejection> {
        let Some(auth) = &self.auth else { return Ok(None) };
        let lookup = |name: &str| headers.values(name).collect();
        auth.authenticate(Headers::new(&lookup)).map_err(|error| Rejection::Unauthorized {
            www_authenticate: auth.www_authenticate().or_else(|| error.www_authenticate()),
            error,
        })
    }

    /// Reads a delivery out of a body.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if the body is longer than the limit, or is not a delivery.
    pub fn decode(&self, body: impl Into<Bytes>) -> Result<Delivery, Rejection> {
        let body = body.into();
        if body.len() > self.body_limit {
            return Err(self.too_large());
        }
        Delivery::from_bytes(body).map_err(Rejection::Malformed)
    }

    /// Decides on a request to an inline hook, by its method and headers: which of the accepted
    /// secrets it carries, if one is asked for.
    ///
    /// An inline hook gets POSTs only; there is no verification.
    ///
    /// ```
    /// use http::{HeaderMap, HeaderValue};
    /// use okta_hooks::{HeaderAuth, Receiver, Rejection, inline};
    ///
    /// let receiver = Receiver::new(HeaderAuth::bearer("s3cret")?);
    /// let sent = ("authorization".parse()?, HeaderValue::from_static("Bearer s3cret"));
    /// let headers = HeaderMap::from_iter([sent]);
    /// assert_eq!(receiver.check_inline("GET", &headers), Err(Rejection::NotPost));
    ///
    /// receiver.check_inline("POST", &headers)?;
    /// let body = r#"{"eventType": "com.okta.user.credential.password.import"}"#;
    /// let answer = match receiver.decode_inline(body)? {
    ///     inline::Request::PasswordImport(request) => request.verified().build()?,
    ///     _ => panic!("another type of hook"),
    /// };
    /// assert_eq!(answer.to_response().status(), 200);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Rejection`], in this order: another method than POST, the secret.
    pub fn check_inline<'h>(
        &self,
        method: impl AsRef<str>,
        headers: impl HeaderLookup<'h>,
    ) -> Result<Option<MatchedSecret>, Rejection> {
        match method.as_ref() == Method::POST {
            true => self.check_auth(headers),
            false => Err(Rejection::NotPost),
        }
    }

    /// Reads the request of an inline hook out of a body.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if the body is longer than the limit, or is not such a request.
    pub fn decode_inline(&self, body: impl Into<Bytes>) -> Result<inline::Request, Rejection> {
        let body = body.into();
        if body.len() > self.body_limit {
            return Err(self.too_large());
        }
        inline::Request::from_bytes(body).map_err(Rejection::Malformed)
    }

    /// The answer to a body that is over the limit.
    #[must_use]
    pub fn too_large(&self) -> Rejection {
        Rejection::TooLarge { limit: self.body_limit }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("authenticates", &self.auth.is_some())
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}

/// What a request turned out to be. `secret` tells which of the accepted secrets it carried;
/// `None` where none is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inbound {
    /// Okta verifies the endpoint: send back [`Challenge::to_response`].
    #[non_exhaustive]
    Verification {
        /// What to answer.
        challenge: Challenge,
        /// Which secret came with it.
        secret: Option<MatchedSecret>,
    },
    /// Okta delivers events: read the body and [`decode`](Receiver::decode) it.
    #[non_exhaustive]
    Delivery {
        /// Which secret came with it.
        secret: Option<MatchedSecret>,
    },
}
