//! The users of an old system: who they are, and the argon2 hashes of their passwords.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// Their hashes by their names in lower case.
pub struct LegacyUsers {
    hashes: HashMap<String, PasswordHash>,
    /// What the passwords of everybody else are compared with. It fits none, and takes as long.
    dummy: PasswordHash,
    /// What computes all of them.
    argon2: Argon2<'static>,
    /// What hashing works in, 19 MB each. It is kept: allocated and freed for each password, so large
    /// and aligned, it would make the process grow without end.
    memory: Mutex<Vec<Vec<Block>>>,
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
        let mut first = None;
        for (number, line) in (1..).zip(lines.lines().map(str::trim)) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |why: &str| format!("line {number}: {why}");
            let (name, hash) = line.rsplit_once(':').ok_or_else(|| wrong("expected name:hash"))?;
            let hash = whole(hash).ok_or_else(|| wrong("not a whole argon2 hash"))?;
            if !same_cost(first.get_or_insert_with(|| hash.clone()), &hash) {
                return Err(wrong("other parameters than in the first hash"));
            }
            if hashes.insert(name.to_lowercase(), hash).is_some() {
                return Err(wrong("the name is there already"));
            }
        }
        let argon2 = first.as_ref().and_then(argon2_of).unwrap_or_default();
        let dummy = dummy(first).ok_or("no random bytes for a hash")?;
        Ok(Self { hashes, dummy, argon2, memory: Mutex::default() })
    }

    /// Whether it is the user's password. It takes as long for somebody who is not in the file.
    pub fn is_right(&self, name: &str, password: &str) -> bool {
        let known = self.hashes.get(&name.to_lowercase());
        let hash = known.unwrap_or(&self.dummy);
        let fits = self.hash(password, hash).is_some_and(|output| hash.hash == Some(output));
        fits && known.is_some()
    }

    /// The password hashed as in `like`. Outputs are compared in constant time.
    fn hash(&self, password: &str, like: &PasswordHash) -> Option<Output> {
        let pool = || self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = pool().pop().unwrap_or_default();
        memory.resize(self.argon2.params().block_count(), Block::new());
        let (salt, mut output) = (like.salt.as_ref()?, vec![0; like.hash.as_ref()?.len()]);
        let hashed = self.argon2.hash_password_into_with_memory(
            password.as_bytes(),
            salt,
            &mut output,
            &mut memory,
        );
        pool().push(memory);
        hashed.ok().and_then(|()| Output::new(&output).ok())
    }
}

/// The hash, if nothing is missing to check a password with it.
fn whole(hash: &str) -> Option<PasswordHash> {
    let hash = PasswordHash::new(hash).ok()?;
    let is_whole = hash.salt.is_some() && hash.hash.is_some() && argon2_of(&hash).is_some();
    is_whole.then_some(hash)
}

fn argon2_of(hash: &PasswordHash) -> Option<Argon2<'static>> {
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map(Version::try_from).transpose().ok()?.unwrap_or_default();
    Some(Argon2::new(algorithm, version, Params::try_from(hash).ok()?))
}

fn same_cost(one: &PasswordHash, other: &PasswordHash) -> bool {
    let cost = |hash: &PasswordHash| {
        let length = hash.hash.as_ref().map(|hash| hash.len());
        (hash.algorithm.to_string(), hash.version, hash.params.to_string(), length)
    };
    cost(one) == cost(other)
}

/// Random bytes in the place of a hash, of the same cost as `like`.
fn dummy(like: Option<PasswordHash>) -> Option<PasswordHash> {
    let (mut salt, mut random) = ([0; 16], [0; Output::MAX_LENGTH]);
    getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut random)).ok()?;
    let like = match like {
        Some(hash) => hash,
        None => Argon2::default().hash_password_with_salt(&random, &salt).ok()?,
    };
    let length = like.hash.as_ref()?.len();
    let output = Output::new(&random[..length]).ok();
    Some(PasswordHash { salt: Salt::new(&salt).ok(), hash: output, ..like })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The password is `correct horse`; the parameters are cheap ones.
    const HASH: &str = "$argon2id$v=19$m=64,t=1,p=1$c90pDdAYLg3yVaLI3EBWgw$G9e6HIKs5lcBJfD78/8C0iCwmk76l1OVUXlvTDThzL0";

    /// The same password by another algorithm, with other parameters and a shorter output.
    const OTHER: &str = "$argon2i$v=19$m=64,t=1,p=2$IQzLko5l2mBXRFYyWGQ4kQ$1zKq1DhSZOBV5Or+U8xuhQ";

    fn parse(lines: &[&str]) -> Result<LegacyUsers, String> {
        LegacyUsers::parse(&lines.join("\n"))
    }

    #[test]
    fn a_file_has_names_and_hashes_and_nothing_else() {
        let john = format!("  John.Doe@example.com:{HASH}  ");
        let users = parse(&["# a comment", "", &john]).unwrap();
        for _ in 0..2 {
            assert!(users.is_right("john.doe@EXAMPLE.com", "correct horse"));
            assert!(!users.is_right("john.doe@EXAMPLE.com", "correct cow"));
        }
        assert_eq!(users.memory.lock().unwrap().len(), 1, "memory is used again");
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
        for hash in [HASH, OTHER] {
            let users = parse(&[&format!("john:{hash}")]).unwrap();
            assert!(users.is_right("john", "correct horse") && !users.is_right("john", "horse"));
            assert!(same_cost(&users.dummy, &users.hashes["john"]));
            assert_ne!(users.dummy.hash, users.hashes["john"].hash);
            assert!(users.hash("correct horse", &users.dummy).is_some(), "it is hashed");
        }
        let nobody = LegacyUsers::none().unwrap();
        assert!(!nobody.is_right("john", "correct horse"));
        assert_eq!(
            nobody.dummy.params.to_string(),
            "m=19456,t=2,p=1",
            "as expensive as by default"
        );
    }
}
