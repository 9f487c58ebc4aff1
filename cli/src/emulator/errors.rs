//! Okta's errors, as JSON with Okta's codes.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

const NO_PATH: &str = "E0000008";
const NO_METHOD: &str = "E0000022";

/// Goes with an answer that says there is no such path or method: Okta may have it.
#[derive(Clone, Copy)]
pub struct NotHere;

#[derive(Debug)]
pub struct OktaError {
    status: StatusCode,
    code: &'static str,
    summary: String,
    causes: Vec<String>,
}

impl OktaError {
    fn new(status: StatusCode, code: &'static str, summary: impl Into<String>) -> Self {
        Self { status, code, summary: summary.into(), causes: Vec::new() }
    }

    /// What was sent does not make a valid `of`; the cause says which part.
    pub fn validation(of: &str, cause: impl Into<String>) -> Self {
        let summary = format!("Api validation failed: {of}");
        let mut error = Self::new(StatusCode::BAD_REQUEST, "E0000001", summary);
        error.causes.push(cause.into());
        error
    }

    /// The same with several causes.
    pub fn validation_of(of: &str, causes: Vec<String>) -> Self {
        Self { causes, ..Self::validation(of, "") }
    }

    pub fn with_cause(mut self, cause: &str) -> Self {
        self.causes.push(cause.to_owned());
        self
    }

    /// A password that is wrong, or cannot be changed.
    pub fn credentials(cause: &str) -> Self {
        Self::forbidden("E0000014", "Update of credentials failed").with_cause(cause)
    }

    pub fn malformed() -> Self {
        let summary = "The request body was not well-formed.";
        Self::new(StatusCode::BAD_REQUEST, "E0000003", summary)
    }

    /// A body that is too large, or did not arrive.
    pub fn unread(status: StatusCode) -> Self {
        Self { status, ..Self::malformed() }
    }

    pub fn search(detail: &str) -> Self {
        let summary = format!("Invalid search criteria: {detail}.");
        Self::new(StatusCode::BAD_REQUEST, "E0000031", summary)
    }

    pub fn parameter(detail: &str) -> Self {
        let summary = format!("Invalid parameter: {detail}.");
        Self::new(StatusCode::BAD_REQUEST, "E0000053", summary)
    }

    pub fn invalid_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "E0000011", "Invalid token provided")
    }

    pub fn no_permission() -> Self {
        let summary = "You do not have permission to perform the requested action";
        Self::new(StatusCode::FORBIDDEN, "E0000006", summary)
    }

    /// An operation the user's status does not allow.
    pub fn forbidden(code: &'static str, summary: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, summary)
    }

    pub fn not_found(id: &str, kind: &str) -> Self {
        let summary = format!("Not found: Resource not found: {id} ({kind})");
        Self::new(StatusCode::NOT_FOUND, "E0000007", summary)
    }

    pub fn no_path() -> Self {
        let summary = "The requested path was not found";
        Self::new(StatusCode::NOT_FOUND, NO_PATH, summary)
    }

    pub fn method() -> Self {
        let summary = "The endpoint does not support the provided HTTP method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, NO_METHOD, summary)
    }

    pub fn rate_limit() -> Self {
        let summary = "API call exceeded rate limit due to too many requests.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "E0000047", summary)
    }

    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "E0000009", "Internal Server Error")
    }

    /// What a request asked for itself to be answered with.
    pub fn injected(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::invalid_token(),
            StatusCode::FORBIDDEN => Self::no_permission(),
            StatusCode::TOO_MANY_REQUESTS => Self::rate_limit(),
            _ => Self { status, ..Self::internal() },
        }
    }

    /// A request no browser should make here: not Okta's, the emulator's own.
    pub fn foreign(detail: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "E0000006", format!("Refused: {detail}"))
    }
}

impl IntoResponse for OktaError {
    fn into_response(self) -> Response {
        let causes: Vec<_> =
            self.causes.iter().map(|cause| json!({ "errorSummary": cause })).collect();
        let id = (0..17).map(|_| fastrand::alphanumeric()).collect::<String>();
        let body = json!({
            "errorCode": self.code,
            "errorSummary": self.summary,
            "errorLink": self.code,
            "errorId": format!("oae{id}"),
            "errorCauses": causes,
        });
        let mut response = (self.status, Json(body)).into_response();
        if matches!(self.code, NO_PATH | NO_METHOD) {
            response.extensions_mut().insert(NotHere);
        }
        response
    }
}
