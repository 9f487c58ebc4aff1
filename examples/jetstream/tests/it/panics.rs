//! A service that panics, or takes its process with it: one event is at fault, and not those beside it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, pull};
use okta_hooks::Delivery;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::{BoxError, service_fn};

use super::nats::Nats;
use super::outages::assert_accepted_soon;
use super::program::Program;
use super::source::connection::connect;
use super::source::consumer::{self, ConsumerSettings};
use super::source::settings::NatsSettings;

const BAD: &str = "u5";

/// What a service was asked to do.
#[derive(Default)]
struct Seen {
    begun: Mutex<BTreeSet<String>>,
    done: Mutex<BTreeSet<String>>,
    /// Nothing comes to an end, as in a process that is about to die.
    is_dying: AtomicBool,
}

impl Seen {
    async fn handle(&self, delivery: Delivery, how: fn()) -> Result<(), BoxError> {
        let uuid = delivery.events()[0].uuid().expect("it has one").to_owned();
        self.begun.lock().unwrap().insert(uuid.clone());
        if uuid == BAD {
            how();
        }
        if uuid == BAD || self.is_dying.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.done.lock().unwrap().insert(uuid);
        Ok(())
    }

    fn begun(&self) -> usize {
        self.begun.lock().unwrap().len()
    }

    fn done(&self) -> Vec<String> {
        self.done.lock().unwrap().iter().cloned().collect()
    }
}

/// Ten events, from `u0`, of which one is bad.
fn ten_events(url: &str) {
    let receiver = Program::receive(&[("NATS_URL", url)]);
    (0..10).for_each(|n| assert_accepted_soon(&receiver, &format!("u{n}")));
}

fn innocent() -> Vec<String> {
    (0..10).map(|n| format!("u{n}")).filter(|uuid| uuid != BAD).collect()
}

/// Consumes with a connection of its own until it is aborted.
fn consume(url: &str, seen: &Arc<Seen>, max_tries: u64, how: fn()) -> JoinHandle<()> {
    let url = url.to_owned();
    let seen = seen.clone();
    let settings = ConsumerSettings {
        name: "greeter".to_owned(),
        filter: "okta.events.>".to_owned(),
        at_once: 256,
        max_tries: Some(max_tries),
        max_delay: Duration::from_secs(1),
    };
    tokio::spawn(async move {
        let variable = |name: &str| Ok((name == "NATS_URL").then(|| url.clone()));
        let nats = NatsSettings::read(variable).expect("they make sense");
        let service = service_fn(move |delivery| {
            let seen = seen.clone();
            async move { seen.handle(delivery, how).await }
        });
        let context = connect(&nats).await.expect("there is a server");
        let (_stop, stopping) = watch::channel(false);
        consumer::run(context, &nats, &settings, service, stopping).await.expect("they fit");
    })
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let waited = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(60), waited).await.is_ok(), "{what}");
}

async fn assert_only_the_bad_one_is_a_dead_letter(nats: &Nats, reason: &str) {
    let mut letters = Vec::new();
    while letters.is_empty() {
        letters = nats.stored("okta.dead_letters.>").await;
    }
    let ids: Vec<_> = letters.iter().map(|letter| letter.header("ce-id")).collect();
    assert_eq!(ids, [Some(BAD)]);
    assert_eq!(letters[0].header("okta-hooks-reason"), Some(reason));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_failure_of_that_event_and_the_others_are_handled() {
    let Some(nats) = Nats::start() else { return };
    ten_events(&nats.url());
    let seen = Arc::new(Seen::default());
    let consuming = consume(&nats.url(), &seen, 2, || panic!("on purpose"));
    until("the others are handled", || seen.done() == innocent()).await;
    assert_only_the_bad_one_is_a_dead_letter(&nats, "every try failed").await;
    consuming.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_takes_processes_with_it_does_not_make_dead_letters_of_those_beside_it() {
    let Some(nats) = Nats::start() else { return };
    let url = nats.url();
    ten_events(&url);

    // It dies with all ten.
    let seen = Arc::new(Seen::default());
    seen.is_dying.store(true, Ordering::Relaxed);
    let process = consume(&url, &seen, 1, || {});
    until("all have begun", || seen.begun() == 10).await;
    die(process, &nats).await;

    // The next one has them one by one, and dies with the bad one.
    let seen = Arc::new(Seen::default());
    let process = consume(&url, &seen, 1, || {});
    until("it is tried alone", || seen.begun.lock().unwrap().contains(BAD)).await;
    assert_eq!(seen.done(), innocent()[..5]);
    assert_eq!(seen.begun(), 6, "nothing beside it");
    die(process, &nats).await;

    let process = consume(&url, &seen, 1, || {});
    until("the others are handled", || seen.done() == innocent()).await;
    assert_only_the_bad_one_is_a_dead_letter(&nats, "no try came to an end").await;
    process.abort();
}

/// Ends a consumer as SIGKILL would; returns when what it had is there for others.
async fn die(process: JoinHandle<()>, nats: &Nats) {
    process.abort();
    let _ = process.await;
    let stream = nats.context().await.get_stream("OKTA").await.expect("it is there");
    // Sooner than after half a minute.
    for ack_wait in [Duration::from_millis(100), Duration::from_secs(30)] {
        let config = pull::Config {
            durable_name: Some("greeter".to_owned()),
            filter_subject: "okta.events.>".to_owned(),
            ack_policy: AckPolicy::Explicit,
            ack_wait,
            max_deliver: -1,
            ..pull::Config::default()
        };
        stream.create_consumer(config).await.expect("it can be changed");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
