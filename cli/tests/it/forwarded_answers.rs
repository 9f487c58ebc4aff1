//! What the recording proxy passes back: an answer as it was, or none.

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
async fn an_answer_is_passed_back_whole_or_it_is_a_502_that_says_why() {
    let url = receiver().await;
    let arguments = ["emulator", "--console", "127.0.0.1:0", "--forward", &url];
    let server = Server::start_with(PROGRAM, &arguments, &[]);
    let tunnel = server.announced("Forwarding");
    let ask = |bytes: usize| {
        let request = Request::new("GET", "/hook").header("x-bytes", bytes.to_string());
        request.send(tunnel).unwrap()
    };
    for bytes in [7, 100_000, Answer::MAX_LEN] {
        let answer = ask(bytes);
        assert_eq!((answer.status, answer.body.len()), (200, bytes));
    }
    for bytes in [Answer::MAX_LEN + 1, 2_000_000] {
        let answer = ask(bytes);
        assert_eq!((answer.status, answer.body.len()), (502, 0));
    }
    let calls = Request::new("GET", "/admin/calls/summary?limit=1");
    let calls = calls.host(&server.address.to_string()).send(server.address).unwrap();
    let calls: Value = serde_json::from_slice(&calls.body).unwrap();
    let call = &calls["calls"][0];
    let note = "the answer is longer than Okta takes one: the sender got 502";
    assert_eq!((&call["status"], &call["note"]), (&200.into(), &note.into()));
    assert_eq!((&call["answered"], &call["next"]), (&502.into(), &"retry".into()));
}
