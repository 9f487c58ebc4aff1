//! What events come to in the tables, through the hook of the real process.

use std::path::Path;

use okta_hooks::LogEvent;
use okta_hooks::projection::{Directory, Projection, UserKey};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::process::Server;
use crate::sync::{Sync, deliver, deliver_at, dump, event, history, json_of, page};

const MOMENT: &str = "2026-01-01T00:00:00.000Z";

fn user(id: &str, login: &str) -> Value {
    json!([{"id": id, "type": "User", "alternateId": login}])
}

fn by_login(login: &str) -> Value {
    json!([{"alternateId": login}])
}

#[track_caller]
fn accept(server: &Server, events: &[Value]) {
    assert_eq!(deliver(server.address, events).unwrap().status, 204);
}

#[track_caller]
fn accept_at(server: &Server, event_time: Value, events: &[Value]) {
    assert_eq!(deliver_at(server.address, event_time, events).unwrap().status, 204);
}

/// The people but for the one that is there at first, with what is asked of each, sorted.
fn people(server: &Server, columns: &[&str]) -> Vec<Value> {
    let users = json_of(server, "/getUsers");
    let users = users.as_array().unwrap().iter();
    let users = users.filter(|user| user["login"] != "test.user@example.com");
    let mut users: Vec<Value> =
        users.map(|user| columns.iter().map(|&column| user[column].clone()).collect()).collect();
    users.sort_by_key(ToString::to_string);
    users
}

fn rows(database: &Path, sql: &str) -> Vec<Value> {
    let connection = Connection::open(database).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| serde_json::from_str(&row.unwrap()).unwrap()).collect()
}

#[test]
fn users_that_are_created_and_activated_in_one_moment_are_active_whatever_the_uuids_and_the_order()
{
    let sync = Sync::new();
    let server = sync.start();
    let mut random = fastrand::Rng::with_seed(3);
    let mut pairs: Vec<Value> = Vec::new();
    for n in 0..200 {
        let mut step = |kind: &str| {
            let target = user(&format!("00u{n}"), &format!("user{n}@example.com"));
            event(&format!("{:032x}", random.u128(..)), MOMENT, kind, target)
        };
        pairs.extend([step("user.lifecycle.create"), step("user.lifecycle.activate")]);
    }
    random.shuffle(&mut pairs);
    for events in pairs.chunks(7) {
        accept(&server, events);
    }
    assert_eq!(people(&server, &["status"]), vec![json!(["ACTIVE"]); 200]);
}

#[test]
fn a_group_that_is_joined_and_left_in_one_moment_was_left() {
    let sync = Sync::new();
    let server = sync.start();
    let target = |n: usize| json!([{"id": format!("00u{n}"), "type": "User"}, {"id": "00g1", "type": "UserGroup"}]);
    for n in 0..20 {
        let uuids = [format!("a{n}"), format!("b{n}")];
        let (added, removed) =
            if n % 2 == 0 { (&uuids[0], &uuids[1]) } else { (&uuids[1], &uuids[0]) };
        let added = event(added, MOMENT, "group.user_membership.add", target(n));
        let removed = event(removed, MOMENT, "group.user_membership.remove", target(n));
        accept(&server, &if n % 3 == 0 { [added, removed] } else { [removed, added] });
    }
    let members = "SELECT json_quote(user_key) FROM memberships WHERE member";
    assert!(rows(&sync.database(), members).is_empty());
}

#[test]
fn an_event_dated_in_the_future_freezes_nobody() {
    let sync = Sync::new();
    let server = sync.start();
    let edited = |uuid: &str, id: &str| {
        event(uuid, "9999-12-30T00:00:00.000Z", "user.lifecycle.suspend", user(id, "unknown"))
    };
    // As delivered, with the time of the delivery missing, and with that in the future too.
    accept_at(&server, json!("2026-01-01T00:00:05Z"), &[edited("p1", "00u1")]);
    accept_at(&server, Value::Null, &[edited("p2", "00u2")]);
    accept_at(&server, json!("9999-12-30T00:00:01Z"), &[edited("p3", "00u3")]);
    assert_eq!(people(&server, &["status"]), vec![json!(["SUSPENDED"]); 3]);

    let before =
        event("e0", "2026-01-01T00:00:04Z", "user.lifecycle.unsuspend", user("00u1", "unknown"));
    accept(&server, &[before]);
    assert_eq!(people(&server, &["id", "status"])[0], json!(["00u1", "SUSPENDED"]));
    let soon = (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(1)).to_string();
    let after = ["00u1", "00u2", "00u3"]
        .map(|id| event(&format!("e{id}"), &soon, "user.lifecycle.unsuspend", user(id, "unknown")));
    accept_at(&server, json!(soon), &after);
    assert_eq!(people(&server, &["status"]), vec![json!(["ACTIVE"]); 3]);
}

#[test]
fn copies_of_one_event_from_two_hooks_come_to_the_same_in_either_order() {
    let edited =
        event("p", "2026-01-01T00:00:09Z", "user.lifecycle.suspend", user("00u1", "unknown"));
    let other =
        event("o", "2026-01-01T00:00:04Z", "user.lifecycle.unsuspend", user("00u1", "unknown"));
    let tables = |event_times: [&str; 2]| {
        let sync = Sync::new();
        let server = sync.start();
        accept(&server, std::slice::from_ref(&other));
        for event_time in event_times {
            accept_at(&server, json!(event_time), std::slice::from_ref(&edited));
        }
        assert_eq!(people(&server, &["status"]), [json!(["SUSPENDED"])]);
        assert_eq!(json_of(&server, "/status")["events"], 2);
        server.terminate();
        dump(&sync.database())
    };
    let (early, late) = ("2026-01-01T00:00:03Z", "2026-01-01T00:00:05Z");
    assert_eq!(tables([early, late]), tables([late, early]));
}

#[test]
fn a_person_has_one_row_when_a_preview_without_an_id_came_before_the_real_events() {
    let sync = Sync::new();
    let server = sync.start();
    let at = |second: u8| format!("2026-01-01T00:00:0{second}Z");
    let preview = by_login("John.Doe@example.com");
    accept(&server, &[event("p", &at(5), "user.lifecycle.suspend", preview)]);
    assert_eq!(people(&server, &["id", "login"]), [json!([null, "John.Doe@example.com"])]);

    accept(
        &server,
        &[event("a", &at(1), "user.lifecycle.activate", user("00u1", "john.doe@example.com"))],
    );
    let john = json!(["00u1", "john.doe@example.com", "SUSPENDED"]);
    assert_eq!(people(&server, &["id", "login", "status"]), [john]);

    // The login changes, and with it the name of the row, but not whose it is.
    let renamed = user("00u1", "john@example.com");
    accept(&server, &[event("b", &at(6), "user.account.update_profile", renamed)]);
    let john = json!(["00u1", "john@example.com", "SUSPENDED"]);
    assert_eq!(people(&server, &["id", "login", "status"]), [john]);
    assert_eq!(json_of(&server, "/status")["users"], 2, "with the test user");

    // Somebody else gets the old one: then it is theirs.
    accept(
        &server,
        &[event("c", &at(3), "user.lifecycle.activate", user("00u2", "john.doe@example.com"))],
    );
    let (john, other) = (json!(["00u1", "ACTIVE"]), json!(["00u2", "SUSPENDED"]));
    assert_eq!(people(&server, &["id", "status"]), [john, other]);
}

#[test]
fn a_create_by_login_alone_belongs_to_the_user_who_is_there_and_asks_for_the_profile() {
    let sync = Sync::new();
    let server = sync.start_with_org();
    let active = event("a", MOMENT, "user.session.start", user("00u1", "john.doe@example.com"));
    let active = [active, event("b", MOMENT, "user.lifecycle.activate", user("00u1", "unknown"))];
    accept(&server, &active);
    Connection::open(sync.database()).unwrap().execute("DELETE FROM refreshes", []).unwrap();
    let preview = by_login("john.doe@example.com");
    accept(&server, &[event("p", "2026-01-01T00:00:09Z", "user.lifecycle.create", preview)]);
    assert_eq!(people(&server, &["id", "status"]), [json!(["00u1", "ACTIVE"])]);
    assert_eq!(rows(&sync.database(), "SELECT json_quote(user_id) FROM refreshes"), ["00u1"]);
}

#[test]
fn everybody_and_every_group_is_what_the_directory_of_the_library_has() {
    let history = history();
    let sync = Sync::new();
    let server = sync.start();
    let mut directory = Directory::new();
    for json in &history {
        let event = LogEvent::from_bytes(json.to_string()).unwrap();
        directory.apply(&Projection::of(&event, Some("2026-01-02T00:00:00Z")));
    }
    for events in history.chunks(9) {
        accept(&server, events);
    }
    let mut expected: Vec<Value> = directory
        .people()
        .iter()
        .map(|(key, user)| {
            let id = if let UserKey::Id(id) = key { Some(id) } else { None };
            json!([
                id,
                user.login.as_ref().map(|login| &login.value),
                user.display_name.as_ref().map(|name| &name.value),
                user.status.as_ref().map(|status| status.value.as_str()),
                user.last_event.as_ref().map(|event| event.value.as_str()),
            ])
        })
        .collect();
    expected.sort_by_key(ToString::to_string);
    let columns = ["id", "login", "displayName", "status", "lastEvent"];
    assert_eq!(people(&server, &columns), expected);

    let mut members =
        rows(&sync.database(), "SELECT json_array(user_key, group_id, group_name) FROM members");
    members.sort_by_key(ToString::to_string);
    let groups = directory.groups();
    let mut expected: Vec<Value> = groups
        .iter()
        .flat_map(|(key, groups)| {
            groups.iter().map(|group| json!([key.to_string(), group, directory.group_name(group)]))
        })
        .collect();
    expected.sort_by_key(ToString::to_string);
    assert!(expected.len() > 10);
    assert_eq!(members, expected);
}

fn targets(kind: &str, n: usize) -> impl Iterator<Item = Value> {
    (0..n).map(move |n| json!({"type": kind, "id": format!("{kind}{n}")}))
}

#[test]
fn many_users_and_many_groups_in_one_event_cost_what_their_bytes_do_and_are_said_to_be_unpaired() {
    let sync = Sync::new();
    let server = sync.start();
    let target: Vec<Value> = targets("User", 10_000).chain(targets("UserGroup", 10_000)).collect();
    let many = event("many", MOMENT, "group.user_membership.add", json!(target));
    // Okta tries twice, should the first take too long on a busy machine.
    let statuses =
        [(); 2].map(|()| deliver(server.address, std::slice::from_ref(&many)).unwrap().status);
    assert!(statuses.contains(&204), "{statuses:?}");
    if let Some(peak) = server.peak_memory() {
        assert!(peak < 200, "{peak} MiB");
    }
    let events = json_of(&server, "/events");
    assert_eq!(events[0]["summary"], "10000 users, 10000 groups: who is in which is not said");
    let metrics = page(&server, "/metrics").text();
    assert!(metrics.contains("okta_sync_unpaired_total 1\n"), "{metrics}");
    assert_eq!(
        rows(&sync.database(), "SELECT count(*) || '' FROM users WHERE id IS NOT NULL"),
        [10_000]
    );

    let target: Vec<Value> = targets("User", 1).chain(targets("UserGroup", 100)).collect();
    accept(&server, &[event("one", MOMENT, "group.user_membership.add", json!(target))]);
    assert_eq!(rows(&sync.database(), "SELECT count(*) || '' FROM members"), [100]);
    let events = json_of(&server, "/events");
    let summary = events[0]["summary"].as_str().unwrap();
    assert!(
        summary.starts_with("User0 joins UserGroup0; ") && summary.ends_with("; and 96 more"),
        "{summary}"
    );
}

#[test]
fn long_strings_are_not_stored_once_for_every_target() {
    let sync = Sync::new();
    let server = sync.start();
    let long = "x".repeat(400_000);
    let users = || json!(targets("User", 1_000).collect::<Vec<_>>());
    let groups = || targets("UserGroup", 1_000);
    let of_one = |id: &str, login: &str| {
        let user = json!({"type": "User", "id": id, "alternateId": login});
        json!([user].into_iter().chain(groups()).collect::<Vec<_>>())
    };
    let mut without_uuid = event("", MOMENT, "user.session.start", users());
    without_uuid["displayMessage"] = json!(long);
    for event in [
        without_uuid,
        event(&long, MOMENT, "user.session.start", users()),
        event("type", MOMENT, &long, users()),
        event("id", MOMENT, "group.user_membership.add", of_one(&long, "unknown")),
        event("login", MOMENT, "group.user_membership.add", of_one("", &long)),
    ] {
        accept(&server, &[event]);
    }
    server.terminate();
    let size = std::fs::metadata(sync.database()).unwrap().len();
    assert!(size < 16 << 20, "{size} bytes");
}

/// A database as the first version of the schema had it.
fn database_of_version_1(path: &Path, events: &[Value]) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(include_str!("../../src/store/sqlite/schema.sql")).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    for event in events {
        let sql = "INSERT INTO events (uuid, event_type, published, received_at, origin, effect, raw)
                   VALUES (?1 ->> 'uuid', ?1 ->> 'eventType', ?1 ->> 'published', 1767225600000, 'hook', 'stored', ?1)";
        connection.execute(sql, [event.to_string()]).unwrap();
    }
    let users = "INSERT INTO users (key, id, login, login_stamp, display_name, display_name_stamp, status,
                                    status_stamp, last_event, last_event_stamp, email, profile_stamp)
                 VALUES ('00u1', '00u1', 'ann@example.com', '00001767225600000000 b', NULL, '', 'STAGED',
                         '00001767225600000000 b', 'user.lifecycle.create', '00001767225600000000 b', NULL, ''),
                        ('00u2', '00u2', 'bob@example.com', '00001767225601000000 profile', 'Bob',
                         '00001767225601000000 profile', 'RECOVERY', '00001767225600000000 c then',
                         'user.lifecycle.activate', '00001767225600000000 c', 'bob@mail.example',
                         '00001767225601000000 profile')";
    connection.execute(users, []).unwrap();
}

#[test]
fn a_database_of_the_first_version_is_brought_up_to_date_and_its_mistakes_with_it() {
    let group = json!({"id": "00g1", "type": "UserGroup", "displayName": "Sales"});
    let events = [
        event("b", MOMENT, "user.lifecycle.create", user("00u1", "ann@example.com")),
        event("a", MOMENT, "user.lifecycle.activate", user("00u1", "ann@example.com")),
        event("c", MOMENT, "user.lifecycle.activate", user("00u2", "bob@example.com")),
        event("d", "9999-01-01T00:00:00Z", "user.lifecycle.suspend", user("00u3", "unknown")),
        event("e", "2026-01-01T00:00:07Z", "user.lifecycle.unsuspend", user("00u3", "unknown")),
        event(
            "f",
            MOMENT,
            "group.user_membership.add",
            json!([{"id": "00u1", "type": "User"}, group]),
        ),
    ];
    let sync = Sync::new();
    database_of_version_1(&sync.database(), &events);
    let server = sync.start();
    let columns = ["id", "login", "displayName", "email", "status"];
    let expected = [
        json!(["00u1", "ann@example.com", null, null, "ACTIVE"]),
        json!(["00u2", "bob@example.com", "Bob", "bob@mail.example", "RECOVERY"]),
        json!(["00u3", null, null, null, "ACTIVE"]),
    ];
    assert_eq!(people(&server, &columns), expected);
    let users = json_of(&server, "/getUsers");
    let users = users.as_array().unwrap();
    assert!(users.iter().any(|user| user["displayName"] == "Test User"), "{users:?}");
    let members = "SELECT json_array(user_key, group_id, group_name) FROM members";
    assert_eq!(rows(&sync.database(), members), [json!(["00u1", "00g1", "Sales"])]);
    assert!(rows(&sync.database(), "SELECT json_quote(user_id) FROM refreshes").is_empty());

    // The events are known, and say nothing new.
    accept_at(&server, json!(MOMENT), &events);
    assert_eq!(people(&server, &columns), expected);
    assert_eq!(json_of(&server, "/status")["events"], 6);
}
