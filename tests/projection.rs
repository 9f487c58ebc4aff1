//! What events do to a copy of Okta's users, in any order.

#![cfg(feature = "projection")]

use okta_hooks::LogEvent;
use okta_hooks::projection::{Directory, Projection, User, UserKey, Version};
use proptest::prelude::*;
use serde_json::{Value, json};

const MOMENT: &str = "2026-01-01T00:00:00.000Z";

/// An event and the `eventTime` of the delivery it came in; `None` for the System Log.
type Copy = (LogEvent, Option<&'static str>);

fn event(json: Value) -> LogEvent {
    LogEvent::from_bytes(json.to_string()).unwrap()
}

fn of_user(event_type: &str, uuid: &str, published: &str) -> LogEvent {
    let user = json!({"id": "00u1", "type": "User", "alternateId": "ann@example.com"});
    event(json!({"eventType": event_type, "uuid": uuid, "published": published, "target": [user]}))
}

fn of_login(event_type: &str, uuid: &str, published: &str, login: &str) -> LogEvent {
    let target = json!([{"alternateId": login}]);
    event(json!({"eventType": event_type, "uuid": uuid, "published": published, "target": target}))
}

fn with_login(id: &str, login: &str, uuid: &str, published: &str) -> LogEvent {
    let target = json!([{"id": id, "type": "User", "alternateId": login}]);
    event(
        json!({"eventType": "user.lifecycle.activate", "uuid": uuid, "published": published, "target": target}),
    )
}

fn membership(event_type: &str, uuid: &str, published: &str) -> LogEvent {
    let target = json!([{"type": "User", "id": "00u1"}, {"type": "UserGroup", "id": "00g1"}]);
    event(json!({"eventType": event_type, "uuid": uuid, "published": published, "target": target}))
}

fn directory<'a>(copies: impl IntoIterator<Item = &'a Copy>) -> Directory {
    let mut directory = Directory::new();
    for (event, event_time) in copies {
        directory.apply(&Projection::of(event, *event_time));
    }
    directory
}

/// The directory that these events lead to in every order of theirs.
#[track_caller]
fn in_every_order(copies: &[Copy]) -> Directory {
    let expected = directory(copies);
    for order in orders(copies.len()) {
        let found = directory(order.iter().map(|&n| &copies[n]));
        assert!(found == expected, "another directory in the order {order:?}");
        assert!(found.people() == expected.people(), "other people in the order {order:?}");
    }
    expected
}

/// All orders of the numbers below `n`.
fn orders(n: usize) -> Vec<Vec<usize>> {
    let Some(last) = n.checked_sub(1) else { return vec![Vec::new()] };
    let places = |order: Vec<usize>| {
        (0..n).map(move |place| [&order[..place], &[last], &order[place..]].concat())
    };
    orders(last).into_iter().flat_map(places).collect()
}

fn from_log(events: impl IntoIterator<Item = LogEvent>) -> Vec<Copy> {
    events.into_iter().map(|event| (event, None)).collect()
}

fn status(user: &User) -> Option<&'static str> {
    user.status.as_ref().map(|status| status.value.as_str())
}

/// The status of the one person there is.
#[track_caller]
fn only_status(directory: &Directory) -> Option<&'static str> {
    let people = directory.people();
    assert_eq!(people.len(), 1);
    people.values().next().and_then(status)
}

#[test]
fn of_events_of_one_moment_what_a_lifecycle_does_next_comes_later_whatever_the_uuids_and_order() {
    for (one, next, expected) in [
        ("user.lifecycle.create", "user.lifecycle.activate", "ACTIVE"),
        ("user.lifecycle.create", "user.lifecycle.deactivate", "DEPROVISIONED"),
        ("user.lifecycle.activate", "user.lifecycle.reactivate", "PROVISIONED"),
        ("user.lifecycle.activate", "user.lifecycle.suspend", "SUSPENDED"),
        ("user.lifecycle.suspend", "user.lifecycle.unsuspend", "ACTIVE"),
        ("user.account.lock", "user.account.unlock", "ACTIVE"),
        ("user.account.lock", "user.account.unlock_by_admin", "ACTIVE"),
        ("user.account.unlock", "user.lifecycle.suspend", "SUSPENDED"),
        ("user.lifecycle.unsuspend", "user.lifecycle.deactivate", "DEPROVISIONED"),
        ("user.lifecycle.deactivate", "user.lifecycle.delete.initiated", "DELETING"),
        ("user.lifecycle.delete.initiated", "user.lifecycle.delete.completed", "DELETED"),
        ("user.lifecycle.suspend", "user.session.start", "SUSPENDED"),
    ] {
        for uuids in [["a", "b"], ["b", "a"], ["a", "a"]] {
            let events = [of_user(one, uuids[0], MOMENT), of_user(next, uuids[1], MOMENT)];
            let found = in_every_order(&from_log(events));
            assert_eq!(only_status(&found), Some(expected), "{one}, {next}, {uuids:?}");
        }
    }
}

#[test]
fn of_an_addition_to_a_group_and_a_removal_in_one_moment_the_removal_comes_later() {
    for uuids in [["a", "b"], ["b", "a"]] {
        let added = membership("group.user_membership.add", uuids[0], MOMENT);
        let removed = membership("group.user_membership.remove", uuids[1], MOMENT);
        assert!(in_every_order(&from_log([added.clone(), removed])).groups().is_empty());
        assert_eq!(in_every_order(&from_log([added])).groups().len(), 1);
    }
}

#[test]
fn a_whole_life_in_one_moment_ends_the_same_in_all_its_orders() {
    let life = [
        "user.lifecycle.create",
        "user.lifecycle.activate",
        "user.account.update_profile",
        "user.account.lock",
        "user.account.unlock",
        "user.lifecycle.suspend",
        "user.lifecycle.deactivate",
    ];
    let uuids = ["d", "a", "g", "c", "f", "b", "e"];
    let events = life.iter().zip(uuids).map(|(kind, uuid)| of_user(kind, uuid, MOMENT));
    let found = in_every_order(&from_log(events));
    assert_eq!(only_status(&found), Some("DEPROVISIONED"));
    let people = found.people();
    let last = people[&UserKey::from_id("00u1")].last_event.as_ref().unwrap();
    assert_eq!(last.value, "user.lifecycle.deactivate");
}

#[test]
fn a_create_gives_way_to_every_other_status_whatever_its_time() {
    let active = of_user("user.lifecycle.activate", "a", MOMENT);
    let created = of_user("user.lifecycle.create", "b", "2026-01-01T00:00:01.000Z");
    assert_eq!(only_status(&in_every_order(&from_log([active, created]))), Some("ACTIVE"));

    let undated = event(
        json!({"eventType": "user.lifecycle.suspend", "target": [{"id": "00u1", "type": "User"}]}),
    );
    let created = of_user("user.lifecycle.create", "b", MOMENT);
    assert_eq!(only_status(&in_every_order(&from_log([undated, created]))), Some("SUSPENDED"));
}

#[test]
fn a_published_after_the_event_time_counts_as_that_and_freezes_nobody() {
    let event_time = Some("2026-01-01T00:00:05Z");
    let edited = (of_user("user.lifecycle.suspend", "a", "9999-12-31T23:59:59Z"), event_time);
    let before = (of_user("user.lifecycle.deactivate", "b", "2026-01-01T00:00:04Z"), event_time);
    let after = (of_user("user.lifecycle.unsuspend", "c", "2026-01-01T00:00:06Z"), None);
    let found = in_every_order(&[edited.clone(), before.clone()]);
    assert_eq!(only_status(&found), Some("SUSPENDED"));
    assert_eq!(only_status(&in_every_order(&[edited, before, after])), Some("ACTIVE"));
}

#[test]
fn copies_of_an_event_from_several_deliveries_and_the_system_log_count_as_the_latest_of_them() {
    let edited = of_user("user.lifecycle.suspend", "a", "2026-01-01T00:00:08Z");
    let copies = [
        (edited.clone(), Some("2026-01-01T00:00:03Z")),
        (edited.clone(), Some("2026-01-01T00:00:05Z")),
        (of_user("user.lifecycle.unsuspend", "b", "2026-01-01T00:00:04Z"), None),
    ];
    assert_eq!(only_status(&in_every_order(&copies)), Some("SUSPENDED"));
    assert_eq!(
        only_status(&in_every_order(&[copies[0].clone(), copies[2].clone()])),
        Some("ACTIVE")
    );
    let later = (of_user("user.lifecycle.unsuspend", "c", "2026-01-01T00:00:07Z"), None);
    let copies = [copies[0].clone(), copies[1].clone(), (edited, None), later];
    assert_eq!(only_status(&in_every_order(&copies)), Some("SUSPENDED"));
}

#[test]
fn an_event_without_a_time_has_that_of_its_delivery() {
    let time = |published: Value, event_time| {
        let event = event(json!({"eventType": "x", "published": published}));
        Version::of(&event, event_time).time()
    };
    let five = Some("2026-01-01T00:00:05Z");
    assert_eq!(time(json!(null), five).as_deref(), five);
    assert_eq!(time(json!("2017-09-31T22:23:07.777Z"), five).as_deref(), five);
    assert_eq!(time(json!("2026-01-01T00:00:05Z"), Some("yesterday")).as_deref(), five);
    assert_eq!(time(json!("yesterday"), Some("tomorrow")), None);
    assert_eq!(time(json!(5), None), None);
}

#[test]
fn what_was_observed_elsewhere_holds_against_every_event_of_that_moment() {
    let deleted = of_user("user.lifecycle.delete.completed", &"\u{10ffff}".repeat(9), MOMENT);
    let version = Version::of(&deleted, None);
    assert!(Version::observed(MOMENT) > version);
    assert_eq!(version.after(), Version::observed(MOMENT));
    assert!(
        Version::observed(MOMENT)
            < Version::of(&of_user("x", "", "2026-01-01T00:00:00.001Z"), None)
    );
}

#[test]
fn a_person_is_one_whether_the_login_alone_comes_before_or_after_the_id() {
    let preview =
        of_login("user.lifecycle.suspend", "p", "2026-01-01T00:00:02Z", "Ann@example.com");
    let real = of_user("user.lifecycle.activate", "r", "2026-01-01T00:00:01Z");
    let found = in_every_order(&from_log([preview, real]));
    assert_eq!(only_status(&found), Some("SUSPENDED"));
    let people = found.people();
    let login = people[&UserKey::from_id("00u1")].login.as_ref().unwrap();
    assert_eq!(login.value, "ann@example.com", "the login is what was told of the id");
}

#[test]
fn a_person_stays_one_when_the_login_changes() {
    let found = in_every_order(&from_log([
        of_login("user.lifecycle.suspend", "p", "2026-01-01T00:00:02Z", "ann@example.com"),
        with_login("00u1", "ann@example.com", "r", "2026-01-01T00:00:01Z"),
        with_login("00u1", "ann.smith@example.com", "s", "2026-01-01T00:00:03Z"),
        of_login("user.session.start", "q", "2026-01-01T00:00:04Z", "ANN.SMITH@example.com"),
    ]));
    assert_eq!(only_status(&found), Some("ACTIVE"));
}

#[test]
fn what_came_with_a_login_alone_belongs_to_one_of_two_ids_that_had_it() {
    let found = in_every_order(&from_log([
        of_login("user.lifecycle.suspend", "p", "2026-01-01T00:00:09Z", "ann@example.com"),
        with_login("00u1", "ann@example.com", "r", "2026-01-01T00:00:01Z"),
        with_login("00u1", "old.ann@example.com", "s", "2026-01-01T00:00:03Z"),
        with_login("00u2", "ann@example.com", "t", "2026-01-01T00:00:02Z"),
    ]));
    let people = found.people();
    let statuses: Vec<_> =
        people.iter().map(|(key, user)| (key.to_string(), status(user))).collect();
    let expected = [("00u1".to_owned(), Some("ACTIVE")), ("00u2".to_owned(), Some("SUSPENDED"))];
    assert_eq!(statuses, expected);
}

#[test]
fn a_membership_that_came_with_a_login_alone_is_the_persons() {
    let target = json!([{"alternateId": "ann@example.com"}, {"type": "UserGroup", "id": "00g1", "displayName": "Sales"}]);
    let added = event(
        json!({"eventType": "group.user_membership.add", "published": MOMENT, "target": target}),
    );
    let real = of_user("user.lifecycle.activate", "r", MOMENT);
    let found = in_every_order(&from_log([added, real]));
    let groups = found.groups();
    assert_eq!(groups.len(), 1);
    assert!(groups[&UserKey::from_id("00u1")].contains("00g1"));
    assert_eq!(found.group_name("00g1"), Some("Sales"));
}

fn targets(kind: &str, n: usize) -> impl Iterator<Item = Value> {
    (0..n).map(move |n| json!({"type": kind, "id": format!("{kind}{n}")}))
}

fn add(users: usize, groups: usize) -> LogEvent {
    let target: Vec<Value> = targets("User", users).chain(targets("UserGroup", groups)).collect();
    event(json!({"eventType": "group.user_membership.add", "target": target}))
}

#[test]
fn users_and_groups_are_paired_only_where_one_side_is_single() {
    for (users, groups, expected) in [(1, 1, 1), (1, 5, 5), (5, 1, 5), (0, 5, 0), (5, 0, 0)] {
        let event = add(users, groups);
        let projection = Projection::of(&event, None);
        assert_eq!(projection.memberships().count(), expected, "{users} × {groups}");
        assert_eq!(projection.unpaired(), None);
    }
    let event = add(2, 2);
    let projection = Projection::of(&event, None);
    assert_eq!((projection.memberships().count(), projection.unpaired()), (0, Some((2, 2))));
    assert_eq!((projection.users.len(), projection.groups.len()), (2, 2));
}

#[test]
fn a_user_that_is_named_twice_is_one_user() {
    let user = json!({"type": "User", "id": "00u1"});
    let target: Vec<Value> =
        [user.clone(), user].into_iter().chain(targets("UserGroup", 3)).collect();
    let event = event(json!({"eventType": "group.user_membership.add", "target": target}));
    assert_eq!(Projection::of(&event, None).memberships().count(), 3);
}

#[test]
fn what_an_event_changes_is_never_more_than_its_targets() {
    let event = add(20_000, 20_000);
    let projection = Projection::of(&event, None);
    assert_eq!(projection.unpaired(), Some((20_000, 20_000)));
    let mut directory = Directory::new();
    directory.apply(&projection);
    assert_eq!(directory.people().len(), 20_000);
}

#[test]
fn what_a_store_repeats_for_each_change_is_short() {
    let long = "x".repeat(10_000);
    let users = json!([
        {"type": "User", "id": long, "alternateId": "ann@example.com"},
        {"type": "User", "id": long, "alternateId": long},
        {"type": "User", "id": "login:ann@example.com"},
        {"type": "UserGroup", "id": long},
    ]);
    let named =
        event(json!({"eventType": "group.user_membership.add", "uuid": long, "target": users}));
    let projection = Projection::of(&named, None);
    assert_eq!(projection.users.len(), 1, "the one who is known by a login");
    assert_eq!((projection.groups.len(), projection.skipped_targets), (0, 3));
    assert!(projection.version.as_str().len() < 100);

    let user = json!([{"type": "User", "id": "00u1"}]);
    let foreign = event(json!({"eventType": long, "target": user}));
    assert!(Projection::of(&foreign, None).users.is_empty());
}

#[test]
fn what_failed_changes_no_status_and_no_membership_but_is_the_last_event() {
    let mut failed = json!({"eventType": "user.lifecycle.suspend", "outcome": {"result": "FAILURE"},
        "target": [{"type": "User", "id": "00u1"}]});
    let event = event(failed.take());
    let projection = Projection::of(&event, None);
    assert_eq!((projection.status.clone(), projection.profile_changed), (None, false));
    let directory = directory([&(event.clone(), None)]);
    let people = directory.people();
    assert!(people[&UserKey::from_id("00u1")].last_event.is_some());
}

#[test]
fn debug_shows_no_value_of_the_payload() {
    let target = json!([{"type": "User", "id": "MARK1", "alternateId": "MARK2", "displayName": "MARK3"},
        {"type": "UserGroup", "id": "MARK4", "displayName": "MARK5"}]);
    let event = event(json!({"eventType": "group.user_membership.add", "uuid": "MARK6",
        "published": "MARK7", "target": target}));
    let projection = Projection::of(&event, Some("MARK8"));
    let directory = directory([&(event.clone(), None)]);
    let changes: Vec<_> = projection.memberships().collect();
    let printed = format!(
        "{projection:?} {:?} {:?} {changes:?} {:?} {directory:?} {:?} {:?}",
        projection.users,
        projection.groups,
        projection.version,
        directory.people(),
        directory.groups().keys(),
    );
    assert!(!printed.contains("MARK"), "{printed}");
}

#[test]
fn the_table_in_the_docs_is_what_events_do() {
    let docs = include_str!("../src/projection/mod.rs");
    let rows = docs.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let mut ranks = Vec::new();
    for row in rows {
        let (event_type, cells) = row.split_once('`').unwrap();
        let cells: Vec<&str> = cells.split('|').map(str::trim).collect();
        let [_, status, profile, group, rank, _] = cells[..] else { panic!("{row}") };
        let event = add_type(event_type);
        let projection = Projection::of(&event, Some(MOMENT));
        let leads_to = projection.status.as_ref().map_or("", |status| status.value.as_str());
        assert_eq!(status.split('`').nth(1).unwrap_or(""), leads_to, "{event_type}");
        assert_eq!(profile == "yes", projection.profile_changed, "{event_type}");
        let is_member = projection.memberships().next().map(|change| change.is_member);
        let expected = match group {
            "in" => Some(true),
            "out" => Some(false),
            _ => None,
        };
        assert_eq!(is_member, expected, "{event_type}");
        assert!(projection.version.as_str().contains(&format!(" {rank} ")), "{event_type}");
        ranks.push(rank);
    }
    assert_eq!(ranks.len(), 12);
    assert!(ranks.is_sorted());
}

fn add_type(event_type: &str) -> LogEvent {
    let target = json!([{"type": "User", "id": "00u1"}, {"type": "UserGroup", "id": "00g1"}]);
    event(json!({"eventType": event_type, "uuid": "u", "target": target}))
}

const TYPES: [&str; 15] = [
    "user.lifecycle.create",
    "user.lifecycle.activate",
    "user.lifecycle.reactivate",
    "user.account.lock",
    "user.account.unlock",
    "user.account.unlock_by_admin",
    "user.lifecycle.suspend",
    "user.lifecycle.unsuspend",
    "user.lifecycle.deactivate",
    "user.lifecycle.delete.initiated",
    "user.lifecycle.delete.completed",
    "user.account.update_profile",
    "user.session.start",
    "group.user_membership.add",
    "group.user_membership.remove",
];

/// Few of everything, so that much of it meets.
const TIMES: [Option<&str>; 5] = [
    None,
    Some("2026-01-01T00:00:00Z"),
    Some("2026-01-01T00:00:00.5Z"),
    Some("2026-01-01T00:00:01.000Z"),
    Some("9999-01-01T00:00:00Z"),
];

fn a_user() -> impl Strategy<Value = Value> {
    let id = proptest::option::weighted(0.7, 0..2u8);
    let login = proptest::option::weighted(0.8, 0..3u8);
    (id, login, proptest::option::of(0..3u8)).prop_map(|(id, login, name)| {
        json!({
            "id": id.map(|n| format!("00u{n}")),
            "type": "User",
            "alternateId": login.map_or("unknown".to_owned(), |n| format!("User{n}@example.com")),
            "displayName": name.map(|n| format!("Name {n}")),
        })
    })
}

/// An event, and the `eventTime` of each of its copies.
fn an_event() -> impl Strategy<Value = (LogEvent, Vec<Option<&'static str>>)> {
    let group = (0..2u8).prop_map(
        |n| json!({"id": format!("00g{n}"), "type": "UserGroup", "displayName": n.to_string()}),
    );
    let targets =
        (proptest::collection::vec(a_user(), 0..3), proptest::collection::vec(group, 0..3));
    let time = || proptest::sample::select(&TIMES[..]);
    let uuid = proptest::option::weighted(0.9, 0..100u8);
    let copies = proptest::collection::vec(time(), 1..4);
    (proptest::sample::select(&TYPES[..]), time(), uuid, targets, copies).prop_map(
        |(event_type, published, uuid, (users, groups), copies)| {
            let target: Vec<Value> = users.into_iter().chain(groups).collect();
            let event = event(json!({"eventType": event_type, "uuid": uuid.map(|n| n.to_string()),
                "published": published, "target": target}));
            (event, copies)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_repetition_and_split_gives_the_same_directory(
        (history, shuffled) in proptest::collection::vec(an_event(), 0..12).prop_flat_map(|events| {
            let copies: Vec<Copy> = events
                .into_iter()
                .flat_map(|(event, times)| times.into_iter().map(move |time| (event.clone(), time)))
                .collect();
            let twice = [copies.clone(), copies.clone()].concat();
            (Just(copies), Just(twice).prop_shuffle())
        }),
        split in 1..5usize,
    ) {
        let expected = directory(&history);
        prop_assert!(directory(history.iter().rev()) == expected, "reversed");
        prop_assert!(directory(&shuffled) == expected, "shuffled, every copy twice");
        let mut merged = Directory::new();
        for part in shuffled.chunks(shuffled.len().div_ceil(split).max(1)) {
            merged.merge(directory(part));
        }
        prop_assert!(merged == expected, "received by {split} processes");
        prop_assert!(merged.people() == expected.people());
        prop_assert!(merged.groups() == expected.groups());
    }

    /// A store that knows an event by its uuid need not apply the copies that say nothing new.
    #[test]
    fn copies_that_are_no_later_than_the_known_one_say_nothing_new(
        (event, times) in an_event(),
    ) {
        let copies: Vec<Copy> = times.iter().map(|time| (event.clone(), *time)).collect();
        let mut known: Option<Version> = None;
        let mut found = Directory::new();
        for (event, event_time) in &copies {
            let projection = Projection::of(event, *event_time);
            if known.as_ref().is_none_or(|known| projection.version > *known) {
                found.apply(&projection);
                known = Some(projection.version);
            }
        }
        prop_assert!(found == directory(&copies));
    }

    #[test]
    fn versions_compare_as_their_strings_do(one in an_event(), other in an_event()) {
        let version = |(event, times): &(LogEvent, Vec<Option<&'static str>>)| Version::of(event, times[0]);
        let (one, other) = (version(&one), version(&other));
        prop_assert_eq!(one.cmp(&other), one.as_str().cmp(other.as_str()));
        prop_assert_eq!(Version::parse(one.as_str()), Some(one));
    }
}

#[test]
fn nobody_and_no_group_is_called_by_oktas_placeholder() {
    let joined =
        event(json!({"eventType": "group.user_membership.add", "published": MOMENT, "target": [
        {"id": "00u1", "type": "User", "displayName": "Ann"},
        {"id": "00g1", "type": "UserGroup", "displayName": "Sales"}]}));
    let later = event(
        json!({"eventType": "group.user_membership.add", "published": "2026-01-01T00:00:09Z",
        "target": [{"id": "00u1", "type": "User", "displayName": "unknown"},
                   {"id": "00g1", "type": "UserGroup", "displayName": "unknown"}]}),
    );
    let directory = in_every_order(&from_log([joined, later]));
    let ann = &directory.people()[&UserKey::from_id("00u1")];
    assert_eq!(ann.display_name.as_ref().map(|name| &*name.value), Some("Ann"));
    assert_eq!(directory.group_name("00g1"), Some("Sales"));
}
