//! A service app: an access token for its key, bound to another by DPoP or not, and taken back.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Method;
use reqwest::RequestBuilder;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use crate::emulator::{Org, Reply, reply};

const PRIVATE_KEY: &str = include_str!("keys/test_only_ec_pkcs8.pem");
const PUBLIC_KEY: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/keys/test_only_ec_public.pem");
const CLIENT: [&str; 4] = ["--client-id", "0oaEmulator", "--client-key", PUBLIC_KEY];
const ASSERTION: &str = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";

/// A key that signs with ES256.
struct Key(EcdsaKeyPair);

impl Key {
    fn of_client() -> Self {
        let body: String = PRIVATE_KEY.lines().filter(|line| !line.starts_with('-')).collect();
        Self::from_der(&STANDARD.decode(body).unwrap())
    }

    fn generate() -> Self {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        Self::from_der(
            EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap().as_ref(),
        )
    }

    fn from_der(der: &[u8]) -> Self {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        Self(EcdsaKeyPair::from_pkcs8(algorithm, der, &SystemRandom::new()).unwrap())
    }

    fn jwk(&self) -> Value {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        let encoded = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
        json!({ "kty": "EC", "crv": "P-256", "x": encoded(x), "y": encoded(y) })
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encoded(header), encoded(claims));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    fn proof(&self, claims: &Value) -> String {
        self.sign(&json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() }), claims)
    }
}

fn seconds() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

fn once() -> String {
    (0..16).map(|_| fastrand::alphanumeric()).collect()
}

/// The claims of an assertion for the token endpoint at `url`.
fn claims(url: &str) -> Value {
    let id = "0oaEmulator";
    json!({ "iss": id, "sub": id, "aud": url, "exp": seconds() + 300, "jti": once() })
}

fn assertion(claims: &Value) -> String {
    Key::of_client().sign(&json!({ "typ": "JWT", "alg": "ES256" }), claims)
}

fn parameters(assertion: &str, scope: &str) -> String {
    format!(
        "grant_type=client_credentials&scope={}&client_assertion_type={ASSERTION}&client_assertion={assertion}",
        scope.replace(' ', "+")
    )
}

/// A request for a token, with a new assertion.
fn ask(org: &Org, scope: &str) -> RequestBuilder {
    let url = org.url("/oauth2/v1/token");
    let form = parameters(&assertion(&claims(&url)), scope);
    post_form(org, &url, form)
}

fn post_form(org: &Org, url: &str, form: String) -> RequestBuilder {
    org.client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form)
}

#[track_caller]
fn is_refused(what: &str, reply: &Reply, status: u16, error: &str) {
    assert_eq!((reply.status, &reply.json["error"]), (status, &json!(error)), "{what}");
}

#[tokio::test]
async fn a_service_app_gets_a_token_with_its_key_once_for_each_assertion() {
    let org =
        Org::start(&[&CLIENT[..], &["--client-scopes", "okta.users.read okta.logs.read"]].concat());
    let url = org.url("/oauth2/v1/token");
    let ask = async |assertion: &str, scope: &str| {
        reply(post_form(&org, &url, parameters(assertion, scope))).await
    };
    let good = assertion(&claims(&url));
    let token = Org::ok(ask(&good, "okta.users.read").await);
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let with = |method, path: &str| {
        org.client.request(method, org.url(path)).header("authorization", &bearer)
    };
    assert_eq!(reply(with(Method::GET, "/api/v1/users")).await.status, 200);
    assert_eq!(reply(with(Method::POST, "/api/v1/users")).await.status, 403);
    let forbidden = reply(with(Method::GET, "/api/v1/logs")).await;
    assert_eq!((forbidden.status, &forbidden.json["errorCode"]), (403, &json!("E0000006")));
    let base = org.url("");
    assert_eq!(
        forbidden.headers["www-authenticate"].to_str().unwrap(),
        format!(
            "Bearer authorization_uri=\"{base}/oauth2/v1/authorize\", realm=\"{base}\", \
             scope=\"okta.logs.read\", error=\"insufficient_scope\", error_description=\"The access \
             token provided does not contain the required scopes.\", resource=\"/api/v1/logs\""
        )
    );

    is_refused("again", &ask(&good, "okta.users.read").await, 401, "invalid_client");
    let change = |member: &str, value: Value| {
        let mut claims = claims(&url);
        claims[member] = value;
        assertion(&claims)
    };
    let mut forged = assertion(&claims(&url));
    forged.replace_range(forged.len() - 6..forged.len() - 2, "AAAA");
    for (what, assertion) in [
        ("forged", forged),
        ("iss", change("iss", json!("0oaOther"))),
        ("sub", change("sub", json!("0oaOther"))),
        ("aud", change("aud", json!("https://acme.okta.com/oauth2/v1/token"))),
        ("expired", change("exp", json!(seconds() - 10))),
        ("too long", change("exp", json!(seconds() + 3700))),
        ("no JWT", "x.y.z".to_owned()),
    ] {
        is_refused(what, &ask(&assertion, "okta.users.read").await, 401, "invalid_client");
    }
    let scope = ask(&assertion(&claims(&url)), "okta.users.manage").await;
    is_refused("scope", &scope, 400, "invalid_scope");
}

#[tokio::test]
async fn the_token_endpoint_reads_the_query_and_takes_the_audience_of_a_front() {
    let org = Org::start(&CLIENT);
    let url = org.url("/oauth2/v1/token");
    // As the Python SDK 2 does it: a form by its type, and everything in the query.
    let query = |audience: &str| {
        let parameters = parameters(&assertion(&claims(audience)), "okta.users.read");
        post_form(&org, &format!("{url}?{parameters}"), String::new())
    };
    assert_eq!(reply(query(&url)).await.status, 200);
    let port = org.server.address.port();
    let local = format!("http://localhost:{port}/oauth2/v1/token");
    assert_eq!(reply(query(&local)).await.status, 200);

    let front = "https://okta.test:8443/oauth2/v1/token";
    is_refused("no front", &reply(query(front)).await, 401, "invalid_client");
    let https = |request: RequestBuilder| request.header("x-forwarded-proto", "https");
    let named = https(query(front)).header("x-forwarded-host", "okta.test:8443");
    assert_eq!(reply(named).await.status, 200);
    let by_host = https(query("https://localhost:8443/oauth2/v1/token"));
    assert_eq!(reply(by_host.header("host", "localhost:8443")).await.status, 200);

    let org = Org::start(&[&CLIENT[..], &["--public-url", "https://okta.test:8443"]].concat());
    let form = parameters(&assertion(&claims(front)), "okta.users.read");
    let answer = reply(post_form(&org, &org.url("/oauth2/v1/token"), form)).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
}

#[tokio::test]
async fn a_revoked_access_token_is_refused() {
    let org = Org::start(&CLIENT);
    let token = Org::ok(reply(ask(&org, "okta.users.read")).await);
    let token = token["access_token"].as_str().unwrap();
    let users = || {
        let request = org.client.get(org.url("/api/v1/users"));
        reply(request.header("authorization", format!("Bearer {token}")))
    };
    assert_eq!(users().await.status, 200);
    let url = org.url("/oauth2/v1/revoke");
    let revoke = |token: &str, assertion: &str| {
        let form = format!(
            "token={token}&token_type_hint=access_token&client_assertion_type={ASSERTION}&client_assertion={assertion}"
        );
        reply(post_form(&org, &url, form))
    };
    is_refused("nobody", &revoke(token, "x.y.z").await, 401, "invalid_client");
    assert_eq!(users().await.status, 200);
    for token in ["unknown", token, token] {
        let revoked = revoke(token, &assertion(&claims(&url))).await;
        assert_eq!((revoked.status, revoked.json), (200, Value::Null), "{token}");
    }
    let refused = users().await;
    assert_eq!((refused.status, &refused.json["errorCode"]), (401, &json!("E0000011")));
    let challenge = refused.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
}

/// An org whose service app requires DPoP, and a token of it that is bound to `key`.
async fn bound(key: &Key) -> (Org, String) {
    let org = Org::start(&[&CLIENT[..], &["--client-dpop"]].concat());
    let url = org.url("/oauth2/v1/token");
    let asked = ask(&org, "okta.users.read").header("dpop", key.proof(&proof_of(&url, json!({}))));
    let nonce = reply(asked).await.headers["dpop-nonce"].to_str().unwrap().to_owned();
    let proof = key.proof(&proof_of(&url, json!({ "nonce": nonce })));
    let token = Org::ok(reply(ask(&org, "okta.users.read").header("dpop", proof)).await);
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("DPoP"), &json!(3600)));
    let token = token["access_token"].as_str().unwrap().to_owned();
    (org, token)
}

/// The claims of a proof for a POST to `url`, with `change`d ones.
fn proof_of(url: &str, change: Value) -> Value {
    let mut claims = json!({ "htm": "POST", "htu": url, "iat": seconds(), "jti": once() });
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

#[tokio::test]
async fn an_app_that_requires_dpop_gets_a_token_for_a_proof_with_oktas_nonce() {
    let org = Org::start(&[&CLIENT[..], &["--client-dpop"]].concat());
    let url = org.url("/oauth2/v1/token");
    let key = Key::generate();
    let missing = reply(ask(&org, "okta.users.read")).await;
    is_refused("no proof", &missing, 400, "invalid_dpop_proof");
    assert_eq!(missing.json["error_description"], "The DPoP proof JWT header is missing.");

    let with = |proof: &str| reply(ask(&org, "okta.users.read").header("dpop", proof));
    let first = with(&key.proof(&proof_of(&url, json!({})))).await;
    is_refused("no nonce", &first, 400, "use_dpop_nonce");
    let why = "Authorization server requires nonce in DPoP proof.";
    assert_eq!(first.json["error_description"], why);
    let nonce = first.headers["dpop-nonce"].to_str().unwrap();
    let wrong = with(&key.proof(&proof_of(&url, json!({ "nonce": "wrong" })))).await;
    is_refused("another nonce", &wrong, 400, "use_dpop_nonce");
    assert_eq!(wrong.headers["dpop-nonce"], nonce, "it is good for a day");

    let good = key.proof(&proof_of(&url, json!({ "nonce": nonce })));
    assert_eq!(Org::ok(with(&good).await)["token_type"], "DPoP");
    let again = with(&good).await;
    is_refused("again", &again, 400, "invalid_dpop_proof");
    assert_eq!(again.json["error_description"], "The DPoP proof JWT has already been used.");

    let change = |change: Value| {
        let mut claims = proof_of(&url, json!({ "nonce": nonce }));
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        claims
    };
    let proof = |header: Value| key.sign(&header, &change(json!({})));
    let mut private = key.jwk();
    private["d"] = json!("AAAA");
    let mut forged = key.proof(&change(json!({})));
    forged.replace_range(forged.len() - 6..forged.len() - 2, "AAAA");
    let claim = |name: &str| format!("'{name}' claim in the DPoP proof JWT is invalid.");
    let invalid = || "The DPoP proof JWT is invalid.".to_owned();
    let old = "The DPoP proof JWT is issued more than five minutes in the past.".to_owned();
    for (what, proof, why) in [
        ("htm", key.proof(&change(json!({ "htm": "GET" }))), claim("htm")),
        ("htu", key.proof(&change(json!({ "htu": org.url("/api/v1/users") }))), claim("htu")),
        ("no htu", key.proof(&change(json!({ "htu": null }))), claim("htu")),
        ("iat", key.proof(&change(json!({ "iat": seconds() + 400 }))), claim("iat")),
        ("a string", key.proof(&change(json!({ "iat": "today" }))), claim("iat")),
        ("old", key.proof(&change(json!({ "iat": seconds() - 400 }))), old),
        ("jti", key.proof(&change(json!({ "jti": 7 }))), claim("jti")),
        ("forged", forged, invalid()),
        ("no JWT", "x.y.z".to_owned(), invalid()),
        ("typ", proof(json!({ "typ": "JWT", "alg": "ES256", "jwk": key.jwk() })), invalid()),
        ("none", proof(json!({ "typ": "dpop+jwt", "alg": "none", "jwk": key.jwk() })), invalid()),
        ("HMAC", proof(json!({ "typ": "dpop+jwt", "alg": "HS256", "jwk": key.jwk() })), invalid()),
        ("no key", proof(json!({ "typ": "dpop+jwt", "alg": "ES256" })), invalid()),
        ("d", proof(json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": private })), invalid()),
        (
            "a key of another kind",
            proof(json!({ "typ": "dpop+jwt", "alg": "RS256", "jwk": key.jwk() })),
            invalid(),
        ),
    ] {
        let refused = with(&proof).await;
        is_refused(what, &refused, 400, "invalid_dpop_proof");
        assert_eq!(refused.json["error_description"], json!(why), "{what}");
        assert!(!refused.headers.contains_key("dpop-nonce"), "{what}");
    }
    let two = ask(&org, "okta.users.read").header("dpop", key.proof(&change(json!({}))));
    let two = reply(two.header("dpop", key.proof(&change(json!({}))))).await;
    is_refused("two", &two, 400, "invalid_dpop_proof");
}

#[tokio::test]
async fn a_bound_token_is_good_with_a_proof_for_the_very_request() {
    let key = Key::generate();
    let (org, token) = bound(&key).await;
    let url = org.url("/api/v1/users");
    let ath = URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()));
    let claims = |change: Value| {
        let mut claims = proof_of(&url, json!({ "htm": "GET", "ath": ath }));
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        claims
    };
    let get = |path: &str, proof: &str| {
        let request = org.client.get(org.url(path)).header("dpop", proof);
        reply(request.header("authorization", format!("DPoP {token}")))
    };
    let good = key.proof(&claims(json!({})));
    assert_eq!(get("/api/v1/users?limit=2", &good).await.status, 200);

    let challenge = |reply: &Reply| reply.headers["www-authenticate"].to_str().unwrap().to_owned();
    let replayed = get("/api/v1/users", &good).await;
    assert_eq!((replayed.status, &replayed.json), (400, &Value::Null));
    let base = org.url("");
    assert_eq!(
        challenge(&replayed),
        format!(
            "DPoP algs=\"RS256 RS384 RS512 ES256 ES384 ES512\", \
             authorization_uri=\"{base}/oauth2/v1/authorize\", realm=\"{base}\", \
             scope=\"okta.users.read\", error=\"invalid_dpop_proof\", error_description=\"The DPoP \
             proof JWT has already been used.\", resource=\"/api/v1/users\""
        )
    );
    for (what, proof, why) in [
        ("htm", key.proof(&claims(json!({ "htm": "POST" }))), "'htm' claim"),
        ("htu", key.proof(&claims(json!({ "htu": org.url("/api/v1/apps") }))), "'htu' claim"),
        ("ath", key.proof(&claims(json!({ "ath": "x" }))), "'ath' claim"),
        ("no ath", key.proof(&claims(json!({ "ath": null }))), "'ath' claim"),
        ("old", key.proof(&claims(json!({ "iat": seconds() - 400 }))), "more than five minutes"),
        ("another key", Key::generate().proof(&claims(json!({}))), "not signed by the key"),
    ] {
        let refused = get("/api/v1/users", &proof).await;
        assert_eq!(refused.status, 400, "{what}");
        let challenge = challenge(&refused);
        let expected =
            challenge.contains("error=\"invalid_dpop_proof\"") && challenge.contains(why);
        assert!(expected, "{what}: {challenge}");
    }
    // Okta reads the path before it compares.
    let by_login = |htu: &str| key.proof(&claims(json!({ "htu": org.url(htu) })));
    let encoded = "/api/v1/users/jo%40example.com";
    assert_eq!(get(encoded, &by_login(encoded)).await.status, 400);
    assert_eq!(get(encoded, &by_login("/api/v1/users/jo@example.com")).await.status, 404);

    let bearer = org.client.get(&url).header("authorization", format!("Bearer {token}"));
    let bearer = reply(bearer).await;
    assert_eq!(bearer.status, 400);
    let expected = "error=\"invalid_request\", error_description=\"The resource request requires a \
                    DPoP proof.\"";
    assert!(challenge(&bearer).starts_with("Bearer authorization_uri="), "{}", challenge(&bearer));
    assert!(challenge(&bearer).contains(expected), "{}", challenge(&bearer));
    let unknown = org.client.get(&url).header("authorization", "DPoP unknown");
    assert_eq!(reply(unknown).await.status, 401);
    let manage = org.client.post(&url).header("authorization", format!("DPoP {token}"));
    let manage = reply(manage.header("dpop", key.proof(&claims(json!({ "htm": "POST" }))))).await;
    assert_eq!(manage.status, 403);
}

#[tokio::test]
async fn an_app_that_does_not_require_dpop_gets_bearer_tokens_whatever_it_sends() {
    let org = Org::start(&CLIENT);
    // The Node SDK sends a proof with every request for a token.
    let token = reply(ask(&org, "okta.users.read").header("dpop", "x.y.z")).await;
    let token = Org::ok(token);
    assert_eq!(token["token_type"], "Bearer");
    let request = org.client.get(org.url("/api/v1/users"));
    let token = token["access_token"].as_str().unwrap();
    let dpop = request.header("authorization", format!("DPoP {token}")).header("dpop", "x.y.z");
    assert_eq!(reply(dpop).await.status, 401);
}

#[test]
fn dpop_without_an_app_is_refused_at_the_start() {
    let refused = std::process::Command::new(crate::PROGRAM)
        .args(["emulator", "--listen", "127.0.0.1:0", "--client-dpop"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
}
