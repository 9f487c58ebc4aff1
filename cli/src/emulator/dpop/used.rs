//! What is remembered of proofs: the nonces that they may have, and which ones were used.

use std::collections::{HashSet, VecDeque};

use ring::digest::{SHA256, digest};

use super::proof::{MAX_AGE, Proof};

const DAY: u64 = 24 * 60 * 60;

/// The nonces of the token endpoint: a new one each day, good for three.
pub struct Nonces(VecDeque<(String, u64)>);

impl Nonces {
    pub fn new(first: String, now: u64) -> Self {
        Self(VecDeque::from([(first, now)]))
    }

    /// The nonce to hand out; `renew` makes one when it is time for it, if it can.
    pub fn current(&mut self, now: u64, renew: impl FnOnce() -> Option<String>) -> String {
        let age = |issued: u64| now.saturating_sub(issued);
        if self.0.back().is_none_or(|(_, issued)| age(*issued) >= DAY)
            && let Some(nonce) = renew()
        {
            self.0.push_back((nonce, now));
        }
        while self.0.len() > 1 && self.0.front().is_some_and(|(_, issued)| age(*issued) > 3 * DAY) {
            self.0.pop_front();
        }
        self.0.back().map(|(nonce, _)| nonce.clone()).unwrap_or_default()
    }

    pub fn knows(&self, nonce: &str, now: u64) -> bool {
        let young = |issued: u64| now.saturating_sub(issued) <= 3 * DAY;
        self.0.iter().any(|(known, issued)| known == nonce && young(*issued))
    }
}

/// How long a proof can be used at most, its clock being ahead as far as it may.
const LIFETIME: u64 = 2 * MAX_AGE;

/// As hashes, and no more than twice so many: whoever makes more proofs than that in ten minutes may
/// use the oldest again.
const MAX_PROOFS: usize = 100_000;

/// The proofs of the last ten minutes, each of which is good for one request.
#[derive(Default)]
pub struct UsedProofs {
    since: u64,
    recent: HashSet<[u8; 32]>,
    before: HashSet<[u8; 32]>,
}

impl UsedProofs {
    /// `false` if it was used before.
    pub fn add(&mut self, proof: &Proof, now: u64) -> bool {
        if now >= self.since + LIFETIME || self.recent.len() >= MAX_PROOFS {
            self.before = std::mem::take(&mut self.recent);
            self.since = now;
        }
        let hash = digest(&SHA256, format!("{} {}", proof.key, proof.jti).as_bytes());
        let hash = hash.as_ref().try_into().expect("SHA-256 has 32 bytes");
        !self.before.contains(&hash) && self.recent.insert(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_renewed_each_day_and_good_for_three() {
        let mut nonces = Nonces::new("a".to_owned(), 0);
        let renew = |nonce: &str| Some(nonce.to_owned());
        assert_eq!(nonces.current(DAY - 1, || renew("b")), "a");
        assert_eq!(nonces.current(DAY, || None), "a", "there are no random numbers");
        assert_eq!(nonces.current(DAY, || renew("b")), "b");
        assert!(nonces.knows("a", 3 * DAY) && nonces.knows("b", 3 * DAY));
        assert!(!nonces.knows("a", 3 * DAY + 1) && !nonces.knows("c", DAY));
        for day in 2..100 {
            nonces.current(day * DAY, || renew(&format!("{day}")));
        }
        assert!(nonces.0.len() <= 4, "{}", nonces.0.len());
    }

    #[test]
    fn a_proof_is_good_once_while_it_is_young_and_memory_is_bounded() {
        let mut used = UsedProofs::default();
        let proof = |jti: u64| Proof::of("key", &jti.to_string());
        assert!(used.add(&proof(1), 1_000_000));
        assert!(!used.add(&proof(1), 1_000_000 + LIFETIME), "another generation knows it");
        assert!(used.add(&Proof::of("other", "1"), 1_000_000), "of another key");
        for jti in 0..3 * MAX_PROOFS as u64 {
            used.add(&proof(jti), 1_000_000);
        }
        assert!(used.recent.len() <= MAX_PROOFS && used.before.len() <= MAX_PROOFS);
    }
}
