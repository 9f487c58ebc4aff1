//! A service app, and how it authenticates: with a JWT that it signs.

use std::collections::{BTreeSet, HashMap};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use crate::emulator::jwt;
use crate::emulator::query_params::Params;

/// The longest an assertion may be valid.
const MAX_LIFETIME: u64 = 60 * 60;

/// A service app: its id, its public key, and what it may ask for.
pub struct Client {
    id: String,
    key: DecodingKey,
    algorithms: Vec<Algorithm>,
    granted: BTreeSet<String>,
    /// `dpop_bound_access_tokens`: a token is bound to the key of a DPoP proof, or there is none.
    requires_dpop: bool,
    /// Ids of assertions that were used, with the time they expire.
    used: HashMap<String, u64>,
}

/// Why a request to one of the endpoints is refused.
#[derive(Debug, PartialEq, Eq)]
pub struct ClientError {
    pub status: u16,
    pub error: &'static str,
    pub description: &'static str,
    /// What the next DPoP proof has to have in it.
    pub nonce: Option<String>,
}

/// What a request is sent to: the URLs that an assertion may be for, and the time.
pub struct Endpoint {
    pub audiences: Vec<String>,
    pub now: u64,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    exp: u64,
    jti: Option<String>,
}

impl Client {
    pub fn new(id: String, pem: &[u8], scopes: &str, requires_dpop: bool) -> Result<Self, String> {
        jwt::install();
        use Algorithm::{ES256, ES384, RS256, RS384, RS512};
        let (key, algorithms) = match DecodingKey::from_rsa_pem(pem) {
            Ok(key) => (key, vec![RS256, RS384, RS512]),
            Err(_) => {
                let key = DecodingKey::from_ec_pem(pem)
                    .map_err(|_| "--client-key: no public key, RSA or EC, in PEM".to_owned())?;
                (key, vec![ES256, ES384])
            }
        };
        let granted = scopes.split_whitespace().map(str::to_owned).collect();
        Ok(Self { id, key, algorithms, granted, requires_dpop, used: HashMap::new() })
    }

    pub fn requires_dpop(&self) -> bool {
        self.requires_dpop
    }

    /// Checks the assertion in `form`, which is used up by that, whatever else is wrong: so Okta
    /// does it, too.
    pub fn authenticate(&mut self, form: &Params, at: &Endpoint) -> Result<(), ClientError> {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        if form.get("client_assertion_type") != Some(kind) {
            return Err(invalid("client_assertion_type: only jwt-bearer"));
        }
        let assertion = form.get("client_assertion").ok_or(invalid("no client_assertion"))?;
        self.check_assertion(assertion, &at.audiences, at.now)
    }

    /// The scopes of the token that `form` asks for.
    pub fn scopes(&self, form: &Params) -> Result<BTreeSet<String>, ClientError> {
        let asked: BTreeSet<String> =
            form.get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        match !asked.is_empty() && asked.is_subset(&self.granted) {
            true => Ok(asked),
            false => {
                let description = "scope: missing, or not granted to the app";
                Err(ClientError::new(400, "invalid_scope", description))
            }
        }
    }

    fn check_assertion(
        &mut self,
        jwt: &str,
        audiences: &[String],
        now: u64,
    ) -> Result<(), ClientError> {
        let header = decode_header(jwt).map_err(|_| invalid("the assertion is no JWT"))?;
        if !self.algorithms.contains(&header.alg) {
            return Err(invalid("the assertion's algorithm does not go with the registered key"));
        }
        let mut rules = Validation::new(header.alg);
        rules.leeway = 0;
        rules.set_audience(audiences);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        rules.set_issuer(&[&self.id]);
        rules.sub = Some(self.id.clone());
        let claims = decode::<Claims>(jwt, &self.key, &rules)
            .map_err(|_| invalid("the assertion's signature or claims are not valid"))?
            .claims;
        if claims.iss != self.id || claims.sub != self.id {
            return Err(invalid("iss and sub must be the client id"));
        }
        if claims.exp > now + MAX_LIFETIME {
            return Err(invalid("exp is more than an hour ahead"));
        }
        self.used.retain(|_, expires| *expires >= now);
        let again = claims.jti.is_some_and(|jti| self.used.insert(jti, claims.exp).is_some());
        if again { Err(invalid("the assertion was used before")) } else { Ok(()) }
    }
}

impl ClientError {
    pub fn new(status: u16, error: &'static str, description: &'static str) -> Self {
        Self { status, error, description, nonce: None }
    }
}

fn invalid(description: &'static str) -> ClientError {
    ClientError::new(401, "invalid_client", description)
}
