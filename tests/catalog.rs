//! The catalogue of event types: whole, in order, and found by every type's string.
//!
//! That it is what Okta published, and what the generator writes, is tested in `dev/xtask`.

use std::collections::HashSet;

use okta_hooks::{EventType, EventTypeInfo};

#[test]
fn it_has_all_types_of_the_release() {
    let count = |has: fn(&EventTypeInfo) -> bool| {
        EventType::catalog().iter().filter(|info| has(info)).count()
    };
    assert_eq!(EventType::catalog().len(), 1274);
    assert_eq!(count(|info| info.hook_eligible), 314);
    assert_eq!(count(|info| info.beta), 83);
    assert_eq!(count(|info| info.internal), 13);
    assert_eq!(count(|info| info.hook_eligible && !info.beta && !info.internal), 264);
    assert_eq!(count(|info| info.targets.is_empty()), 524);
}

#[test]
fn every_constant_is_what_its_text_reads_as() {
    let mut seen = HashSet::new();
    for info in EventType::catalog() {
        let text = info.event_type.as_str();
        let read: EventType = text.parse().expect("no type is empty");
        assert_eq!(read, info.event_type);
        assert_eq!(read.as_str(), text);
        assert!(read.info().is_some_and(|of_read| std::ptr::eq(of_read, info)), "{text}");
        assert!(seen.insert(read), "{text} is there twice");
    }
}

#[test]
fn it_is_sorted_by_text() {
    let sorted = EventType::catalog().is_sorted_by(|a, b| {
        a.event_type.as_str() < b.event_type.as_str() && a.event_type < b.event_type
    });
    assert!(sorted);
}

#[test]
fn every_type_has_a_category_a_release_and_a_date() {
    for info in EventType::catalog() {
        let text = &info.event_type;
        assert!(!info.category.is_empty(), "{text}");
        let numbers = |text: &str, separator| {
            text.split(separator).map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>()
        };
        assert!(
            matches!(
                numbers(info.release, '.').as_deref(),
                Some([2010..=2099, _] | [2010..=2099, _, _])
            ),
            "{text}"
        );
        let date = numbers(info.created, '-');
        assert!(matches!(date.as_deref(), Some([2010..=2099, 1..=12, 1..=31])), "{text}");
        let lists = || info.tags.iter().chain(info.targets);
        assert!(lists().all(|entry| !entry.is_empty() && !entry.contains(';')), "{text}");
        assert_eq!(info.hook_eligible, info.tags.contains(&"event-hook-eligible"), "{text}");
    }
}

#[test]
fn a_type_says_what_the_catalogue_says_of_it() {
    let info = EventType::ACCESS_REQUEST_CANCEL.info().expect("a constant is known");
    assert_eq!(info.event_type, "access.request.cancel");
    assert_eq!(info.category, "iga-access-request");
    assert_eq!(info.tags, ["access", "event-hook-eligible"]);
    assert_eq!(info.release, "2023.06.0");
    assert_eq!(info.created, "2023-05-25");
    assert!(info.hook_eligible && !info.beta && !info.internal);
    assert_eq!(info.targets, ["AccessRequestResourceDetails"]);
}

#[test]
fn constants_are_named_after_the_type() {
    for (constant, event_type) in [
        (EventType::USER_LIFECYCLE_CREATE, "user.lifecycle.create"),
        (EventType::MIM_CREATE_ENROLLMENT_IOS, "mim.createEnrollment.IOS"),
        (EventType::MIM_STREAM_DEVICES_CSV_DOWNLOAD, "mim.streamDevicesCSVDownload"),
        (EventType::USER_AUTHENTICATION_AUTH_VIA_AD_AGENT, "user.authentication.auth_via_AD_agent"),
        (
            EventType::APP_OFFICE365_DIRSYNC_SKIPPING_CONFLICT_OBJECT,
            "app.office365.dirsync.skipping.conflict-object",
        ),
    ] {
        assert_eq!(constant, event_type);
    }
}
