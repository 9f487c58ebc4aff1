//! What signs JWTs, and checks their signatures: ring, which TLS needs here anyway.
//!
//! Of the two back ends that jsonwebtoken has itself, one is a C library of its own to build, and the
//! other has RSA with an open advisory (RUSTSEC-2023-0071).

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::jwk::ThumbprintHash;
use jsonwebtoken::signature::{Error, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::digest;
use ring::rand::SystemRandom;
use ring::signature::{
    self, EcdsaKeyPair, RsaKeyPair, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
    VerificationAlgorithm,
};

/// Makes jsonwebtoken use it in this process: RS256, ES256 and ES384, and to check also RS384 and
/// RS512. Comes before everything else that is done with jsonwebtoken; twice does no harm.
pub fn install() {
    static RING: CryptoProvider = CryptoProvider {
        signer_factory: |algorithm, key| Ok(Box::new(RingSigner::new(*algorithm, key)?)),
        verifier_factory: |algorithm, key| Ok(Box::new(RingVerifier::new(*algorithm, key)?)),
        key_utils: KeyUtils { compute_digest, ..KeyUtils::new_unimplemented() },
    };
    let _ = RING.install_default();
}

/// For thumbprints of keys, which is all that is done with JWKs beside verifying.
fn compute_digest(data: &[u8], hash: ThumbprintHash) -> Result<Vec<u8>> {
    let algorithm = match hash {
        ThumbprintHash::SHA256 => &digest::SHA256,
        ThumbprintHash::SHA384 => &digest::SHA384,
        ThumbprintHash::SHA512 => &digest::SHA512,
        _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    Ok(digest::digest(algorithm, data).as_ref().to_vec())
}

struct RingSigner {
    algorithm: Algorithm,
    key: Key,
}

enum Key {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

impl RingSigner {
    fn new(algorithm: Algorithm, key: &EncodingKey) -> Result<Self> {
        let der = key.as_bytes();
        let ec = |curve| {
            let pair = EcdsaKeyPair::from_pkcs8(curve, der, &SystemRandom::new());
            pair.map(Key::Ec).map_err(|_| ErrorKind::InvalidEcdsaKey)
        };
        let key = match algorithm {
            Algorithm::RS256 => RsaKeyPair::from_der(der)
                .map(Key::Rsa)
                .map_err(|error| ErrorKind::InvalidRsaKey(error.to_string()))?,
            Algorithm::ES256 => ec(&signature::ECDSA_P256_SHA256_FIXED_SIGNING)?,
            Algorithm::ES384 => ec(&signature::ECDSA_P384_SHA384_FIXED_SIGNING)?,
            _ => return Err(ErrorKind::InvalidAlgorithm.into()),
        };
        Ok(Self { algorithm, key })
    }
}

impl Signer<Vec<u8>> for RingSigner {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&signature::RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map(|()| signature)
            }
            Key::Ec(pair) => pair.sign(&random, message).map(|signed| signed.as_ref().to_vec()),
        }
        .map_err(|_| Error::new())
    }
}

impl JwtSigner for RingSigner {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

struct RingVerifier {
    algorithm: Algorithm,
    key: DecodingKeyKind,
}

impl RingVerifier {
    fn new(algorithm: Algorithm, key: &DecodingKey) -> Result<Self> {
        match rsa(algorithm).is_some() || ec(algorithm).is_some() {
            true => Ok(Self { algorithm, key: key.kind().clone() }),
            false => Err(ErrorKind::InvalidAlgorithm.into()),
        }
    }
}

fn rsa(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::RS256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        _ => None,
    }
}

fn ec(algorithm: Algorithm) -> Option<&'static dyn VerificationAlgorithm> {
    match algorithm {
        Algorithm::ES256 => Some(&signature::ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Some(&signature::ECDSA_P384_SHA384_FIXED),
        _ => None,
    }
}

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let verified = match (&self.key, rsa(self.algorithm), ec(self.algorithm)) {
            (DecodingKeyKind::RsaModulusExponent { n, e }, Some(rules), _) => {
                RsaPublicKeyComponents { n, e }.verify(rules, message, signature)
            }
            (DecodingKeyKind::SecretOrDer(key), Some(rules), _) => {
                UnparsedPublicKey::new(rules, key).verify(message, signature)
            }
            (DecodingKeyKind::SecretOrDer(key), None, Some(rules)) => {
                UnparsedPublicKey::new(rules, key).verify(message, signature)
            }
            _ => Err(ring::error::Unspecified),
        };
        verified.map_err(|_| Error::new())
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
