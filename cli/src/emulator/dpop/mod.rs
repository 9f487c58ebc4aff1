//! DPoP (RFC 9449): an access token that is of use only to who has the key that it is bound to.

mod proof;
mod used;

use std::sync::{Mutex, PoisonError};

use http::HeaderMap;

pub use proof::{ProofError, Target};

use super::api_auth::random;
use proof::Proof;
use used::{Nonces, UsedProofs};

/// What both the token endpoint and the APIs ask of proofs.
pub struct Dpop {
    nonces: Mutex<Nonces>,
    used: Mutex<UsedProofs>,
}

/// Why the token endpoint does not take a proof.
#[derive(Debug, PartialEq, Eq)]
pub enum TokenProofError {
    Proof(ProofError),
    /// The next one has to have this nonce.
    UseNonce(String),
}

impl From<ProofError> for TokenProofError {
    fn from(error: ProofError) -> Self {
        Self::Proof(error)
    }
}

impl Dpop {
    pub fn new(now: u64) -> Result<Self, String> {
        let nonces = Mutex::new(Nonces::new(random()?, now));
        Ok(Self { nonces, used: Mutex::default() })
    }

    /// The thumbprint of the key that an access token is to be bound to.
    pub fn check_token_request(
        &self,
        headers: &HeaderMap,
        target: &Target<'_>,
        now: u64,
    ) -> Result<String, TokenProofError> {
        let proof = Proof::read(headers, target, now)?;
        let mut nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        let current = nonces.current(now, || random().ok());
        if !proof.nonce.as_deref().is_some_and(|nonce| nonces.knows(nonce, now)) {
            return Err(TokenProofError::UseNonce(current));
        }
        self.use_up(&proof, now)?;
        Ok(proof.key)
    }

    /// Whether a request comes from who the token is bound to. A nonce is not asked for there.
    pub fn check_request(
        &self,
        headers: &HeaderMap,
        target: &Target<'_>,
        token: &str,
        key: &str,
        now: u64,
    ) -> Result<(), ProofError> {
        let proof = Proof::read(headers, target, now)?;
        proof.check_token(token, key)?;
        self.use_up(&proof, now)
    }

    fn use_up(&self, proof: &Proof, now: u64) -> Result<(), ProofError> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.add(proof, now) { Ok(()) } else { Err(ProofError::Used) }
    }
}
