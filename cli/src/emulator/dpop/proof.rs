//! One proof: a JWT that is signed for a single request, by the key that is in it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};

/// How old a proof may be, and how far ahead the clock of its client.
pub const MAX_AGE: u64 = 5 * 60;

const ALGORITHMS: [Algorithm; 5] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::ES256, Algorithm::ES384];

/// A proof that is signed well, and made for this request and time.
pub struct Proof {
    /// The thumbprint of the key that signed it.
    pub key: String,
    pub jti: String,
    pub nonce: Option<String>,
    ath: Option<String>,
}

/// The request that a proof has to be made for.
pub struct Target<'a> {
    pub method: &'a str,
    /// What its URL may be: an org is known under several names.
    pub urls: Vec<String>,
}

/// What is wrong with a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    Missing,
    /// Not one signed JWT of the type `dpop+jwt` with its public key.
    Invalid,
    Claim(Claim),
    TooOld,
    Used,
    OtherToken,
    OtherKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    Htm,
    Htu,
    Iat,
    Jti,
}

impl ProofError {
    /// In Okta's words, where they are known: those of `Invalid` and `OtherKey` are not.
    pub fn description(self) -> &'static str {
        match self {
            Self::Missing => "The DPoP proof JWT header is missing.",
            Self::Invalid => "The DPoP proof JWT is invalid.",
            Self::Claim(Claim::Htm) => "'htm' claim in the DPoP proof JWT is invalid.",
            Self::Claim(Claim::Htu) => "'htu' claim in the DPoP proof JWT is invalid.",
            Self::Claim(Claim::Iat) => "'iat' claim in the DPoP proof JWT is invalid.",
            Self::Claim(Claim::Jti) => "'jti' claim in the DPoP proof JWT is invalid.",
            Self::TooOld => "The DPoP proof JWT is issued more than five minutes in the past.",
            Self::Used => "The DPoP proof JWT has already been used.",
            Self::OtherToken => {
                "'ath' claim in the DPoP proof does not match the presented access_token."
            }
            Self::OtherKey => "The DPoP proof JWT is not signed by the key of the access token.",
        }
    }
}

impl Proof {
    /// The proof in the header `DPoP` of a request to `target` at `now`, in seconds since 1970.
    pub fn read(headers: &HeaderMap, target: &Target<'_>, now: u64) -> Result<Self, ProofError> {
        let mut values = headers.get_all("dpop").iter();
        let jwt = match (values.next(), values.next()) {
            (None, _) => return Err(ProofError::Missing),
            (Some(one), None) => one.to_str().map_err(|_| ProofError::Invalid)?,
            _ => return Err(ProofError::Invalid),
        };
        let (key, claims) = verify(jwt).ok_or(ProofError::Invalid)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("htm") != Some(target.method) {
            return Err(ProofError::Claim(Claim::Htm));
        }
        let url = text("htu").map(|url| url.strip_suffix('/').unwrap_or(url));
        if !url.is_some_and(|url| target.urls.iter().any(|known| known == url)) {
            return Err(ProofError::Claim(Claim::Htu));
        }
        let issued = claims.get("iat").and_then(Value::as_f64).map(|seconds| seconds as u64);
        let issued = issued.ok_or(ProofError::Claim(Claim::Iat))?;
        if issued.saturating_add(MAX_AGE) < now {
            return Err(ProofError::TooOld);
        }
        if issued > now + MAX_AGE {
            return Err(ProofError::Claim(Claim::Iat));
        }
        let jti = text("jti").filter(|jti| !jti.is_empty());
        Ok(Self {
            key,
            jti: jti.ok_or(ProofError::Claim(Claim::Jti))?.to_owned(),
            nonce: text("nonce").map(str::to_owned),
            ath: text("ath").map(str::to_owned),
        })
    }

    #[cfg(test)]
    pub fn of(key: &str, jti: &str) -> Self {
        Self { key: key.to_owned(), jti: jti.to_owned(), nonce: None, ath: None }
    }

    /// Whether it goes with this access token, which is bound to `key`.
    pub fn check_token(&self, token: &str, key: &str) -> Result<(), ProofError> {
        if self.ath != Some(URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()))) {
            return Err(ProofError::OtherToken);
        }
        if self.key != key { Err(ProofError::OtherKey) } else { Ok(()) }
    }
}

/// The thumbprint of the key, and the claims that it signed.
fn verify(jwt: &str) -> Option<(String, Map<String, Value>)> {
    let header = decode_header(jwt).ok()?;
    let is_proof = header.typ.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("dpop+jwt"));
    if !is_proof || !ALGORITHMS.contains(&header.alg) || shows_private_key(jwt) {
        return None;
    }
    let jwk: Jwk = header.jwk?;
    let mut rules = Validation::new(header.alg);
    // Its own claims say when and for whom it is: see `Proof::read`.
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_aud = false;
    let claims = decode(jwt, &DecodingKey::from_jwk(&jwk).ok()?, &rules).ok()?.claims;
    Some((jwk.thumbprint(ThumbprintHash::SHA256).ok()?, claims))
}

fn shows_private_key(jwt: &str) -> bool {
    let header = jwt.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header: Option<Value> = header.and_then(|header| serde_json::from_slice(&header).ok());
    header.is_none_or(|header| header["jwk"]["d"] != Value::Null)
}
