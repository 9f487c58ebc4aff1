//! What was acknowledged is in the stream, and with the consumers, whoever dies.
//!
//! Each fault has two seconds; `OKTA_HOOKS_FAULT_SECONDS` gives it more.

use std::collections::HashSet;
use std::time::Duration;

use super::nats::Nats;
use super::program::{Program, greeting, until};
use super::sender::Senders;

const SENDERS: usize = 16;

async fn for_a_while() {
    let seconds = std::env::var("OKTA_HOOKS_FAULT_SECONDS").ok();
    let seconds = seconds.and_then(|seconds| seconds.parse().ok()).unwrap_or(2);
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// Nothing acknowledged is missing, in the stream or at a consumer. Consumers that are killed may
/// greet twice, but nobody is left out.
async fn assert_nothing_lost(
    what: &str,
    nats: &Nats,
    senders: Senders,
    greeted: impl Fn() -> Vec<String>,
) {
    let (acknowledged, given_up) = senders.stop();
    assert!(acknowledged.len() > 100, "{what}: {} acknowledged", acknowledged.len());
    let stored = nats.stored("okta.events.>").await;
    let ids: HashSet<&str> = stored.iter().filter_map(|event| event.header("ce-id")).collect();
    let lost: Vec<_> = acknowledged.iter().filter(|id| !ids.contains(&***id)).collect();
    eprintln!(
        "{what}: {} acknowledged, {given_up} given up, {} lost",
        acknowledged.len(),
        lost.len()
    );
    assert!(lost.is_empty(), "{what}: acknowledged and lost: {lost:?}");

    let missing = || {
        let greeted: HashSet<String> = greeted().into_iter().collect();
        let is_missing = |id: &&String| !greeted.contains(&greeting(&format!("{id}@example.com")));
        acknowledged.iter().filter(is_missing).count()
    };
    // As long as some arrive, the others may: a machine can be slow.
    let mut left = acknowledged.len();
    while left > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let what = format!("the greetings of {left}");
        left = until(&what, || Some(missing()).filter(|now| *now < left || *now == 0));
    }
}

#[tokio::test]
async fn a_receiver_that_is_killed_loses_nothing_that_was_acknowledged() {
    let Some(nats) = Nats::start() else { return };
    let url = nats.url();
    let (first, second) =
        (Program::receive(&[("NATS_URL", &url)]), Program::receive(&[("NATS_URL", &url)]));
    let consumer = Program::consume(&[("NATS_URL", &url)]);
    let (gone, stays) = (first.address.clone(), second.address.clone());
    let senders = Senders::start(SENDERS, vec![gone, stays]);
    for_a_while().await;
    drop(first); // With SIGKILL.
    for_a_while().await;
    assert_nothing_lost("receiver killed", &nats, senders, || consumer.lines()).await;
}

#[tokio::test]
async fn a_consumer_that_is_killed_leaves_its_events_to_the_next_one() {
    let Some(nats) = Nats::start() else { return };
    let url = nats.url();
    let receiver = Program::receive(&[("NATS_URL", &url)]);
    let senders = Senders::start(SENDERS, vec![receiver.address.clone()]);
    let mut greeted = Vec::new();
    for _ in 0..3 {
        let consumer = Program::consume(&[("NATS_URL", &url)]);
        for_a_while().await;
        greeted.extend(consumer.kill());
    }
    let consumer = Program::consume(&[("NATS_URL", &url)]);
    let all = || [greeted.clone(), consumer.lines()].concat();
    assert_nothing_lost("consumer killed", &nats, senders, all).await;
}

#[tokio::test]
async fn everything_killed_at_once_loses_nothing_that_was_acknowledged() {
    let Some(mut nats) = Nats::start() else { return };
    let url = nats.url();
    let receiver = Program::receive(&[("NATS_URL", &url)]);
    let consumer = Program::consume(&[("NATS_URL", &url)]);
    let senders = Senders::start(SENDERS, vec![receiver.address.clone()]);
    for_a_while().await;
    nats.kill_server(0);
    let greeted = consumer.kill();
    drop(receiver); // With SIGKILL.
    nats.start_server(0);
    let receiver = Program::receive(&[("NATS_URL", &url)]);
    let consumer = Program::consume(&[("NATS_URL", &url)]);
    senders.redirect(vec![receiver.address.clone()]);
    let before = senders.acknowledged();
    until("new ones", || (senders.acknowledged() > before + 100).then_some(()));
    let all = || [greeted.clone(), consumer.lines()].concat();
    assert_nothing_lost("everything killed", &nats, senders, all).await;
}

#[tokio::test]
async fn the_leader_of_three_that_is_killed_loses_nothing_that_was_acknowledged() {
    let Some(mut nats) = Nats::start_three() else { return };
    let url = nats.url();
    let settings = [("NATS_URL", &*url), ("NATS_REPLICAS", "3")];
    let receivers = [0, 1].map(|_| Program::receive(&settings));
    let consumer = Program::consume(&settings);
    let senders =
        Senders::start(SENDERS, receivers.iter().map(|one| one.address.clone()).collect());
    until("the first", || (senders.acknowledged() > 0).then_some(()));
    for_a_while().await;
    let leader = nats.leader().await;
    nats.kill_server(leader);
    let before = senders.acknowledged();
    until("another leader", || (senders.acknowledged() > before + 100).then_some(()));
    nats.start_server(leader);
    for_a_while().await;
    assert_nothing_lost("leader of three killed", &nats, senders, || consumer.lines()).await;
}
