//! `SeenEvents` as a table of claims.

use std::time::{Duration, Instant};

use okta_hooks::system_log::{Cursor, Query};
use okta_hooks::{Claim, Claimed, Delivery, LogEvent, SeenEvents};

fn delivery(event_id: &str, uuids: &[&str]) -> Delivery {
    from("https://acme.okta.com/api/v1/eventHooks/who1", event_id, uuids)
}

fn from(source: &str, event_id: &str, uuids: &[&str]) -> Delivery {
    let event = |uuid: &&str| serde_json::json!({"uuid": uuid, "eventType": "user.session.start"});
    let events: Vec<_> = uuids.iter().map(event).collect();
    let body =
        serde_json::json!({"source": source, "eventId": event_id, "data": {"events": events}});
    Delivery::from_bytes(body.to_string()).expect("a delivery")
}

fn uuids(delivery: &Delivery) -> Vec<&str> {
    delivery.events().iter().filter_map(|event| event.uuid()).collect()
}

#[track_caller]
fn claim(seen: &SeenEvents, delivery: &mut Delivery, now: Instant) -> Claim {
    match seen.claim(delivery, now) {
        Claimed::New(claim) => claim,
        other => panic!("expected something new, not {other:?}"),
    }
}

#[track_caller]
fn handle(seen: &SeenEvents, mut delivery: Delivery, now: Instant) {
    claim(seen, &mut delivery, now).commit(now);
}

#[track_caller]
fn assert_seen(seen: &SeenEvents, mut delivery: Delivery, now: Instant) {
    assert!(matches!(seen.claim(&mut delivery, now), Claimed::Seen));
}

#[test]
fn a_delivery_and_its_events_are_seen_after_the_commit() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    handle(&seen, delivery("e1", &["u1", "u2"]), now);
    assert_seen(&seen, delivery("e1", &["u1", "u2"]), now);
    assert_seen(&seen, delivery("e2", &["u2"]), now);
}

#[test]
fn an_event_that_is_new_is_handed_over_under_an_event_id_that_is_known() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    handle(&seen, delivery("e1", &["u1"]), now);
    let mut larger = delivery("e1", &["u1", "u2"]);
    claim(&seen, &mut larger, now).commit(now);
    assert_eq!(uuids(&larger), ["u2"]);
    assert_seen(&seen, delivery("e1", &["u1", "u2"]), now);
}

#[test]
fn an_event_without_uuid_is_known_by_its_delivery_alone() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    let body =
        r#"{"eventId":"e1","data":{"events":[{"eventType":"x"},{"eventType":"y","uuid":"u1"}]}}"#;
    let sent = || Delivery::from_bytes(body).expect("a delivery");
    handle(&seen, sent(), now);
    assert_seen(&seen, sent(), now);
    let mut other = Delivery::from_bytes(body.replace("u1", "u2")).expect("a delivery");
    claim(&seen, &mut other, now).commit(now);
    assert_eq!(other.events().len(), 1, "the one without uuid came before");
}

#[test]
fn an_empty_id_does_not_count_as_one() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    let mut first = delivery("", &["", "", "u1"]);
    claim(&seen, &mut first, now).commit(now);
    assert_eq!(uuids(&first), ["", "", "u1"]);
    let mut second = delivery("", &["", "u1", "u2"]);
    claim(&seen, &mut second, now).commit(now);
    assert_eq!(uuids(&second), ["", "u2"]);
}

#[test]
fn only_what_is_new_is_left_in_the_delivery() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    handle(&seen, delivery("e1", &["u1"]), now);
    let mut mixed = delivery("e2", &["u1", "u2", "u2", "u3"]);
    let claim = claim(&seen, &mut mixed, now);
    assert_eq!(uuids(&mixed), ["u2", "u3"]);
    claim.commit(now);
    assert_seen(&seen, delivery("e3", &["u3", "u2"]), now);
}

#[test]
fn a_dropped_claim_may_be_claimed_again() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    drop(claim(&seen, &mut delivery("e1", &["u1"]), now));
    assert!(seen.is_empty());
    handle(&seen, delivery("e1", &["u1"]), now);
    assert_seen(&seen, delivery("e1", &["u1"]), now);
}

#[test]
fn what_is_being_handled_is_neither_new_nor_seen() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    let first = claim(&seen, &mut delivery("e1", &["u1", "u2"]), now);
    let mut overlapping = delivery("e2", &["u0", "u2"]);
    assert!(matches!(seen.claim(&mut overlapping, now), Claimed::InFlight));
    assert_eq!(uuids(&overlapping), ["u0", "u2"], "nothing changed");
    let other = claim(&seen, &mut delivery("e3", &["u3"]), now);
    first.commit(now);
    let second = claim(&seen, &mut overlapping, now);
    assert_eq!(uuids(&overlapping), ["u0"]);
    drop((second, other));
}

#[test]
fn two_hooks_of_one_org_send_one_event() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    handle(&seen, from("https://acme.okta.com/api/v1/eventHooks/who1", "e1", &["u1"]), now);
    assert_seen(&seen, from("https://acme.okta.com/api/v1/eventHooks/who2", "e2", &["u1"]), now);
    assert_seen(&seen, from("HTTPS://ACME.okta.com/api/v1/eventHooks/who3", "e3", &["u1"]), now);
    let mut mixed = from("https://acme.okta.com/api/v1/eventHooks/who2", "e4", &["u1", "u2"]);
    let _claim = claim(&seen, &mut mixed, now);
    assert_eq!(uuids(&mixed), ["u2"]);
}

#[test]
fn a_delivery_id_of_another_hook_is_another_delivery() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    handle(&seen, from("https://acme.okta.com/api/v1/eventHooks/who1", "e1", &["u1"]), now);
    handle(&seen, from("https://acme.okta.com/api/v1/eventHooks/who2", "e1", &["u2"]), now);
}

#[test]
fn another_org_has_events_of_its_own() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    handle(&seen, from("https://acme.okta.com/api/v1/eventHooks/who1", "e1", &["u1"]), now);
    handle(&seen, from("https://acme.oktapreview.com/api/v1/eventHooks/who1", "e1", &["u1"]), now);
    handle(&seen, from("https://acme.okta.com:8443/api/v1/eventHooks/who1", "e1", &["u1"]), now);
}

#[test]
fn a_source_that_is_not_a_url_is_the_org_as_it_is_and_a_missing_one_is_an_org_of_its_own() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    handle(&seen, from("a hand-edited preview", "e1", &["u1"]), now);
    assert_seen(&seen, from("a hand-edited preview", "e2", &["u1"]), now);
    handle(&seen, from("another", "e3", &["u1"]), now);
    let without = |event_id: &str| {
        let body = serde_json::json!({"source": null, "eventId": event_id,
            "data": {"events": [{"uuid": "u1", "eventType": "user.session.start"}]}});
        Delivery::from_bytes(body.to_string()).expect("a delivery")
    };
    handle(&seen, without("e4"), now);
    assert_seen(&seen, without("e5"), now);
}

#[test]
fn a_page_of_the_system_log_passes_the_same_check_as_a_hook() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    let page = |uuids: &[&str]| {
        let event =
            |uuid: &&str| format!(r#"{{"uuid":"{uuid}","eventType":"user.session.start"}}"#);
        let events: Vec<String> = uuids.iter().map(event).collect();
        let cursor = Cursor::start("https://acme.okta.com", &Query::new()).unwrap();
        let page = cursor.read(format!("[{}]", events.join(",")), &http::HeaderMap::new()).unwrap();
        (cursor.org().to_owned(), page.events)
    };
    handle(&seen, delivery("e1", &["u1", "u2"]), now);

    let (org, mut events) = page(&["u1", "u3", "u3", "u2"]);
    let Claimed::New(claim) = seen.claim_events(&org, &mut events, now) else {
        panic!("u3 is new")
    };
    assert_eq!(events.iter().map(LogEvent::uuid).collect::<Vec<_>>(), [Some("u3")]);

    let mut same = delivery("e2", &["u3"]);
    assert!(matches!(seen.claim(&mut same, now), Claimed::InFlight));
    let (org, mut again) = page(&["u3"]);
    assert!(matches!(seen.claim_events(&org, &mut again, now), Claimed::InFlight));
    assert_eq!(again.len(), 1, "nothing changed");

    claim.commit(now);
    assert_seen(&seen, same, now);
    assert!(matches!(seen.claim_events(&org, &mut again, now), Claimed::Seen));
    assert!(matches!(seen.claim_events(&org, &mut Vec::new(), now), Claimed::Seen));
    assert!(matches!(seen.claim_events("other.okta.com", &mut again, now), Claimed::New(_)));
}

#[tokio::test]
async fn a_page_waits_for_the_delivery_that_has_its_events() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    let first = claim(&seen, &mut delivery("e1", &["u1"]), now);
    let waiting = tokio::spawn({
        let seen = seen.clone();
        let mut events = delivery("e2", &["u1"]).events().to_vec();
        async move {
            let claim = seen.claim_events_or_wait("acme.okta.com", &mut events, Instant::now).await;
            claim.is_some()
        }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    first.commit(now);
    assert!(!waiting.await.unwrap(), "the delivery has handled it");
}

#[test]
fn an_age_set_on_a_clone_changes_no_memory_but_its_own() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    handle(&seen, delivery("e1", &["u1"]), now);
    let short = seen.clone().with_max_age(Duration::ZERO);
    let later = now + Duration::from_secs(60);
    handle(&short, delivery("e1", &["u1"]), later);
    handle(&short, delivery("e2", &["u2"]), later + Duration::from_secs(60));
    assert_seen(&seen, delivery("e1", &["u1"]), later);
    assert_eq!((seen.len(), short.len()), (2, 2));
}

#[test]
fn an_event_id_is_never_taken_for_a_uuid() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    handle(&seen, delivery("same", &[]), now);
    handle(&seen, delivery("other", &["same"]), now);
}

#[test]
fn what_has_no_id_is_always_new() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    let body = r#"{"data":{"events":[{"eventType":"user.session.start"}]}}"#;
    for _ in 0..2 {
        let mut delivery = Delivery::from_slice(body.as_bytes()).unwrap();
        claim(&seen, &mut delivery, now).commit(now);
        assert_eq!(delivery.events().len(), 1);
    }
    let mut known = delivery("e1", &["u1"]);
    claim(&seen, &mut known, now).commit(now);
    assert_eq!(seen.len(), 2);
}

#[test]
fn invalid_events_are_handed_over_even_beside_events_that_were_seen() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    handle(&seen, delivery("e1", &["u1"]), now);
    let body = r#"{"source":"https://acme.okta.com/api/v1/eventHooks/who1","eventId":"e2",
        "data":{"events":[{"uuid":"u1","eventType":"user.session.start"},5]}}"#;
    let mut mixed = Delivery::from_slice(body.as_bytes()).unwrap();
    let _claim = claim(&seen, &mut mixed, now);
    assert_eq!((mixed.events().len(), mixed.invalid_events().len()), (0, 1));
}

#[test]
fn the_oldest_is_forgotten_first_when_there_are_too_many() {
    let (seen, now) = (SeenEvents::with_capacity(4), Instant::now());
    for n in ["1", "2", "3"] {
        handle(&seen, delivery(&format!("e{n}"), &[&format!("u{n}")]), now);
        assert!(seen.len() <= 4);
    }
    assert_seen(&seen, delivery("e3", &["u3"]), now);
    assert_seen(&seen, delivery("e2", &["u2"]), now);
    handle(&seen, delivery("e1", &["u1"]), now);
}

#[test]
fn what_is_too_old_is_forgotten() {
    let age = Duration::from_secs(3600);
    let (seen, start) = (SeenEvents::with_capacity(100).with_max_age(age), Instant::now());
    handle(&seen, delivery("e1", &["u1"]), start);
    handle(&seen, delivery("e2", &["u2"]), start + age);
    assert_seen(&seen, delivery("e1", &["u1"]), start + age);
    handle(&seen, delivery("e1", &["u1"]), start + age + Duration::from_secs(1));
    assert_seen(&seen, delivery("e2", &["u2"]), start + age + Duration::from_secs(1));
}

#[test]
fn a_clock_that_goes_back_forgets_nothing() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now() + Duration::from_secs(60));
    handle(&seen, delivery("e1", &["u1"]), now);
    assert_seen(&seen, delivery("e1", &["u1"]), now - Duration::from_secs(30));
}

#[tokio::test]
async fn a_claim_that_waits_is_told_of_the_outcome() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    for succeeds in [false, true] {
        let first = claim(&seen, &mut delivery("e1", &["u1"]), now);
        let waiting = tokio::spawn({
            let seen = seen.clone();
            async move {
                let claim = seen.claim_or_wait(&mut delivery("e1", &["u1"]), Instant::now).await;
                claim.is_some()
            }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        if succeeds {
            first.commit(now);
        } else {
            drop(first);
        }
        assert_eq!(waiting.await.unwrap(), !succeeds, "the claim is free only after a failure");
    }
}

#[test]
fn debug_shows_no_id() {
    let (seen, now) = (SeenEvents::with_capacity(100), Instant::now());
    let claimed = seen.claim(&mut delivery("secret-event-id", &["secret-uuid"]), now);
    assert!(!format!("{seen:?} {claimed:?}").contains("secret"));
}

/// Okta repeats the first event of a batch together with a new one.
#[cfg(feature = "tower")]
#[tokio::test]
async fn a_queue_behind_the_layer_gets_only_the_event_that_is_new() {
    use okta_hooks::layer::DedupeLayer;
    use tower::{ServiceBuilder, ServiceExt, service_fn};

    let (queue, queued) = std::sync::mpsc::channel();
    let service = ServiceBuilder::new()
        .layer(DedupeLayer::new(SeenEvents::with_capacity(100)))
        .service(service_fn(move |delivery: Delivery| {
            let sent = serde_json::to_vec(&delivery).map(|json| queue.send(json));
            async move { sent.map(drop) }
        }));
    service.clone().oneshot(delivery("e1", &["seen"])).await.unwrap();
    let mixed = delivery("e2", &["seen", "new"]);
    service.oneshot(mixed.clone()).await.unwrap();

    queued.recv().unwrap();
    let read: Delivery = serde_json::from_slice(&queued.recv().unwrap()).unwrap();
    assert_eq!(uuids(&read), ["new"]);
    assert_eq!((read.event_id(), read.source()), (mixed.event_id(), mixed.source()));
}

#[test]
fn what_retain_leaves_is_what_is_written_and_read_again() {
    let body = r#" {"a":[1] , "data":{"b":0.00,"events":[ {"uuid":"u1","eventType":"x"} , 5,
        {"uuid":"u2","eventType":"y","n":1.50}, {"uuid":"u3","eventType":"z"} ] }, "c":{}} "#;
    let mut delivery = Delivery::from_slice(body.as_bytes()).unwrap();
    delivery.retain(|event| event.uuid() != Some("u1"));
    let written = serde_json::to_string(&delivery).unwrap();
    assert_eq!(
        written,
        r#"{"a":[1] , "data":{"b":0.00,"events":[5,{"uuid":"u2","eventType":"y","n":1.50},{"uuid":"u3","eventType":"z"}] }, "c":{}}"#
    );
    let read: Delivery = serde_json::from_str(&written).unwrap();
    assert_eq!((uuids(&read), read.invalid_events().len()), (vec!["u2", "u3"], 1));
    assert_eq!(delivery.raw(), body, "what came stays what came");

    delivery.retain(|_| false);
    let empty = serde_json::to_string(&delivery).unwrap();
    assert!(empty.contains(r#""events":[5] }"#), "{empty}");
}

#[test]
fn of_two_lists_of_events_the_one_that_counts_is_written_without_what_was_removed() {
    let body = r#"{"data":{"events":[{"uuid":"u1","eventType":"x"}]},
        "data":{"events":[{"uuid":"u2","eventType":"x"},{"uuid":"u3","eventType":"x"}]}}"#;
    let mut delivery = Delivery::from_slice(body.as_bytes()).unwrap();
    delivery.retain(|event| event.uuid() == Some("u3"));
    let read: Delivery = serde_json::from_str(&serde_json::to_string(&delivery).unwrap()).unwrap();
    assert_eq!(uuids(&read), ["u3"]);
}
