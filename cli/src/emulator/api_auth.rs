//! Who may call the APIs: the API token, or an access token with the right scope.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, Method};
use subtle::ConstantTimeEq;

use super::clock;
use super::errors::OktaError;
use super::oauth::{Client, Refusal};
use super::query_params::Params;

/// How long an access token is valid, in seconds.
pub const LIFETIME: u64 = 60 * 60;

pub struct ApiAuth {
    api_token: String,
    revoked: AtomicBool,
    client: Mutex<Option<Client>>,
    issued: Mutex<HashMap<String, Grant>>,
}

struct Grant {
    scopes: BTreeSet<String>,
    expires: u64,
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

    pub fn check(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<(), OktaError> {
        let mut values = headers.get_all("authorization").iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(OktaError::invalid_token());
        };
        let value = value.as_bytes();
        if let Some(token) = value.strip_prefix(b"SSWS") {
            // The Python SDK 3 sends no space, and Okta takes it so.
            return self.check_api_token(token.trim_ascii_start());
        }
        let bearer = value.strip_prefix(b"Bearer ").and_then(|token| str::from_utf8(token).ok());
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let grant = bearer.and_then(|token| issued.get(token));
        let now = clock::unix_seconds();
        let Some(grant) = grant.filter(|grant| grant.expires > now) else {
            return Err(OktaError::invalid_token());
        };
        let scopes = scopes_for(method, path);
        match scopes.iter().any(|scope| grant.scopes.contains(scope)) {
            true => Ok(()),
            false => Err(OktaError::no_permission()),
        }
    }

    /// Takes the same time wherever a wrong token differs; its length is no secret.
    fn check_api_token(&self, token: &[u8]) -> Result<(), OktaError> {
        match bool::from(self.api_token.as_bytes().ct_eq(token)) && !self.is_revoked() {
            true => Ok(()),
            false => Err(OktaError::invalid_token()),
        }
    }

    /// An access token for what `form` asks, and its scopes.
    pub fn issue(&self, form: &Params, audiences: &[String]) -> Result<(String, String), Refusal> {
        let now = clock::unix_seconds();
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(client) = client.as_mut() else {
            let description = "no client is registered: start with --client-id and --client-key";
            return Err(Refusal { status: 401, error: "invalid_client", description });
        };
        let scopes = client.grant(form, audiences, now)?;
        let names = scopes.iter().cloned().collect::<Vec<_>>().join(" ");
        let token = random().map_err(|_| Refusal {
            status: 500,
            error: "server_error",
            description: "no random numbers",
        })?;
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.retain(|_, grant| grant.expires > now);
        issued.insert(token.clone(), Grant { scopes, expires: now + LIFETIME });
        Ok((token, names))
    }
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
fn random() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| format!("no random numbers: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
