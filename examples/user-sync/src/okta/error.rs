//! What can go wrong: while setting up ([`ConfigError`]) and while calling ([`ClientError`]).

use std::fmt;
use std::time::Duration;

use okta_hooks::system_log::{PageError, UrlError};

/// Settings that cannot work. Each message says what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error(transparent)]
    Url(UrlError),
    #[error("the org's URL has no usable host")]
    Host,
    #[error("the org's URL must start with https://; http:// is for 127.0.0.1 and localhost only")]
    NotHttps,
    #[error("the API token is empty, or has a character that no header can carry")]
    ApiToken,
    #[error("the client id is empty")]
    ClientId,
    #[error(
        "the private key is of the kind EC PRIVATE KEY (SEC 1); convert it: \
         openssl pkcs8 -topk8 -nocrypt -in old.pem -out new.pem"
    )]
    Sec1Key,
    #[error(
        "the private key is encrypted; decrypt it: \
         openssl pkcs8 -topk8 -nocrypt -in old.pem -out new.pem"
    )]
    EncryptedKey,
    #[error("the private key is a public key or a certificate")]
    PublicKey,
    #[error(
        "the private key is not PEM with an RSA key (2048 bits or more) or an EC key (P-256, P-384)"
    )]
    Key,
    #[error(
        "TLS could not be set up: {0} (on Linux the root certificates come with the package \
         ca-certificates, or from the file that SSL_CERT_FILE names)"
    )]
    Tls(String),
}

/// Which of Okta's endpoints an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    Token,
    User,
    Logs,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token => "token request",
            Self::User => "user request",
            Self::Logs => "System Log request",
        })
    }
}

/// A call that brought nothing to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientError {
    pub(super) endpoint: Endpoint,
    pub(super) kind: ErrorKind,
    pub(super) retry_after: Option<Duration>,
    pub(super) request_id: Option<String>,
}

impl ClientError {
    /// An error that is final and not about an answer.
    pub(super) fn new(endpoint: Endpoint, kind: ErrorKind) -> Self {
        Self { endpoint, kind, retry_after: None, request_id: None }
    }

    /// Asking again can help, but not before this time has passed. `None`: it cannot, before
    /// somebody changes something.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The endpoint: [`Endpoint::Token`] where no token was to be had for the call.
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// What was asked for is nobody's id: asking again never helps.
    pub fn is_about_the_id(&self) -> bool {
        matches!(self.kind, ErrorKind::NotAUserId | ErrorKind::AnotherUser)
    }

    /// Okta does not accept us, or does not permit what we ask: other calls will most likely fail
    /// too, whichever user they are about, until an admin changes something. What was asked for is
    /// still to be done.
    pub fn is_about_credentials(&self) -> bool {
        match self.kind {
            ErrorKind::Status { status, .. } if self.retry_after.is_none() => {
                self.endpoint == Endpoint::Token || matches!(status, 401 | 403)
            }
            ErrorKind::Dpop => true,
            _ => false,
        }
    }
}

impl std::error::Error for ClientError {}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.endpoint, self.kind)?;
        match &self.request_id {
            Some(id) => write!(f, " (Okta's request id {id})"),
            None => Ok(()),
        }
    }
}

/// ErrorKind a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// Nothing was sent yet, so what the system says about it has nothing to hide.
    #[error("no connection: {0}")]
    NoConnection(String),
    #[error("no answer in time")]
    TimedOut,
    #[error("the connection broke before the answer was complete")]
    Interrupted,
    /// Another status than success. `code` is Okta's error code, such as `E0000007`, or that of
    /// its token endpoint, such as `invalid_client`.
    #[error("status {status}{}", code.as_deref().map(explained).unwrap_or_default())]
    Status { status: u16, code: Option<String> },
    #[error("the answer is longer than {} MiB", super::transport::MAX_ANSWER >> 20)]
    TooLong,
    #[error("the answer is not the JSON that Okta documents")]
    Unreadable,
    #[error("{0}")]
    Page(PageError),
    #[error("the token request could not be signed")]
    Unsigned,
    #[error("not the id of a user")]
    NotAUserId,
    /// As for a login, which Okta takes in place of an id.
    #[error("the answer is about another user than the one asked for")]
    AnotherUser,
    #[error("the cursor: {0}")]
    Cursor(UrlError),
    #[error(
        "Okta wants DPoP: turn off \"Require Demonstrating Proof of Possession (DPoP) header in \
         token requests\" in the app's general settings"
    )]
    Dpop,
}

/// A code and, for those that ask an admin to do something, what that is.
fn explained(code: &str) -> String {
    let hint = match code {
        "E0000004" | "E0000011" => ", the token is wrong, expired or revoked",
        "E0000006" | "insufficient_scope" | "access_denied" => {
            ", the token's owner or app lacks an admin role or a scope"
        }
        "invalid_client" => ", the app does not know this client id and key, or the clock is wrong",
        "invalid_scope" => ", the app was not granted the scopes",
        _ => "",
    };
    format!(", code {code}{hint}")
}
