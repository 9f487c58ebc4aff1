//! A service that panics, or whose process is killed.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::jetstream::AckKind;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use futures_util::StreamExt;
use jetstream_hook::nats::connection::connect;
use jetstream_hook::nats::consumer::{self, ConsumerSettings};
use jetstream_hook::nats::settings::NatsSettings;
use okta_hooks::Delivery;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::{BoxError, service_fn};

use super::nats::{Nats, Stored};
use super::outages::assert_accepted_soon;
use super::program::Program;

const NAME: &str = "greeter";
const FILTER: &str = "okta.events.>";
const BAD: &str = "u5";

/// The events that were handled.
type Handled = Arc<Mutex<BTreeSet<String>>>;

/// Panics if it is the bad event.
async fn handle(delivery: Delivery, handled: Handled) -> Result<(), BoxError> {
    let uuid = delivery.events()[0].uuid().expect("it has one").to_owned();
    assert_ne!(uuid, BAD, "on purpose");
    handled.lock().unwrap().insert(uuid);
    Ok(())
}

/// Consumes with a connection of its own until it is aborted.
fn consume(url: &str, handled: &Handled, max_tries: u64) -> JoinHandle<()> {
    let url = url.to_owned();
    let handled = handled.clone();
    let settings = ConsumerSettings {
        name: NAME.to_owned(),
        filter: FILTER.to_owned(),
        at_once: 256,
        max_tries: Some(max_tries),
        max_delay: Duration::from_secs(1),
    };
    tokio::spawn(async move {
        let variable = |name: &str| Ok((name == "NATS_URL").then(|| url.clone()));
        let nats = NatsSettings::read(variable).expect("they make sense");
        let service = service_fn(move |delivery| handle(delivery, handled.clone()));
        let context = connect(&nats).await.expect("there is a server");
        let (_stop, stopping) = watch::channel(false);
        consumer::run(context, &nats, &settings, service, stopping).await.expect("they fit");
    })
}

/// What `look` finds, as soon as it does.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(60), found).await;
    found.unwrap_or_else(|_| panic!("waited too long for {what}"))
}

/// Of the dead letters, as soon as there is one.
async fn ids_and_reasons(nats: &Nats) -> Vec<[String; 2]> {
    let header = |letter: &Stored, name| letter.header(name).unwrap_or_default().to_owned();
    until("a dead letter", async || {
        let letters = nats.stored("okta.dead_letters.>").await;
        (!letters.is_empty()).then_some(letters)
    })
    .await
    .iter()
    .map(|letter| ["ce-id", "okta-hooks-reason"].map(|name| header(letter, name)))
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_failure_of_that_event_and_the_others_are_handled() {
    let Some(nats) = Nats::start() else { return };
    let receiver = Program::receive(&[("NATS_URL", &nats.url())]);
    let uuids: Vec<_> = (0..10).map(|n| format!("u{n}")).collect();
    uuids.iter().for_each(|uuid| assert_accepted_soon(&receiver, uuid));
    let innocent: BTreeSet<_> = uuids.into_iter().filter(|uuid| uuid != BAD).collect();

    let handled = Handled::default();
    let consuming = consume(&nats.url(), &handled, 2);
    let all = async || (*handled.lock().unwrap() == innocent).then_some(());
    until("the others", all).await;
    assert_eq!(ids_and_reasons(&nats).await, [[BAD, "every try failed"]]);
    consuming.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_as_often_as_permitted_is_not_begun_again() {
    let Some(nats) = Nats::start() else { return };
    let receiver = Program::receive(&[("NATS_URL", &nats.url())]);
    assert_accepted_soon(&receiver, "u0");
    begin(&nats).await;

    let handled = Handled::default();
    let consuming = consume(&nats.url(), &handled, 1);
    assert_eq!(ids_and_reasons(&nats).await, [["u0", "no try was acknowledged"]]);
    assert!(handled.lock().unwrap().is_empty());
    consuming.abort();
}

/// Takes an event and does not handle it, as a process that is killed, but has it come again at once.
async fn begin(nats: &Nats) {
    let stream = nats.context().await.get_stream("OKTA").await.expect("it is there");
    let config = pull::Config {
        durable_name: Some(NAME.to_owned()),
        filter_subject: FILTER.to_owned(),
        ack_policy: AckPolicy::Explicit,
        ack_wait: Duration::from_secs(30),
        max_deliver: -1,
        ..pull::Config::default()
    };
    let consumer = stream.create_consumer(config).await.expect("it is new");
    let mut events = consumer.batch().max_messages(1).messages().await.expect("messages");
    let event = events.next().await.expect("there is one").expect("a message");
    event.double_ack_with(AckKind::Nak(None)).await.expect("it is connected");
}
