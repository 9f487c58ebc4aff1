//! Inline hooks of the emulator: the API, and calls of a receiver.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode};
use okta_hooks::inline::HookType;
use serde_json::{Value, json};

use crate::emulator::Org;

/// A receiver that answers as it is told, and keeps what it was asked.
#[derive(Clone, Default)]
struct Receiver(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    /// Status and body of the next answers; 0 is no answer in time. 204 when there is none left.
    answers: VecDeque<(u16, String)>,
    asked: Vec<(HeaderMap, Value)>,
}

impl Receiver {
    async fn start() -> (Self, String) {
        let receiver = Self::default();
        let app = Router::new().fallback(answer).with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/inline", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (receiver, url)
    }

    fn answers(&self, answers: &[(u16, Value)]) {
        let answers = answers.iter().map(|(status, body)| (*status, body.to_string()));
        self.0.lock().unwrap().answers = answers.collect();
    }

    fn asked(&self) -> Vec<(HeaderMap, Value)> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }
}

async fn answer(State(receiver): State<Receiver>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let told = {
        let mut state = receiver.0.lock().unwrap();
        state.asked.push((parts.headers, serde_json::from_slice(&body).unwrap()));
        state.answers.pop_front()
    };
    match told {
        Some((0, _)) => {
            tokio::time::sleep(Duration::from_secs(4)).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Some((status, body)) => {
            let json = [("content-type", "application/json")];
            (StatusCode::from_u16(status).unwrap(), json, body).into_response()
        }
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

fn wanted(kind: &HookType, url: &str) -> Value {
    json!({
        "name": "Inline", "type": kind.as_str(), "version": "1.0.0",
        "channel": { "type": "HTTP", "version": "1.0.0", "config": {
            "uri": url, "headers": [{ "key": "X-Env", "value": "test" }],
            "authScheme": { "type": "HEADER", "key": "Authorization", "value": "s3cret" },
        }},
    })
}

async fn create(org: &Org, kind: &HookType, url: &str) -> String {
    let created = Org::ok(org.post("/api/v1/inlineHooks", wanted(kind, url)).await);
    format!("/api/v1/inlineHooks/{}", created["id"].as_str().unwrap())
}

fn links(hook: &Value) -> String {
    hook["_links"].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
}

const URL: &str = "https://hooks.example.com/inline";

#[tokio::test]
async fn inline_hooks_are_made_listed_changed_and_deleted_when_inactive() {
    let org = Org::start(&[]);
    let hook = create(&org, &HookType::TOKEN, URL).await;
    let saml = create(&org, &HookType::SAML, URL).await;
    let listed = Org::ok(org.get("/api/v1/inlineHooks?type=com.okta.saml.tokens.transform").await);
    assert_eq!(
        (listed.as_array().unwrap().len(), &listed[0]["type"]),
        (1, &json!(HookType::SAML.as_str()))
    );
    assert_eq!(Org::ok(org.get("/api/v1/inlineHooks").await).as_array().unwrap().len(), 2);

    let got = Org::ok(org.get(&hook).await);
    assert_eq!((&got["status"], links(&got)), (&json!("ACTIVE"), "deactivate execute self".into()));
    assert_eq!(
        got["channel"]["config"]["authScheme"],
        json!({ "type": "HEADER", "key": "Authorization" })
    );
    assert!(!got.to_string().contains("s3cret"));

    // A part of it, with POST; all of it, with PUT.
    let changed = Org::ok(org.post(&hook, json!({ "name": "Renamed" })).await);
    assert_eq!((&changed["name"], &changed["channel"]), (&json!("Renamed"), &got["channel"]));
    let replaced = wanted(&HookType::TOKEN, "https://hooks.example.com/other");
    let replaced = Org::ok(org.send(Method::PUT, &hook, Some(replaced)).await);
    assert_eq!(replaced["channel"]["config"]["uri"], "https://hooks.example.com/other");
    assert_eq!(org.send(Method::PUT, &hook, Some(json!({ "name": "x" }))).await.status, 400);

    assert_eq!(org.send(Method::DELETE, &hook, None).await.status, 400, "it is active");
    let inactive = Org::ok(org.post(&format!("{hook}/lifecycle/deactivate"), json!({})).await);
    assert_eq!(
        (&inactive["status"], links(&inactive)),
        (&json!("INACTIVE"), "activate delete self".into())
    );
    assert_eq!(org.post(&format!("{hook}/execute"), json!({})).await.status, 400);
    assert_eq!(org.send(Method::DELETE, &hook, None).await.status, 204);
    assert_eq!(org.get(&hook).await.status, 404);
    assert_eq!(org.get(&saml).await.status, 200);

    let create_again =
        async |kind: &HookType| org.post("/api/v1/inlineHooks", wanted(kind, URL)).await;
    for (kind, status) in [
        (HookType::PASSWORD_IMPORT, 200),
        (HookType::PASSWORD_IMPORT, 400),
        (HookType::TELEPHONY, 200),
        (HookType::TELEPHONY, 400),
        (HookType::from("com.example"), 400),
    ] {
        assert_eq!(create_again(&kind).await.status, status, "{}", kind.as_str());
    }
    for (pointer, value) in [
        ("/name", json!("")),
        ("/version", json!("2")),
        ("/channel/type", json!("OAUTH")),
        ("/channel/config/uri", json!("http://hooks.example.com/")),
        ("/channel/config/authScheme/value", json!(7)),
    ] {
        let mut body = wanted(&HookType::TOKEN, URL);
        *body.pointer_mut(pointer).unwrap() = value;
        let refused = org.post("/api/v1/inlineHooks", body).await;
        assert_eq!(
            (refused.status, &refused.json["errorCode"]),
            (400, &json!("E0000001")),
            "{pointer}"
        );
    }
}

#[tokio::test]
async fn execute_answers_with_what_the_receiver_did_or_what_is_wrong_with_it() {
    let (org, (receiver, url)) = (Org::start(&[]), Receiver::start().await);
    let hook = create(&org, &HookType::REGISTRATION, &url).await;
    let execute = async |body: Value| org.post(&format!("{hook}/execute"), body).await;
    assert_eq!(Org::ok(execute(json!({})).await), json!({}), "204 is no change");
    let asked = receiver.asked();
    assert_eq!(
        (&asked[0].0["authorization"], &asked[0].0["x-env"]),
        (&"s3cret".parse().unwrap(), &"test".parse().unwrap())
    );
    assert_eq!(asked[0].1["eventType"], HookType::REGISTRATION.as_str());

    let deny = json!({ "commands": [{
        "type": "com.okta.action.update", "value": { "registration": "DENY" },
    }]});
    receiver.answers(&[(200, deny.clone())]);
    let mut own = asked[0].1.clone();
    own["data"]["userProfile"]["login"] = "own@example.com".into();
    assert_eq!(Org::ok(execute(own.clone()).await), deny);
    assert_eq!(receiver.asked()[0].1, own, "the payload as it was sent");

    // Okta takes answers below 256 KB.
    let debug = |length| json!({ "debugContext": { "x": "x".repeat(length) } });
    receiver.answers(&[(200, debug(200_000)), (200, debug(300_000))]);
    assert_eq!(Org::ok(execute(own.clone()).await), debug(200_000));
    let long = execute(own.clone()).await;
    assert_eq!(long.status, 400);
    assert_eq!(long.json["errorCauses"][0]["errorSummary"], "the body is 256 KB or longer");

    receiver.answers(&[(
        200,
        json!({ "commands": [{ "type": "com.okta.action.update", "value": ["DENY"] }] }),
    )]);
    let wrong = execute(own.clone()).await;
    assert_eq!((wrong.status, &wrong.json["errorCode"]), (400, &json!("E0000001")));
    assert_eq!(
        wrong.json["errorCauses"][0]["errorSummary"],
        "/commands/0/value: expected an object"
    );

    // Once more after a 5xx, but never for a token.
    receiver.asked();
    receiver.answers(&[(503, json!({})), (200, json!({}))]);
    assert_eq!(Org::ok(execute(own.clone()).await), json!({}));
    assert_eq!(receiver.asked().len(), 2);
    let summary = Org::ok(org.get("/admin/calls/summary").await);
    let call = &summary["calls"][0];
    assert_eq!(
        (&call["kind"], &call["outcome"]),
        (&json!("inline"), &json!("503 → retried → 200"))
    );
    let token = create(&org, &HookType::TOKEN, &url).await;
    receiver.answers(&[(503, json!({})), (200, json!({}))]);
    let failed = org.post(&format!("{token}/execute"), json!({})).await;
    assert_eq!((failed.status, receiver.asked().len()), (400, 1));
    let log =
        Org::ok(org.get("/api/v1/logs?filter=eventType%20eq%20%22inline_hook.executed%22").await);
    let results: Vec<_> =
        log.as_array().unwrap().iter().map(|event| &event["outcome"]["result"]).collect();
    assert_eq!(results, [&json!("FAILURE"); 3]);

    for refused in
        [json!([]), json!({ "x": 1 }), json!({ "eventType": "com.okta.saml.tokens.transform" })]
    {
        assert_eq!(execute(refused.clone()).await.status, 400, "{refused}");
    }
    assert!(receiver.asked().is_empty());
}

#[tokio::test]
async fn the_console_learns_what_okta_would_do_with_an_answer() {
    let (org, (receiver, url)) = (Org::start(&[]), Receiver::start().await);
    for kind in [
        HookType::TOKEN,
        HookType::SAML,
        HookType::REGISTRATION,
        HookType::PASSWORD_IMPORT,
        HookType::USER_IMPORT,
        HookType::TELEPHONY,
    ] {
        let hook = create(&org, &kind, &url).await;
        let path = hook.replace("/api/v1/inlineHooks", "/admin/inline-hooks");
        let sample = Org::ok(org.get(&format!("{path}/sample")).await);
        assert_eq!(sample["eventType"], kind.as_str());
        let done = Org::ok(org.post(&format!("{path}/execute"), sample.clone()).await);
        let asked = receiver.asked();
        assert_eq!(asked[0].1, sample, "{}", kind.as_str());
        assert!(done["consequence"].is_string() && done["call"].is_u64(), "{done}");
        // Only telephony has to be answered with 200.
        let findings = done["findings"].as_array().unwrap().len();
        assert_eq!(findings, usize::from(kind == HookType::TELEPHONY), "{done}");
    }
    let listed = Org::ok(org.get("/api/v1/inlineHooks?type=com.okta.user.pre-registration").await);
    let path = format!("/admin/inline-hooks/{}", listed[0]["id"].as_str().unwrap());
    receiver.answers(&[(0, Value::Null), (0, Value::Null)]);
    let late = Org::ok(org.post(&format!("{path}/execute"), json!({})).await);
    assert_eq!(
        (&late["effect"], &late["consequence"]),
        (&json!("not used"), &json!("it is denied"))
    );
    let call = Org::ok(org.get(&format!("/admin/calls/{}", late["call"])).await);
    assert_eq!(
        (&call["outcome"], &call["note"]),
        (&json!("timeout → timeout"), &json!("it is denied"))
    );
}
