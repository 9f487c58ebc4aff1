//! The users of an old system: who they are, and the argon2 hashes of their passwords.

use std::collections::HashMap;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};

/// Their hashes by their names in lower case.
pub struct LegacyUsers {
    hashes: HashMap<String, PasswordHash>,
    /// What the passwords of everybody else are compared with. It fits none, and takes as long.
    dummy: PasswordHash,
}

impl LegacyUsers {
    /// Nobody.
    pub fn none() -> Result<Self, String> {
        Self::parse("")
    }

    /// Reads lines like `john.doe@example.com:$argon2id$v=19$m=19456,t=2,p=1$…$…`. Empty ones, and
    /// those that begin with `#`, are left out.
    ///
    /// All hashes are of one algorithm with the same parameters, so that the time a check takes does
    /// not tell who is in the file. An error says in which line, never what is there.
    pub fn parse(lines: &str) -> Result<Self, String> {
        let mut hashes: HashMap<String, PasswordHash> = HashMap::new();
        let mut dummy = None;
        for (number, line) in (1..).zip(lines.lines().map(str::trim)) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |why: &str| format!("line {number}: {why}");
            let (name, hash) = line.rsplit_once(':').ok_or_else(|| wrong("expected name:hash"))?;
            let hash = whole(hash).ok_or_else(|| wrong("not a whole argon2 hash"))?;
            if !same_cost(dummy.get_or_insert_with(|| hash.clone()), &hash) {
                return Err(wrong("other parameters than in the first hash"));
            }
            if hashes.insert(name.to_lowercase(), hash).is_some() {
                return Err(wrong("the name is there already"));
            }
        }
        let dummy = dummy_like(dummy).ok_or("no random bytes for a hash")?;
        Ok(Self { hashes, dummy })
    }

    /// Whether it is the user's password. It takes as long for somebody who is not in the file.
    pub fn is_right(&self, name: &str, password: &str) -> bool {
        let known = self.hashes.get(&name.to_lowercase());
        let hash = known.unwrap_or(&self.dummy);
        let fits = Argon2::default().verify_password(password.as_bytes(), hash).is_ok();
        fits && known.is_some()
    }
}

/// The hash, if nothing is missing to check a password with it.
fn whole(hash: &str) -> Option<PasswordHash> {
    let hash = PasswordHash::new(hash).ok()?;
    let is_argon2 = argon2::Algorithm::try_from(hash.algorithm.as_str()).is_ok();
    let is_whole = hash.salt.is_some() && hash.hash.is_some() && Params::try_from(&hash).is_ok();
    (is_argon2 && is_whole).then_some(hash)
}

fn same_cost(one: &PasswordHash, other: &PasswordHash) -> bool {
    let cost = |hash: &PasswordHash| {
        let length = hash.hash.as_ref().map(|hash| hash.len());
        (hash.algorithm.to_string(), hash.version, hash.params.to_string(), length)
    };
    cost(one) == cost(other)
}

/// A hash of random bytes that nobody knows, of the same cost as `hash`.
fn dummy_like(hash: Option<PasswordHash>) -> Option<PasswordHash> {
    let (mut salt, mut password) = ([0; 16], [0; 32]);
    getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut password)).ok()?;
    let mut dummy = Argon2::default().hash_password_with_salt(&password, &salt).ok()?;
    if let Some(hash) = hash {
        (dummy.algorithm, dummy.version, dummy.params) =
            (hash.algorithm, hash.version, hash.params);
    }
    Some(dummy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The password is `correct horse`; the parameters are cheap ones.
    const HASH: &str = "$argon2id$v=19$m=64,t=1,p=1$c90pDdAYLg3yVaLI3EBWgw$G9e6HIKs5lcBJfD78/8C0iCwmk76l1OVUXlvTDThzL0";

    fn parse(lines: &[&str]) -> Result<LegacyUsers, String> {
        LegacyUsers::parse(&lines.join("\n"))
    }

    #[test]
    fn a_file_has_names_and_hashes_and_nothing_else() {
        let john = format!("  John.Doe@example.com:{HASH}  ");
        let users = parse(&["# a comment", "", &john]).unwrap();
        assert!(users.is_right("john.doe@EXAMPLE.com", "correct horse"));
        assert!(!users.is_right("john.doe@example.com", "correct horse "));
        assert!(!users.is_right("jane.doe@example.com", "correct horse"));
        for (line, why) in [
            ("jane", "expected name:hash"),
            ("jane:s3cret", "not a whole argon2 hash"),
            ("jane:$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ", "not a whole argon2 hash"),
            ("jane:$pbkdf2-sha256$i=1000$c29tZXNhbHQ$MDEyMzQ1Njc4OWFi", "not a whole argon2 hash"),
            (john.trim(), "the name is there already"),
            (
                &format!("jane:{}", HASH.replace("t=1", "t=2")),
                "other parameters than in the first hash",
            ),
            (
                &format!("jane:{}", HASH.replace("2id", "2i")),
                "other parameters than in the first hash",
            ),
        ] {
            let error = parse(&[&john, line]).err();
            assert_eq!(error, Some(format!("line 2: {why}")), "{line}");
        }
    }

    #[test]
    fn somebody_unknown_costs_what_the_others_cost() {
        let users = parse(&[&format!("john:{HASH}")]).unwrap();
        assert!(same_cost(&users.dummy, &users.hashes["john"]));
        assert_ne!(users.dummy.hash, users.hashes["john"].hash);
        // A dummy that could not be checked would be refused at once.
        let unknown = Argon2::default().verify_password(b"correct horse", &users.dummy);
        assert_eq!(unknown, Err(argon2::password_hash::Error::PasswordInvalid));
        let nobody = LegacyUsers::none().unwrap();
        assert!(!nobody.is_right("john", "correct horse"));
        assert_eq!(
            nobody.dummy.params.to_string(),
            "m=19456,t=2,p=1",
            "as expensive as by default"
        );
    }
}
