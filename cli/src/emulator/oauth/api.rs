//! `POST /oauth2/v1/token` and `/revoke`: from a request to the access tokens, and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::client::{ClientError, Endpoint};
use crate::emulator::api_auth::LIFETIME;
use crate::emulator::clock;
use crate::emulator::dpop::{Target, TokenProofError};
use crate::emulator::public_url;
use crate::emulator::query_params::Params;
use crate::emulator::request_body::ApiBody;
use crate::emulator::state::App;

const TOKEN: &str = "/oauth2/v1/token";

pub async fn token(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    ApiBody(body): ApiBody,
) -> Result<Response, ClientError> {
    let form = form(query, &headers, &body)?;
    if form.get("grant_type") != Some("client_credentials") {
        let description = "grant_type: only client_credentials";
        return Err(ClientError::new(400, "unsupported_grant_type", description));
    }
    let urls = public_url::urls(&app, &headers, TOKEN);
    let at = Endpoint { audiences: urls.clone(), now: clock::unix_seconds() };
    let target = Target { method: "POST", urls };
    let proof = || app.dpop.check_token_request(&headers, &target, at.now);
    let issued = app.api_auth.issue(&form, &at, proof)?;
    let kind = if issued.is_bound { "DPoP" } else { "Bearer" };
    Ok(Json(json!({
        "token_type": kind, "expires_in": LIFETIME, "access_token": issued.token,
        "scope": issued.scopes,
    }))
    .into_response())
}

/// Takes an access token back. One that is not known is none already, so that this succeeds, too.
pub async fn revoke(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    ApiBody(body): ApiBody,
) -> Result<StatusCode, ClientError> {
    let form = form(query, &headers, &body)?;
    let urls = |path| public_url::urls(&app, &headers, path);
    let audiences = [urls("/oauth2/v1/revoke"), urls(TOKEN)].concat();
    app.api_auth.revoke_issued(&form, &Endpoint { audiences, now: clock::unix_seconds() })?;
    Ok(StatusCode::OK)
}

/// Parameters in the query count as well as those in the form: the older SDKs send them there.
fn form(query: Option<String>, headers: &HeaderMap, body: &[u8]) -> Result<Params, ClientError> {
    let typed = headers
        .get("content-type")
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let query = query.unwrap_or_default();
    let form = match typed {
        true => str::from_utf8(body).ok(),
        false => Some("").filter(|_| !query.is_empty()),
    };
    let form = form.ok_or(ClientError::new(400, "invalid_request", "a form is expected"))?;
    Ok(Params::parse(&format!("{form}&{query}")))
}

impl From<TokenProofError> for ClientError {
    fn from(error: TokenProofError) -> Self {
        match error {
            TokenProofError::Proof(proof) => {
                Self::new(400, "invalid_dpop_proof", proof.description())
            }
            TokenProofError::UseNonce(nonce) => Self {
                nonce: Some(nonce),
                ..Self::new(
                    400,
                    "use_dpop_nonce",
                    "Authorization server requires nonce in DPoP proof.",
                )
            },
        }
    }
}

impl IntoResponse for ClientError {
    fn into_response(self) -> Response {
        let body = BTreeMap::from([("error", self.error), ("error_description", self.description)]);
        let status = StatusCode::from_u16(self.status).expect("one of ours");
        let nonce = self.nonce.map(|nonce| [("dpop-nonce", nonce)]);
        (status, nonce, Json(body)).into_response()
    }
}
