//! What makes no sense, and does not pass by itself: one line and exit code 2.

use std::thread;
use std::time::Duration;

use async_nats::jetstream::stream::{Config, StorageType};

use super::nats::Nats;
use super::outages::assert_accepted_soon;
use super::program::{Program, created, greeting, run, until};

#[track_caller]
pub fn assert_refused(settings: &[(&str, &str)], says: &str) {
    for what in ["receive", "consume"] {
        let output = run(what, settings);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{what}: {errors}");
        // What async-nats logs of its own is not ours to say.
        let ours = errors.lines().filter(|line| !line.contains(" async_nats::"));
        assert_eq!(ours.count(), 1, "{what}: {errors}");
        assert!(errors.contains(says), "{what}: {errors}");
        assert!(!errors.contains("hunter2"), "{what}: {errors}");
    }
}

const USERS: &str = "authorization { user: okta, password: 's3cret@/%' }";

#[test]
fn a_wrong_password_is_one_line_and_exit_code_2_and_the_right_one_comes_in_the_url_or_apart() {
    let Some(nats) = Nats::start_with(1, USERS) else { return };
    let url = nats.url();
    thread::sleep(Duration::from_millis(300));
    assert_refused(&[("NATS_URL", &url)], "NATS_URL: the server refuses this user");
    let wrong = [("NATS_URL", &*url), ("NATS_USER", "okta"), ("NATS_PASSWORD", "hunter2")];
    assert_refused(&wrong, "NATS_URL: the server refuses this user");

    let apart = [("NATS_URL", &*url), ("NATS_USER", "okta"), ("NATS_PASSWORD", "s3cret@/%")];
    assert_accepted_soon(&Program::receive(&apart), "1");
    let in_url = url.replace("nats://", "nats://okta:s3cret%40%2F%25@");
    assert_accepted_soon(&Program::receive(&[("NATS_URL", &in_url)]), "2");
}

/// Users of whom one may not ask for streams, and one may not publish events.
const PERMISSIONS: &str = r#"authorization { users: [
    { user: blind, password: s3cret, permissions: { publish: { deny: ["$JS.API.>"] } } },
    { user: mute, password: s3cret, permissions: { publish: { deny: ["okta.events.>"] } } },
    { user: okta, password: s3cret },
] }"#;

#[test]
fn a_permission_that_is_missing_is_one_line_and_exit_code_2_or_a_503_and_one_line() {
    let Some(nats) = Nats::start_with(1, PERMISSIONS) else { return };
    let url = nats.url();
    let user = |name| [("NATS_URL", &*url), ("NATS_USER", name), ("NATS_PASSWORD", "s3cret")];
    assert_accepted_soon(&Program::receive(&user("okta")), "1");
    assert_refused(&user("blind"), "NATS_URL: the server does not permit this user");

    let mute = Program::receive(&user("mute"));
    for kind in ["create", "activate", "suspend"] {
        let delivery = created(kind, "nobody@example.com").replace("lifecycle.create", kind);
        assert_eq!(mute.deliver(&delivery), 503);
    }
    // The stream is there, and takes nothing from us.
    let answer = mute.ask("GET", "/health", "", "");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    let log = mute.log().to_lowercase();
    assert_eq!(log.matches("permissions violation").count(), 1, "{log}");
    assert_eq!(log.matches("deliveries are not stored").count(), 1, "{log}");
}

#[tokio::test]
async fn a_stream_that_could_lose_events_is_refused_and_stays_as_it_is() {
    let Some(nats) = Nats::start() else { return };
    let context = nats.context().await;
    let config = Config {
        name: "OKTA".to_owned(),
        subjects: vec!["okta.>".to_owned()],
        storage: StorageType::Memory,
        ..Config::default()
    };
    context.create_stream(config).await.unwrap();
    let url = nats.url();
    assert_refused(&[("NATS_URL", &url)], "the stream OKTA is in memory");
    let stream = context.get_stream("OKTA").await.unwrap();
    assert_eq!(stream.cached_info().config.storage, StorageType::Memory);
    assert_refused(
        &[("NATS_URL", &url), ("NATS_STREAM", "A"), ("NATS_REPLICAS", "3")],
        "NATS_REPLICAS: ",
    );
}

#[test]
fn a_filter_that_matches_what_the_consumer_itself_gives_up_is_refused() {
    for filter in ["okta.>", "okta.dead_letters.greeter.>", "okta.dead_letters.*.acme_okta_com.>"] {
        let output = run("consume", &[("FILTER", filter)]);
        assert_eq!(output.status.code(), Some(2), "{filter}");
        let errors = String::from_utf8(output.stderr).unwrap();
        let says = "FILTER: it matches okta.dead_letters.greeter.>, where this consumer leaves";
        assert!(errors.starts_with(says) && errors.lines().count() == 1, "{errors}");
    }
}

#[test]
fn a_consumer_that_is_there_with_another_filter_is_refused() {
    let Some(nats) = Nats::start() else { return };
    let url = nats.url();
    let receiver = Program::receive(&[("NATS_URL", &url)]);
    assert_accepted_soon(&receiver, "1");
    let first = Program::consume(&[("NATS_URL", &url), ("FILTER", "okta.events.*.user.>")]);
    until("the greeting", || first.lines().contains(&greeting("1@example.com")).then_some(()));
    let output = run("consume", &[("NATS_URL", &url)]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert_eq!(errors, "CONSUMER: the consumer greeter has another filter; nothing was changed\n");
}
