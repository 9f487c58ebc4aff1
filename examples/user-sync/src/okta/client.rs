use std::fmt;
use std::time::Duration;

use okta_hooks::system_log::{Cursor, Page};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use super::credentials::Credentials;
use super::error::{ClientError, ConfigError, Endpoint, ErrorKind};
use super::org::Org;
use super::token::Tokens;
use super::transport::{Answer, HttpClient, Timeouts};
use super::user::{Found, User};

/// Leaves out what the sync does not keep, which makes the answer faster too. Okta reads it from
/// this header although the request has no content.
const USER_MEDIA: HeaderValue = HeaderValue::from_static(
    "application/json; okta-response=\"omitCredentials,omitCredentialsLinks,omitTransitioningToStatus\"",
);

/// Okta has no such user. Another 404 says that there is no such path, or comes from a proxy: not
/// a reason to take anybody for deleted.
const NOT_FOUND: &str = "E0000007";

/// Calls the APIs of one org. Share it: it keeps its connections and its token.
///
/// `attempt` is how often the same call has failed before, from 0, which the caller counts; the
/// waits grow with it.
pub struct Client {
    org: Org,
    http: HttpClient,
    auth: Auth,
}

/// What an API brought, and how long to wait before the next call to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered<T> {
    pub value: T,
    /// Zero unless the rate limit is near.
    pub pause: Duration,
}

enum Auth {
    ApiToken(HeaderValue),
    ServiceApp(Box<Tokens>),
}

impl Client {
    /// A client for the org with this base URL, such as `https://acme.okta.com`. It connects to
    /// nothing yet.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the URL is none that a token may be sent to, or if TLS cannot be set up.
    pub fn new(org: &str, credentials: Credentials) -> Result<Self, ConfigError> {
        Self::with_timeouts(org, credentials, Timeouts::default())
    }

    /// As [`new`](Self::new), with other timeouts.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_timeouts(
        org: &str,
        credentials: Credentials,
        timeouts: Timeouts,
    ) -> Result<Self, ConfigError> {
        let org = Org::new(org)?;
        let http = HttpClient::new(&org, timeouts)?;
        let auth = match credentials {
            Credentials::ApiToken(value) => Auth::ApiToken(value),
            Credentials::ServiceApp(app) => {
                Auth::ServiceApp(Box::new(Tokens::new(app, org.token_url())))
            }
        };
        Ok(Self { org, http, auth })
    }

    /// The base URL, for a [`Cursor`] to start from or be restored for.
    #[must_use]
    pub fn org(&self) -> &str {
        self.org.as_str()
    }

    /// Looks a user up by id (`00u…`). Okta finds users by their login, too: then the answer has
    /// another id, and is an error.
    ///
    /// # Errors
    ///
    /// [`ClientError`], which says whether and when to try again.
    pub async fn user(&self, id: &str, attempt: u32) -> Result<Answered<Found>, ClientError> {
        let endpoint = Endpoint::User;
        let url = self.org.user_url(id).ok_or(ClientError::new(endpoint, ErrorKind::NotAUserId))?;
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, USER_MEDIA)]);
        let answer = self.get(endpoint, &url, headers, attempt).await?;
        let pause = answer.pause();
        if answer.status == 404 && answer.code().as_deref() == Some(NOT_FOUND) {
            return Ok(Answered { value: Found::NotFound, pause });
        }
        answer.check(endpoint, attempt)?;
        match User::from_slice(&answer.body) {
            Some(user) if user.id.as_deref() != Some(id) => {
                Err(answer.error(endpoint, ErrorKind::AnotherUser))
            }
            Some(user) => Ok(Answered { value: Found::User(user), pause }),
            None => Err(answer.error(endpoint, ErrorKind::Unreadable)),
        }
    }

    /// Reads the page of the System Log that `cursor` asks for.
    ///
    /// # Errors
    ///
    /// [`ClientError`], which says whether and when to try again.
    pub async fn logs(&self, cursor: &Cursor, attempt: u32) -> Result<Answered<Page>, ClientError> {
        let endpoint = Endpoint::Logs;
        // One of another org would get this org's token.
        Cursor::restore(self.org(), cursor.as_str())
            .map_err(|error| ClientError::new(endpoint, ErrorKind::Cursor(error)))?;
        let (request, ()) = cursor.request().into_parts();
        let mut answer = self.get(endpoint, cursor.as_str(), request.headers, attempt).await?;
        answer.check(endpoint, attempt)?;
        let body = std::mem::take(&mut answer.body);
        match cursor.read(body, &answer.headers) {
            Ok(page) => Ok(Answered { value: page, pause: answer.pause() }),
            Err(error) => Err(answer.error(endpoint, ErrorKind::Page(error))),
        }
    }

    /// Gets a URL of the org, with a new token if Okta does not take the old one any more. Once:
    /// what it says to the new one counts.
    async fn get(
        &self,
        endpoint: Endpoint,
        url: &str,
        headers: HeaderMap,
        attempt: u32,
    ) -> Result<Answer, ClientError> {
        let tokens = match &self.auth {
            Auth::ApiToken(value) => {
                return self.http.get(endpoint, url, headers, value, attempt).await;
            }
            Auth::ServiceApp(tokens) => tokens,
        };
        let token = tokens.authorization(&self.http, None, attempt).await?;
        let answer = self.http.get(endpoint, url, headers.clone(), &token, attempt).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let token = tokens.authorization(&self.http, Some(&token), attempt).await?;
        self.http.get(endpoint, url, headers, &token, attempt).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("org", &self.org.as_str()).finish_non_exhaustive()
    }
}
