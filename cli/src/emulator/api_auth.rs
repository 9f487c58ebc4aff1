//! Who may call the APIs: the API token, or an access token with the right scope.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, Method};
use subtle::ConstantTimeEq;

use super::challenge::{Challenge, Denied};
use super::dpop::{ProofError, TokenProofError};
use super::errors::OktaError;
use super::oauth::{Client, ClientError, Endpoint};
use super::query_params::Params;

/// How long an access token is valid, in seconds.
pub const LIFETIME: u64 = 60 * 60;

pub struct ApiAuth {
    api_token: String,
    revoked: AtomicBool,
    client: Mutex<Option<Client>>,
    issued: Mutex<HashMap<String, Grant>>,
}

#[derive(Clone)]
struct Grant {
    scopes: BTreeSet<String>,
    expires: u64,
    /// The thumbprint of the key that the token is bound to.
    key: Option<String>,
}

/// An access token that was made.
pub struct Issued {
    pub token: String,
    pub scopes: String,
    pub is_bound: bool,
}

/// A request to one of the APIs.
pub struct Call<'a> {
    pub method: &'a Method,
    pub path: &'a str,
    pub headers: &'a HeaderMap,
    pub now: u64,
}

impl ApiAuth {
    pub fn new(api_token: Option<String>, client: Option<Client>) -> Result<Self, String> {
        let api_token = api_token.map_or_else(random, Ok)?;
        let is_token = |byte: u8| byte.is_ascii_graphic();
        if api_token.is_empty() || !api_token.bytes().all(is_token) {
            return Err("--token: empty, or not what a header can carry".to_owned());
        }
        Ok(Self {
            api_token,
            revoked: AtomicBool::new(false),
            client: Mutex::new(client),
            issued: Mutex::default(),
        })
    }

    pub fn api_token(&self) -> &str {
        &self.api_token
    }

    /// Whether the API token is no longer accepted.
    pub fn is_revoked(&self) -> bool {
        self.revoked.load(Ordering::Relaxed)
    }

    pub fn revoke(&self) {
        self.revoked.store(true, Ordering::Relaxed);
    }

    /// `proof` checks the request's DPoP proof for an access token that is bound to this key.
    pub fn check(
        &self,
        call: &Call<'_>,
        proof: impl FnOnce(&str, &str) -> Result<(), ProofError>,
    ) -> Result<(), Denied> {
        let mut values = call.headers.get_all("authorization").iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(OktaError::invalid_token().into());
        };
        let value = value.as_bytes();
        if let Some(token) = value.strip_prefix(b"SSWS") {
            // The Python SDK 3 sends no space, and Okta takes it so.
            return Ok(self.check_api_token(token.trim_ascii_start())?);
        }
        let of = |scheme: &str| value.strip_prefix(scheme.as_bytes())?.strip_prefix(b" ");
        let found = ["Bearer", "DPoP"].into_iter().find_map(|scheme| Some((scheme, of(scheme)?)));
        let (scheme, token) = found.ok_or_else(OktaError::invalid_token)?;
        let token = str::from_utf8(token).unwrap_or_default();
        let scopes = scopes_for(call.method, call.path);
        let denied = |challenge: Challenge| Denied::from(challenge.of(scheme, &scopes[0]));
        let grant = self.grant_of(token, call.now).ok_or(denied(Challenge::INVALID_TOKEN))?;
        match (scheme, &grant.key) {
            ("Bearer", None) => {}
            ("DPoP", Some(key)) => {
                proof(token, key).map_err(|error| denied(Challenge::proof(error)))?;
            }
            ("DPoP", None) => return Err(denied(Challenge::INVALID_TOKEN)),
            _ => return Err(denied(Challenge::PROOF_REQUIRED)),
        }
        match scopes.iter().any(|scope| grant.scopes.contains(scope)) {
            true => Ok(()),
            false => Err(denied(Challenge::INSUFFICIENT_SCOPE)),
        }
    }

    fn grant_of(&self, token: &str, now: u64) -> Option<Grant> {
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.get(token).filter(|grant| grant.expires > now).cloned()
    }

    /// Takes the same time wherever a wrong token differs; its length is no secret.
    fn check_api_token(&self, token: &[u8]) -> Result<(), OktaError> {
        match bool::from(self.api_token.as_bytes().ct_eq(token)) && !self.is_revoked() {
            true => Ok(()),
            false => Err(OktaError::invalid_token()),
        }
    }

    /// An access token for what `form` asks. `proof` gives the key to bind it to, if the app
    /// requires that.
    pub fn issue(
        &self,
        form: &Params,
        at: &Endpoint,
        proof: impl FnOnce() -> Result<String, TokenProofError>,
    ) -> Result<Issued, ClientError> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        let client = client.as_mut().ok_or_else(no_client)?;
        client.authenticate(form, at)?;
        let key = client.requires_dpop().then(proof).transpose()?;
        let scopes = client.scopes(form)?;
        let names = scopes.iter().cloned().collect::<Vec<_>>().join(" ");
        let token =
            random().map_err(|_| ClientError::new(500, "server_error", "no random numbers"))?;
        let is_bound = key.is_some();
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.retain(|_, grant| grant.expires > at.now);
        issued.insert(token.clone(), Grant { scopes, expires: at.now + LIFETIME, key });
        Ok(Issued { token, scopes: names, is_bound })
    }

    /// Takes the access token in `form` back.
    pub fn revoke_issued(&self, form: &Params, at: &Endpoint) -> Result<(), ClientError> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        client.as_mut().ok_or_else(no_client)?.authenticate(form, at)?;
        let token = form.get("token");
        let token = token.ok_or(ClientError::new(400, "invalid_request", "token: missing"))?;
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
        Ok(())
    }
}

fn no_client() -> ClientError {
    let description = "no client is registered: start with --client-id and --client-key";
    ClientError::new(401, "invalid_client", description)
}

/// The scopes any one of which lets a request in: `manage` includes `read`.
fn scopes_for(method: &Method, path: &str) -> Vec<String> {
    let rest = path.strip_prefix("/api/v1/").unwrap_or_default();
    let what = match rest.split('/').next().unwrap_or_default() {
        "org" => "orgs",
        "api-tokens" => "apiTokens",
        "meta" if rest.starts_with("meta/types/") => "userTypes",
        "meta" => "schemas",
        other => other,
    };
    match method == Method::GET || method == Method::HEAD {
        true => vec![format!("okta.{what}.read"), format!("okta.{what}.manage")],
        false => vec![format!("okta.{what}.manage")],
    }
}

/// 256 bits that nobody can guess, in letters and digits.
pub fn random() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| format!("no random numbers: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
