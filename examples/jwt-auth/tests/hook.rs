//! The program, with an issuer of the test's own: real RS256 tokens, right ones and wrong ones.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::sleep;

/// Made for this test alone.
const CURRENT: &[u8] = include_bytes!("current.pkcs8.der");
const NEXT: &[u8] = include_bytes!("next.pkcs8.der");

const AUDIENCE: &str = "api://default";
const REQUEST: &str =
    r#"{"eventType":"com.okta.oauth2.tokens.transform","data":{"access":{"claims":{}}}}"#;

struct Key {
    id: &'static str,
    pair: RsaKeyPair,
}

impl Key {
    fn new(id: &'static str, pkcs8: &[u8]) -> Self {
        Self { id, pair: RsaKeyPair::from_pkcs8(pkcs8).expect("a key") }
    }

    fn jwk(&self) -> Value {
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(self.pair.public());
        let encode = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        json!({
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id,
            "n": encode(&public.n),
            "e": encode(&public.e),
        })
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let message = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = SystemRandom::new();
        self.pair
            .sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature)
            .expect("it signs");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// An authorization server: what it publishes can be changed.
struct Issuer {
    url: String,
    jwks: Arc<Mutex<Value>>,
}

impl Issuer {
    async fn start(keys: &[&Key]) -> Self {
        let jwks = Arc::new(Mutex::new(jwks(keys)));
        let published = jwks.clone();
        let answer = move || {
            let json = published.lock().unwrap().to_string();
            async { ([("content-type", "application/json")], json) }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/v1/keys", get(answer));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, jwks }
    }

    fn claims(&self) -> Value {
        json!({ "iss": self.url, "aud": AUDIENCE, "cid": "0oa1", "exp": seconds(300), "iat": seconds(0) })
    }
}

fn jwks(keys: &[&Key]) -> Value {
    json!({ "keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>() })
}

/// Seconds since 1970, so many from now.
fn seconds(from_now: i64) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    i64::try_from(now).unwrap() + from_now
}

/// The program, until the test ends.
struct Hook {
    url: String,
    client: reqwest::Client,
    _process: Child,
}

impl Hook {
    async fn start(issuer: &Issuer) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_jwt-auth"))
            .envs([("ISSUER", issuer.url.as_str()), ("AUDIENCE", AUDIENCE)])
            .env("LISTEN", "127.0.0.1:0")
            .env_remove("JWKS_URL")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("it says where it listens");
        let url = line.strip_prefix("Listening on ").expect("a URL").to_owned();
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { url, client: reqwest::Client::new(), _process: process }
    }

    /// Status and body for a request with this `Authorization`.
    async fn ask(&self, authorization: &str) -> (u16, String) {
        let request = self.client.post(format!("{}/token", self.url)).body(REQUEST);
        let answer = request.header("authorization", authorization).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    #[track_caller]
    fn assert_refused((status, body): (u16, String), reason: &str) {
        assert_eq!((status, body.trim_end()), (401, reason));
    }
}

#[tokio::test]
async fn a_token_of_the_issuer_is_accepted_and_every_other_refused() {
    let (key, other) = (Key::new("k1", CURRENT), Key::new("k1", NEXT));
    let issuer = Issuer::start(&[&key]).await;
    let hook = Hook::start(&issuer).await;
    let header = json!({ "alg": "RS256", "kid": "k1" });
    let token = key.sign(&header, &issuer.claims());

    let (status, body) = hook.ask(&format!("Bearer {token}")).await;
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("/claims/tenant"), "{body}");

    let with = |name: &str, value: Value| {
        let mut claims = issuer.claims();
        claims[name] = value;
        key.sign(&header, &claims)
    };
    let without_exp = {
        let mut claims = issuer.claims();
        claims.as_object_mut().unwrap().remove("exp");
        key.sign(&header, &claims)
    };
    let headed = |header: Value| key.sign(&header, &issuer.claims());
    for (token, reason) in [
        (with("iss", "https://evil.example".into()), "the token is of another issuer"),
        (with("aud", "api://other".into()), "the token is for another audience"),
        (with("exp", seconds(-60).into()), "the token has expired"),
        (without_exp, "the token lacks exp, iss or aud"),
        (other.sign(&header, &issuer.claims()), "the token's signature is wrong"),
        (headed(json!({ "alg": "RS256", "kid": "k9" })), "the token is signed with an unknown key"),
        (headed(json!({ "alg": "RS256" })), "the token names no key"),
        (headed(json!({ "alg": "RS512", "kid": "k1" })), "the token is not signed with RS256"),
        (headed(json!({ "alg": "HS256", "kid": "k1" })), "the token is not signed with RS256"),
        (headed(json!({ "alg": "none", "kid": "k1" })), "the token cannot be read"),
        ("a.b.c".to_owned(), "the token cannot be read"),
    ] {
        Hook::assert_refused(hook.ask(&format!("Bearer {token}")).await, reason);
    }
    let none = "the header authorization must be there exactly once, with a bearer token";
    Hook::assert_refused(hook.ask(&format!("Basic {token}")).await, none);
    let (status, body) = hook.ask(&format!("bearer {token}")).await;
    assert_eq!(status, 200, "the first one still is right: {body}");
}

#[tokio::test]
async fn a_key_that_the_issuer_adds_is_fetched_when_a_token_names_it() {
    let (current, next) = (Key::new("k1", CURRENT), Key::new("k2", NEXT));
    let issuer = Issuer::start(&[&current]).await;
    let hook = Hook::start(&issuer).await;
    let token = next.sign(&json!({ "alg": "RS256", "kid": "k2" }), &issuer.claims());
    let authorization = format!("Bearer {token}");
    let unknown = "the token is signed with an unknown key";
    Hook::assert_refused(hook.ask(&authorization).await, unknown);

    *issuer.jwks.lock().unwrap() = jwks(&[&current, &next]);
    for _ in 0..200 {
        if hook.ask(&authorization).await.0 == 200 {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("the new key was not fetched");
}
