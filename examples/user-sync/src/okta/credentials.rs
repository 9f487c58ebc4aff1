//! How this service shows Okta who it is.

use std::fmt;
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::header::HeaderValue;

use super::error::ConfigError;
use super::jwt;

/// One of the two ways that Okta's APIs accept.
#[derive(Debug)]
pub enum Credentials {
    /// An API token (`SSWS`), as the complete value of `Authorization`. It has the rights of the
    /// admin who made it, all of them.
    ApiToken(HeaderValue),
    /// A service app with a key pair and OAuth scopes, which Okta recommends.
    ServiceApp(ServiceApp),
}

impl Credentials {
    /// An API token as the admin console shows it.
    pub fn api_token(token: &str) -> Result<Self, ConfigError> {
        let token = token.trim();
        let token = token.strip_prefix("SSWS ").unwrap_or(token).trim_start();
        if token.is_empty() || token.contains(char::is_whitespace) {
            return Err(ConfigError::ApiToken);
        }
        secret_header(&format!("SSWS {token}")).map(Self::ApiToken).ok_or(ConfigError::ApiToken)
    }
}

/// A header value that `Debug` does not show.
pub fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// An OAuth app of the type "API Services": its id, its private key, and the scopes to ask for.
pub struct ServiceApp {
    pub(super) client_id: String,
    pub(super) key: EncodingKey,
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<String>,
    pub(super) scopes: String,
    pub(super) renewal: Option<Duration>,
}

impl ServiceApp {
    /// What the sync needs.
    pub const SCOPES: &str = "okta.users.read okta.logs.read";

    /// An app by its client id and its private key: PEM, RSA (PKCS#8 or PKCS#1) or EC (PKCS#8, on
    /// P-256 or P-384).
    pub fn new(client_id: &str, private_key: &str) -> Result<Self, ConfigError> {
        let client_id = client_id.trim();
        if client_id.is_empty() {
            return Err(ConfigError::ClientId);
        }
        let (algorithm, key) = signing_key(private_key)?;
        Ok(Self {
            client_id: client_id.to_owned(),
            key,
            algorithm,
            key_id: None,
            scopes: Self::SCOPES.to_owned(),
            renewal: None,
        })
    }

    /// The `kid` of the public key in the app: Okta wants it where several are registered.
    pub fn with_key_id(mut self, key_id: &str) -> Self {
        self.key_id = Some(key_id.to_owned());
        self
    }

    /// The scopes, separated by spaces.
    pub fn with_scopes(mut self, scopes: &str) -> Self {
        self.scopes = scopes.to_owned();
        self
    }

    /// Replaces a token this long before its end, and not five minutes or half its life before.
    pub fn with_renewal(mut self, early: Duration) -> Self {
        self.renewal = Some(early);
        self
    }
}

impl fmt::Debug for ServiceApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceApp")
            .field("client_id", &self.client_id)
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The key, and the algorithm that it can sign with.
fn signing_key(pem: &str) -> Result<(Algorithm, EncodingKey), ConfigError> {
    jwt::install();
    let read = |algorithm: Algorithm| {
        let key = match algorithm {
            Algorithm::RS256 => EncodingKey::from_rsa_pem(pem.as_bytes()),
            _ => EncodingKey::from_ec_pem(pem.as_bytes()),
        };
        // Only a signature shows whether it is whole, private, and of a size and curve that can be
        // used.
        let key = key.ok()?;
        jsonwebtoken::encode(&Header::new(algorithm), &(), &key).ok()?;
        Some((algorithm, key))
    };
    [Algorithm::RS256, Algorithm::ES256, Algorithm::ES384]
        .into_iter()
        .find_map(read)
        .ok_or_else(|| why_no_key(pem))
}

fn why_no_key(pem: &str) -> ConfigError {
    let has = |label: &str| pem.contains(label);
    match () {
        () if has("BEGIN ENCRYPTED PRIVATE KEY") || has("Proc-Type: 4,ENCRYPTED") => {
            ConfigError::EncryptedKey
        }
        () if has("BEGIN EC PRIVATE KEY") => ConfigError::Sec1Key,
        () if has("PUBLIC KEY-----") || has("BEGIN CERTIFICATE") => ConfigError::PublicKey,
        () => ConfigError::Key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_token_is_sent_as_ssws_however_it_was_pasted() {
        for text in ["00a-B_c", " 00a-B_c\n", "SSWS 00a-B_c"] {
            let Ok(Credentials::ApiToken(value)) = Credentials::api_token(text) else {
                panic!("{text} is a token")
            };
            assert_eq!(value, "SSWS 00a-B_c");
        }
        for text in ["", " ", "SSWS a b", "two words", "a\0b", "a\nb"] {
            assert_eq!(Credentials::api_token(text).unwrap_err(), ConfigError::ApiToken, "{text}");
        }
    }
}
