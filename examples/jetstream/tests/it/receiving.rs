//! What comes in, and what the stream has of it.

use super::nats::Nats;
use super::program::{Program, created, greeting, run, until};

#[test]
fn the_endpoint_can_be_verified_without_a_server() {
    let receiver = Program::receive(&[("NATS_URL", "nats://127.0.0.1:1")]);
    let headers = "authorization: s3cret\r\nx-okta-verification-challenge: c";
    let answer = receiver.ask("GET", "/userCreated", headers, "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.ends_with(r#"{"verification":"c"}"#), "{answer}");
    let answer = receiver.ask("POST", "/userCreated", "authorization: guess", &created("1", "a"));
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[test]
fn a_created_user_is_greeted_by_a_consumer_that_starts_later() {
    let Some(nats) = Nats::start() else { return };
    let url = nats.url();
    let receiver = Program::receive(&[("NATS_URL", &url)]);
    assert_eq!(receiver.deliver(&created("u1", "john.doe@example.com")), 204);
    let answer = receiver.ask("GET", "/health", "", "");
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    assert!(receiver.terminate().success());

    let consumer = Program::consume(&[("NATS_URL", &url)]);
    let expected = greeting("john.doe@example.com");
    until("the greeting", || consumer.lines().contains(&expected).then_some(()));
    assert!(consumer.terminate().success());
}

const BATCH: &str = r#"{"source":"https://Acme.okta.com/api/v1/eventHooks/who1","eventId":"d1","eventTime":"2026-01-01T00:00:01Z","data":{"events":[
    {"uuid":"u1","eventType":"user.lifecycle.create", "published":"2026-01-01T00:00:00Z", "kept": [0.00]},
    "hunter2",
    {"eventType":"group.>","uuid":"u2"},
    {"uuid":"u3","eventType":"user.session.start"}]}}"#;

#[tokio::test]
async fn every_event_of_a_delivery_is_in_the_stream_as_okta_sent_it_with_cloud_events_headers() {
    let Some(nats) = Nats::start() else { return };
    let receiver = Program::receive(&[("NATS_URL", &nats.url())]);
    assert_eq!(receiver.deliver(BATCH), 204);
    assert_eq!(receiver.deliver(BATCH), 204);

    let events = nats.stored("okta.events.>").await;
    let told: Vec<_> =
        events.iter().map(|event| (&*event.subject, event.header("ce-id").unwrap())).collect();
    assert_eq!(
        told,
        [
            ("okta.events.acme_okta_com.user.lifecycle.create", "u1"),
            ("okta.events.acme_okta_com._other", "u2"),
            ("okta.events.acme_okta_com.user.session.start", "u3"),
        ]
    );
    let first = &events[0];
    assert_eq!(
        first.body,
        r#"{"uuid":"u1","eventType":"user.lifecycle.create", "published":"2026-01-01T00:00:00Z", "kept": [0.00]}"#
    );
    for (name, value) in [
        ("ce-specversion", "1.0"),
        ("ce-source", "https://acme.okta.com"),
        ("ce-type", "user.lifecycle.create"),
        ("ce-time", "2026-01-01T00:00:00Z"),
        ("content-type", "application/json"),
    ] {
        assert_eq!(first.header(name), Some(value), "{name}");
    }
    assert_eq!(first.header("Nats-Msg-Id"), None);

    let letters = nats.stored("okta.dead_letters.>").await;
    assert!(
        letters
            .iter()
            .all(|letter| letter.subject == "okta.dead_letters.receive" && letter.body == BATCH)
    );
    assert_eq!(letters[0].header("okta-hooks-reason"), Some("data.events[1]: expected an object"));
    let log = receiver.log();
    assert!(log.contains("kept as a dead letter") && !log.contains("hunter2"), "{log}");
}

#[tokio::test]
async fn a_body_that_is_not_a_delivery_is_kept_before_it_is_refused() {
    let Some(nats) = Nats::start() else { return };
    let receiver = Program::receive(&[("NATS_URL", &nats.url())]);
    assert_eq!(receiver.deliver("hunter2"), 400);
    let letters = nats.stored("okta.dead_letters.>").await;
    let told: Vec<_> = letters.iter().map(|letter| (&*letter.subject, &*letter.body)).collect();
    assert_eq!(told, [("okta.dead_letters.receive", "hunter2")]);
}

#[test]
fn what_is_neither_receive_nor_consume_is_one_line_and_exit_code_2() {
    for what in ["", "both"] {
        let output = run(what, &[]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert_eq!(errors, "expected one argument: receive or consume\n");
    }
}
