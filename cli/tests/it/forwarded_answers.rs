//! What the recording proxy passes back: an answer as it was, or nothing of its body.

use axum::Router;
use http::HeaderMap;
use okta_hooks::inline::Answer;
use okta_hooks_testing::http::Request;
use okta_hooks_testing::process::Server;
use serde_json::Value;

use crate::PROGRAM;

/// A receiver whose answers are as long as the header `X-Bytes` says.
async fn receiver() -> String {
    let answer = |headers: HeaderMap| async move {
        "x".repeat(headers["x-bytes"].to_str().unwrap().parse().unwrap())
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_passed_back_whole_or_a_status_that_the_call_explains() {
    let url = receiver().await;
    let arguments = ["emulator", "--console", "127.0.0.1:0", "--forward", &url];
    let server = Server::start_with(PROGRAM, &arguments, &[]);
    let tunnel = server.announced("Forwarding");
    let inline = r#"{"eventType": "com.okta.oauth2.tokens.transform", "data": {}}"#;
    let unknown = r#"{"data": {}, "eventType": "com.okta.new.transform"}"#;
    let delivery = r#"{"eventType": "com.okta.event_hook", "data": {"events": []}}"#;
    let ask = |body: &str, bytes: usize| {
        let method = if body.is_empty() { "GET" } else { "POST" };
        let request = Request::new(method, "/hook").header("x-bytes", bytes.to_string());
        let answer = request.body(body).send(tunnel).unwrap();
        (answer.status, answer.body.len())
    };
    for body in ["", inline, delivery] {
        for bytes in [7, 100_000, Answer::MAX_LEN] {
            assert_eq!(ask(body, bytes), (200, bytes), "{body}");
        }
    }
    let too_long = "the answer is longer than Okta takes one: the sender got 502";
    let status_alone =
        "the answer is longer than the proxy keeps one: the sender got its status, without a body";
    for (body, status, next, note) in [
        (inline, 502, "retry", too_long),
        (unknown, 502, "retry", too_long),
        // Okta looks at the status alone, and would send these once more after a 502.
        (delivery, 200, "accepted", status_alone),
        ("{", 200, "accepted", status_alone),
        ("", 200, "accepted", status_alone),
    ] {
        for bytes in [Answer::MAX_LEN + 1, 2_000_000] {
            assert_eq!(ask(body, bytes), (status, 0), "{body}");
        }
        let calls = Request::new("GET", "/admin/calls/summary?limit=1");
        let calls = calls.host(&server.address.to_string()).send(server.address).unwrap();
        let calls: Value = serde_json::from_slice(&calls.body).unwrap();
        let call = &calls["calls"][0];
        assert_eq!((&call["status"], &call["note"]), (&200.into(), &note.into()), "{body}");
        assert_eq!((&call["answered"], &call["next"]), (&status.into(), &next.into()), "{body}");
    }
}
