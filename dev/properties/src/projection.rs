use okta_hooks::LogEvent;
use okta_hooks::projection::{Directory, Projection, Version};
use serde_json::{Value, json};

use crate::cost::linear;
use crate::marks::{MARK, assert_debug_hides};

/// Bytes that are allocated for each byte of an event: what is read of targets, in lists that grow.
const PER_BYTE: usize = 1_000;

const TYPES: [&str; 16] = [
    "user.lifecycle.create",
    "user.lifecycle.activate",
    "user.lifecycle.reactivate",
    "user.lifecycle.suspend",
    "user.lifecycle.unsuspend",
    "user.lifecycle.deactivate",
    "user.lifecycle.delete.initiated",
    "user.lifecycle.delete.completed",
    "user.account.lock",
    "user.account.unlock",
    "user.account.unlock_by_admin",
    "user.account.update_profile",
    "user.session.start",
    "group.user_membership.add",
    "group.user_membership.remove",
    "hunter2.of_next_year",
];

/// Few, so that many are the same, and some that are not a time.
const TIMES: [&str; 8] = [
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.5Z",
    "2026-01-01T00:00:00.500000001Z",
    "2026-01-01 00:00:01",
    "2026-01-01T02:00:01+02:00",
    "1969-12-31T23:59:59Z",
    "9999-12-30T22:00:00Z",
    "hunter2",
];

/// Ids and logins: some the same but for their case, one that looks like the key of another.
const NAMES: [&str; 8] = [
    "00u1",
    "00u2",
    "hunter2@example.com",
    "Hunter2@example.com",
    "login:hunter2@example.com",
    "unknown",
    "ü@example.com",
    "",
];

/// An event, and the `eventTime` of the delivery that a copy of it came in.
type Copy = (LogEvent, Option<&'static str>);

/// A history: eight bytes are a copy of an event.
pub fn projection(bytes: &[u8]) {
    let copies: Vec<Copy> = bytes.chunks_exact(8).take(12).map(copy).collect();
    let projections: Vec<Projection<'_>> = copies.iter().map(project).collect();
    let expected = directory(&projections);
    let seed = bytes.iter().fold(0_u64, |seed, byte| seed.rotate_left(7) ^ u64::from(*byte));
    let mut random = fastrand::Rng::with_seed(seed);
    let mut again: Vec<_> = projections.iter().chain(&projections).collect();
    random.shuffle(&mut again);
    let (one, other) = again.split_at(random.usize(..=again.len()));
    let mut merged = directory(other.iter().copied());
    merged.merge(directory(one.iter().copied()));
    assert!(merged == expected, "another directory in another order, of two processes");
    assert!(merged.people() == expected.people() && merged.groups() == expected.groups());
    assert_debug_hides(&merged);
    assert_debug_hides(&(merged.people(), merged.groups().keys()));
}

fn directory<'a>(projections: impl IntoIterator<Item = &'a Projection<'a>>) -> Directory {
    let mut directory = Directory::new();
    projections.into_iter().for_each(|projected| directory.apply(projected));
    directory
}

fn project((event, event_time): &Copy) -> Projection<'_> {
    let projected = linear(event.raw().len(), PER_BYTE, || Projection::of(event, *event_time));
    is_ordered(&projected.version);
    let targets = event.targets().len();
    assert!(projected.users.len() + projected.groups.len() <= targets);
    assert!(projected.memberships().count() <= targets);
    assert_debug_hides(&projected);
    projected
}

/// A version that was stored is the same one again, and comes before what is known of that moment.
fn is_ordered(version: &Version) {
    assert_eq!(Version::parse(version.as_str()).as_ref(), Some(version));
    assert!(*version <= version.after());
    assert_debug_hides(version);
}

fn copy(bytes: &[u8]) -> Copy {
    let pick = |nth: usize, from: &[&'static str]| from[usize::from(bytes[nth]) % from.len()];
    let is_set = |nth: usize, bit: u8| bytes[nth] & (0x80 >> bit) != 0;
    let user = |nth: usize| {
        let login = pick(nth + 1, &NAMES);
        let id = is_set(nth, 0).then(|| pick(nth, &NAMES));
        json!({"id": id, "type": "User", "alternateId": login, "displayName": pick(nth, &NAMES)})
    };
    let group = |nth: usize| json!({"id": pick(nth, &NAMES), "type": "UserGroup", "displayName": pick(nth + 1, &NAMES)});
    let mut target: Vec<Value> = vec![user(4)];
    target.extend(is_set(6, 0).then(|| user(5)));
    target.extend(is_set(6, 1).then(|| group(6)));
    target.extend(is_set(6, 2).then(|| group(5)));
    let result = if is_set(3, 0) { "SUCCESS" } else { "FAILURE" };
    let event = json!({
        "eventType": pick(0, &TYPES),
        "published": pick(1, &TIMES),
        "uuid": is_set(2, 0).then_some(bytes[2]).map(|uuid| format!("{MARK} {uuid}")),
        "outcome": is_set(3, 1).then_some(json!({ "result": result })),
        "target": target,
    });
    let event = LogEvent::from_bytes(event.to_string()).expect("it has a type");
    (event, is_set(7, 0).then(|| pick(7, &TIMES)))
}
