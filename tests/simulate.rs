//! What `simulate` makes is what this crate reads, whatever the type, the style and the seed.

#![cfg(feature = "simulate")]

use std::collections::HashSet;
use std::time::{Duration, UNIX_EPOCH};

use okta_hooks::event::OutcomeResult;
use okta_hooks::simulate::{self, Nulls, TargetBuilder};
use okta_hooks::{Delivery, EventType, LogEvent};
use serde_json::{Value, json};

fn read(delivery: &simulate::DeliveryBuilder) -> Delivery {
    Delivery::from_bytes(delivery.to_body()).expect("it is a delivery")
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}

#[test]
fn every_type_of_the_catalogue_is_read_without_a_mismatch_in_both_styles() {
    for info in EventType::catalog() {
        for nulls in [Nulls::Explicit, Nulls::Omitted] {
            for system in [false, true] {
                let event = simulate::event(info.event_type.clone()).user("nadia@example.com");
                let event = if system { event.by_system() } else { event };
                let made = simulate::delivery().event(event).nulls(nulls);
                let delivery = read(&made);
                let text = &info.event_type;
                assert!(delivery.invalid_events().is_empty(), "{text}");
                assert_eq!(delivery.event_type(), Some("com.okta.event_hook"));
                let [event] = delivery.events() else { panic!("{text}: one event") };
                assert_eq!(event.event_type(), *text);
                assert_eq!(event.schema_mismatches(), [], "{text}");
                assert_eq!(has_null(&made.to_json()), nulls == Nulls::Explicit, "{text}");
                let person = event.user_targets().chain(None).next();
                let person = person.and_then(|user| user.alternate_id.map(String::from));
                let actor = event.actor().and_then(|actor| actor.alternate_id.map(String::from));
                let nadia = Some("nadia@example.com".to_owned());
                assert!(person == nadia || actor == nadia, "{text} is about the person");
                let log = simulate::EventBuilder::to_system_log(
                    serde_json::from_str(event.raw()).unwrap(),
                );
                let log = LogEvent::from_bytes(log.to_string()).unwrap();
                assert_eq!(log.schema_mismatches(), [], "{text} in the System Log");
                assert_eq!(log.ip_chain().len(), event.ip_chain().len(), "{text}");
            }
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_bytes_and_another_makes_other_ids() {
    let made = |seed| {
        simulate::delivery()
            .seed(seed)
            .event(EventType::USER_LIFECYCLE_CREATE)
            .user("a@example.com")
    };
    assert_eq!(made(5).to_body(), made(5).to_body());
    let (one, other) = (read(&made(5)), read(&made(6)));
    assert_ne!(one.event_id(), other.event_id());
    assert_ne!(one.hook_id(), other.hook_id());
    assert_ne!(one.events()[0].uuid(), other.events()[0].uuid());
}

#[test]
fn no_event_is_published_after_its_delivery_was_composed() {
    let many =
        (0..100).fold(simulate::delivery(), |batch, _| batch.event(EventType::USER_SESSION_START));
    let late = UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let event = simulate::event(EventType::USER_SESSION_START).published(late);
    for batch in [simulate::delivery(), many, simulate::delivery().event(event)] {
        let delivery = read(&batch);
        let latest = delivery.events().iter().filter_map(|event| event.published()).max();
        assert!(latest < delivery.event_time(), "{latest:?}");
    }
}

#[test]
fn an_event_with_a_seed_of_its_own_is_the_same_wherever_it_stands() {
    let event = || simulate::event(EventType::USER_LIFECYCLE_CREATE).seed(9);
    let alone = event().to_json();
    let other = EventType::USER_SESSION_START;
    let batch = simulate::delivery().seed(3).event(other).event(event().debug_data("a", "b"));
    assert_eq!(batch.to_json()["data"]["events"][1]["uuid"], alone["uuid"]);
    let another = event().seed(10).to_json();
    assert_ne!(another["uuid"], alone["uuid"]);
    assert_eq!(another["target"], alone["target"], "about the same person");
}

#[test]
fn events_of_a_batch_differ_and_people_stay_the_same() {
    let batch = (0..200).fold(simulate::delivery(), |batch, _| {
        batch.event(EventType::USER_LIFECYCLE_ACTIVATE).user("a@example.com")
    });
    let delivery = read(&batch);
    let uuids: HashSet<_> = delivery.events().iter().filter_map(LogEvent::uuid).collect();
    let people: HashSet<_> = delivery
        .events()
        .iter()
        .filter_map(|event| event.targets()[0].id.clone().map(String::from))
        .collect();
    assert_eq!((uuids.len(), people.len()), (200, 1));
    let times: Vec<_> = delivery.events().iter().filter_map(LogEvent::published).collect();
    assert!(times.is_sorted() && times.len() == 200);
}

#[test]
fn what_is_set_arrives_as_it_was_set() {
    let time = UNIX_EPOCH + Duration::from_secs(1_753_650_845);
    let event = simulate::event(EventType::USER_ACCOUNT_UPDATE_PROFILE)
        .target(
            TargetBuilder::user("a@example.com")
                .id("00u1")
                .change(json!({"x": null}), json!({"x": 1})),
        )
        .actor(TargetBuilder::user("b@example.com").display_name("Bea"))
        .outcome(OutcomeResult::FAILURE, Some("why"))
        .severity("A_NEW_ONE")
        .published(time)
        .debug_data("changedAttributes", "x")
        .member("uuid", "u1")
        .member("device", Value::Null);
    let made = simulate::delivery()
        .event(event)
        .json(json!(5))
        .source("https://o.example.com/api/v1/eventHooks/who1")
        .event_id("e1")
        .sent_at(time)
        .nulls(Nulls::Omitted);
    let delivery = read(&made);
    assert_eq!((delivery.event_id(), delivery.org()), (Some("e1"), Some("o.example.com")));
    assert_eq!(delivery.event_time(), Some("2025-07-27T21:14:05.000Z"));
    assert_eq!((delivery.events().len(), delivery.invalid_events().len()), (1, 1));
    let event = &delivery.events()[0];
    assert_eq!((event.uuid(), event.published()), (Some("u1"), Some("2025-07-27T21:14:05.000Z")));
    assert_eq!(event.debug_data("targetEventHookIds").as_deref(), Some("who1"));
    assert_eq!(event.debug_data("changedAttributes").as_deref(), Some("x"));
    assert_eq!(event.get("device").map(|json| json.get()), Some("null"), "set by the test");
    let target = &event.targets()[0];
    assert_eq!(target.id.as_deref(), Some("00u1"));
    assert_eq!(event.actor().unwrap().display_name.as_deref(), Some("Bea"));
    let outcome = event.outcome().unwrap();
    assert_eq!(
        (outcome.result, outcome.reason.as_deref()),
        (Some(OutcomeResult::FAILURE), Some("why"))
    );
    assert!(event.severity().is_some_and(|severity| severity == "A_NEW_ONE"));
}

#[test]
fn there_may_be_no_target_and_no_event() {
    assert!(read(&simulate::delivery().user("nobody@example.com")).events().is_empty());
    let event = simulate::event(EventType::USER_LIFECYCLE_CREATE).no_target();
    assert!(event.to_json()["target"].is_null());
    let omitted = simulate::delivery().event(event).nulls(Nulls::Omitted);
    assert!(omitted.to_json()["data"]["events"][0].get("target").is_none());
}

#[test]
fn debug_shows_no_value() {
    let made = simulate::delivery().event(EventType::USER_LIFECYCLE_CREATE).user("hunter2");
    let target = TargetBuilder::user("hunter2");
    let event = simulate::event(EventType::USER_LIFECYCLE_CREATE).user("hunter2");
    assert!(!format!("{made:?} {target:?} {event:?}").contains("hunter2"));
}
