//! `POST /oauth2/v1/token`: client credentials for a service app that signs with its private key.

use std::collections::{BTreeSet, HashMap};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::jwt;
use super::query_params::Params;

pub const ALL_SCOPES: &str = "okta.users.read okta.users.manage okta.groups.read \
    okta.groups.manage okta.logs.read okta.eventHooks.read okta.eventHooks.manage \
    okta.inlineHooks.read okta.inlineHooks.manage okta.apps.read okta.apps.manage okta.orgs.read \
    okta.schemas.read okta.schemas.manage okta.userTypes.read okta.apiTokens.read \
    okta.apiTokens.manage";

/// The longest an assertion may be valid.
const MAX_LIFETIME: u64 = 60 * 60;

/// A service app: its id, its public key, and what it may ask for.
pub struct Client {
    id: String,
    key: DecodingKey,
    algorithms: Vec<Algorithm>,
    granted: BTreeSet<String>,
    /// Ids of assertions that were used, with the time they expire.
    used: HashMap<String, u64>,
}

/// What the endpoint says instead of a token.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub error: &'static str,
    pub description: &'static str,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    exp: u64,
    jti: Option<String>,
}

impl Client {
    pub fn new(id: String, pem: &[u8], scopes: &str) -> Result<Self, String> {
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
        Ok(Self { id, key, algorithms, granted, used: HashMap::new() })
    }

    /// The scopes of the token that `form` asks for. `audiences` are the URLs of this endpoint.
    pub fn grant(
        &mut self,
        form: &Params,
        audiences: &[String],
        now: u64,
    ) -> Result<BTreeSet<String>, Refusal> {
        if form.get("grant_type") != Some("client_credentials") {
            return Err(refusal(
                400,
                "unsupported_grant_type",
                "grant_type: only client_credentials",
            ));
        }
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        if form.get("client_assertion_type") != Some(kind) {
            return Err(invalid("client_assertion_type: only jwt-bearer"));
        }
        let assertion = form.get("client_assertion").ok_or(invalid("no client_assertion"))?;
        self.check_assertion(assertion, audiences, now)?;
        let asked: BTreeSet<String> =
            form.get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        match !asked.is_empty() && asked.is_subset(&self.granted) {
            true => Ok(asked),
            false => {
                Err(refusal(400, "invalid_scope", "scope: missing, or not granted to the app"))
            }
        }
    }

    fn check_assertion(
        &mut self,
        jwt: &str,
        audiences: &[String],
        now: u64,
    ) -> Result<(), Refusal> {
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

fn refusal(status: u16, error: &'static str, description: &'static str) -> Refusal {
    Refusal { status, error, description }
}

fn invalid(description: &'static str) -> Refusal {
    refusal(401, "invalid_client", description)
}
