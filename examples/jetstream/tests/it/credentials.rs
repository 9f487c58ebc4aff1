//! A server that lets in who has a credentials file of an account that its operator vouches for, as
//! NATS's own tools make them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Value, json};

use super::nats::Nats;
use super::program::{Program, created, greeting, until};
use super::refusals::assert_refused;

/// An account, and the operator of the servers it is for.
struct Authority {
    operator: KeyPair,
    account: KeyPair,
    /// The one of the servers themselves.
    system: KeyPair,
}

impl Authority {
    fn new() -> Self {
        let [account, system] = [(); 2].map(|()| KeyPair::new_account());
        Self { operator: KeyPair::new_operator(), account, system }
    }

    /// What makes a server one of this operator's.
    fn configuration(&self) -> String {
        let operator = self.operator.public_key();
        let operator = jwt(&self.operator, &operator, &json!({"type": "operator", "version": 2}));
        let preload = |account: &KeyPair, storage: i64| {
            let limits = json!({
                "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true,
                "conn": -1, "leaf": -1, "disk_storage": storage, "streams": storage, "consumer": storage,
            });
            let claims = json!({"type": "account", "version": 2, "limits": limits});
            let id = account.public_key();
            format!("{id}: {}", jwt(&self.operator, &id, &claims))
        };
        format!(
            "operator: {operator}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload {{\n{}\n{}\n}}",
            self.system.public_key(),
            preload(&self.account, -1),
            preload(&self.system, 0),
        )
    }

    /// A file for a new user.
    fn credentials(&self) -> String {
        let user = KeyPair::new_user();
        let claims = json!({
            "type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1, "pub": {}, "sub": {},
        });
        let jwt = jwt(&self.account, &user.public_key(), &claims);
        let seed = user.seed().expect("a new user has one");
        format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        )
    }
}

fn jwt(issuer: &KeyPair, subject: &str, nats: &Value) -> String {
    let header = json!({"typ": "JWT", "alg": "ed25519-nkey"});
    let claims = json!({
        "jti": subject, "iat": 1_767_225_600, "iss": issuer.public_key(), "name": "test", "sub": subject,
        "nats": nats,
    });
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let signature = issuer.sign(signed.as_bytes()).expect("it has a private key");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn a_credentials_file_lets_in_and_none_or_one_of_another_account_does_not() {
    let authority = Authority::new();
    let Some(nats) = Nats::start_with(1, &authority.configuration()) else { return };
    let (url, directory) = (nats.url(), tempfile::tempdir().expect("a directory"));
    let file = |name: &str, content: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, content).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let own = file("own.creds", &authority.credentials());
    let settings = [("NATS_URL", &*url), ("NATS_CREDENTIALS", &own)];
    let receiver = Program::receive(&settings);
    let delivery = created("1", "ann@example.com");
    until("a 204", || (receiver.deliver(&delivery) == 204).then_some(()));
    let consumer = Program::consume(&settings);
    let expected = greeting("ann@example.com");
    until("the greeting", || consumer.lines().contains(&expected).then_some(()));

    assert_refused(&[("NATS_URL", &url)], "NATS_URL: the server refuses this user");
    let others = file("others.creds", &Authority::new().credentials());
    let settings = [("NATS_URL", &*url), ("NATS_CREDENTIALS", &others)];
    assert_refused(&settings, "NATS_URL: the server refuses this user");
    let malformed = file("malformed.creds", "hunter2");
    let settings = [("NATS_URL", &*url), ("NATS_CREDENTIALS", &malformed)];
    assert_refused(&settings, "NATS_CREDENTIALS: ");
}
