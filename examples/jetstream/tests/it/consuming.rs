//! What a consumer does with what goes wrong.

use super::nats::Nats;
use super::program::{Program, created, greeting, until};

#[tokio::test]
async fn an_event_that_always_fails_becomes_a_dead_letter_and_can_be_handled_from_there() {
    let Some(nats) = Nats::start() else { return };
    let url = nats.url();
    let receiver = Program::receive(&[("NATS_URL", &url)]);
    assert_eq!(receiver.deliver(&created("u1", "john.doe@example.com")), 204);

    let failing = Program::consume_into_nothing(&[("NATS_URL", &url), ("MAX_TRIES", "2")]);
    until("the dead letter", || failing.log().contains("dead letter").then_some(()));
    let log = failing.log();
    assert_eq!(log.matches("an event was not handled").count(), 2, "{log}");
    assert!(!log.contains("john.doe"), "{log}");
    assert!(failing.terminate().success());

    let letters = nats.stored("okta.dead_letters.>").await;
    let subject = "okta.dead_letters.greeter.acme_okta_com.user.lifecycle.create";
    assert_eq!(letters.iter().map(|letter| &*letter.subject).collect::<Vec<_>>(), [subject]);
    assert_eq!(letters[0].header("ce-id"), Some("u1"));
    assert_eq!(letters[0].header("okta-hooks-reason"), Some("every try failed"));

    // The same program, over the dead letters of the first.
    let filter = [("FILTER", "okta.dead_letters.greeter.>"), ("CONSUMER", "second-chance")];
    let second = Program::consume(&[("NATS_URL", &url), filter[0], filter[1]]);
    let expected = greeting("john.doe@example.com");
    until("the greeting", || second.lines().contains(&expected).then_some(()));
}

#[tokio::test]
async fn a_message_that_is_not_an_event_becomes_a_dead_letter_and_the_next_one_is_handled() {
    let Some(nats) = Nats::start() else { return };
    let url = nats.url();
    let receiver = Program::receive(&[("NATS_URL", &url)]);
    assert_eq!(receiver.deliver(&created("u1", "ann@example.com")), 204);
    let context = nats.context().await;
    let acknowledged = context.publish("okta.events.x.y", "hunter2".into()).await.unwrap();
    acknowledged.await.unwrap();
    assert_eq!(receiver.deliver(&created("u2", "bea@example.com")), 204);

    let consumer = Program::consume(&[("NATS_URL", &url)]);
    for login in ["ann@example.com", "bea@example.com"] {
        until("the greeting", || consumer.lines().contains(&greeting(login)).then_some(()));
    }
    until("the dead letter", || consumer.log().contains("dead letter").then_some(()));
    let letters = nats.stored("okta.dead_letters.>").await;
    let told: Vec<_> = letters.iter().map(|letter| (&*letter.subject, &*letter.body)).collect();
    assert_eq!(told, [("okta.dead_letters.greeter.x.y", "hunter2")]);
    assert!(!consumer.log().contains("hunter2"));
}

#[test]
fn consumers_of_one_name_share_the_events_and_each_other_name_gets_all_of_them() {
    let Some(nats) = Nats::start() else { return };
    let url = nats.url();
    let receiver = Program::receive(&[("NATS_URL", &url)]);
    let shared = [0, 1].map(|_| Program::consume(&[("NATS_URL", &url)]));
    let other = Program::consume(&[("NATS_URL", &url), ("CONSUMER", "other")]);
    for n in 0..40 {
        assert_eq!(receiver.deliver(&created(&format!("u{n}"), &format!("{n}@example.com"))), 204);
    }
    let greetings = |program: &Program| program.lines().len() - 1;
    let both = || greetings(&shared[0]) + greetings(&shared[1]);
    until("all of them", || (both() >= 40 && greetings(&other) >= 40).then_some(()));
    assert_eq!((both(), greetings(&other)), (40, 40));
}
