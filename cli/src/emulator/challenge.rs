//! What is said in `WWW-Authenticate` to who comes with an access token that does not do.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::dpop::ProofError;
use super::errors::OktaError;

/// Why a request is not let in.
#[derive(Debug)]
pub enum Denied {
    Okta(OktaError),
    Challenge(Challenge),
}

impl From<OktaError> for Denied {
    fn from(error: OktaError) -> Self {
        Self::Okta(error)
    }
}

impl From<Challenge> for Denied {
    fn from(challenge: Challenge) -> Self {
        Self::Challenge(challenge)
    }
}

/// Okta's reason, the scheme it goes with, and the scope that the request needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
    scheme: &'static str,
    scope: String,
}

impl Challenge {
    pub const INVALID_TOKEN: Self =
        Self::new(StatusCode::UNAUTHORIZED, "invalid_token", "The access token is invalid.");
    pub const INSUFFICIENT_SCOPE: Self = Self::new(
        StatusCode::FORBIDDEN,
        "insufficient_scope",
        "The access token provided does not contain the required scopes.",
    );
    pub const PROOF_REQUIRED: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "invalid_request",
        "The resource request requires a DPoP proof.",
    );

    const fn new(status: StatusCode, error: &'static str, description: &'static str) -> Self {
        Self { status, error, description, scheme: "Bearer", scope: String::new() }
    }

    pub fn proof(error: ProofError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_dpop_proof", error.description())
    }

    #[must_use]
    pub fn of(self, scheme: &'static str, scope: &str) -> Self {
        Self { scheme, scope: scope.to_owned(), ..self }
    }

    /// The header, for a request to `path` of the org at `base`.
    fn header(&self, base: &str, path: &str) -> String {
        let Self { error, description, scheme, scope, .. } = self;
        let algorithms = match *scheme {
            "DPoP" => "algs=\"RS256 RS384 RS512 ES256 ES384 ES512\", ",
            _ => "",
        };
        // Nobody ends the quotes with one of their own.
        let path = path.replace(['"', '\\'], "");
        format!(
            "{scheme} {algorithms}authorization_uri=\"{base}/oauth2/v1/authorize\", \
             realm=\"{base}\", scope=\"{scope}\", error=\"{error}\", \
             error_description=\"{description}\", resource=\"{path}\""
        )
    }
}

impl Denied {
    /// The answer to a request to `path` of the org at `base`.
    pub fn answer(self, base: &str, path: &str) -> Response {
        let challenge = match self {
            Self::Okta(error) => return error.into_response(),
            Self::Challenge(challenge) => challenge,
        };
        let mut response = match challenge.status {
            StatusCode::UNAUTHORIZED => OktaError::invalid_token().into_response(),
            StatusCode::FORBIDDEN => OktaError::no_permission().into_response(),
            // Okta has no body there.
            status => status.into_response(),
        };
        if let Ok(value) = HeaderValue::try_from(challenge.header(base, path)) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}
