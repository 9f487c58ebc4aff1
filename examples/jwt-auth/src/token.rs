//! The check of one access token.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::Value;

use crate::keys::Keys;

/// Which tokens are accepted: RS256 by a key of the issuer's, of this issuer, for this audience.
pub struct TokenCheck {
    keys: Keys,
    validation: Validation,
}

impl TokenCheck {
    pub fn new(keys: Keys, issuer: &str, audience: &str) -> Self {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.leeway = 10;
        Self { keys, validation }
    }

    /// Checks a token; the reason goes to the sender, and says nothing of what is in the token.
    pub fn verify(&self, token: &str) -> Result<(), &'static str> {
        let header = decode_header(token).map_err(|_| "the token cannot be read")?;
        // Before the key is looked up: the token does not choose how it is checked.
        if header.alg != Algorithm::RS256 {
            return Err("the token is not signed with RS256");
        }
        let id = header.kid.ok_or("the token names no key")?;
        let key = self.keys.get(&id).ok_or("the token is signed with an unknown key")?;
        let checked = decode::<Value>(token, &key, &self.validation);
        checked.map(drop).map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => "the token's signature is wrong",
            ErrorKind::ExpiredSignature => "the token has expired",
            ErrorKind::InvalidIssuer => "the token is of another issuer",
            ErrorKind::InvalidAudience => "the token is for another audience",
            ErrorKind::MissingRequiredClaim(_) => "the token lacks exp, iss or aud",
            _ => "the token is not valid",
        })
    }
}
