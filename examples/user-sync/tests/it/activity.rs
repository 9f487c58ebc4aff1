//! What came and what it did, as the page shows it: in names, duplicates included, and what gap repair
//! brought back. Real processes, real files.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::org::Stage;
use crate::support::http::Response;
use crate::support::okta_org::LOGS;
use crate::support::sync::{Sync, database, delivery, event, query};

const CREATE: &str = "user.lifecycle.create";
const ACTIVATE: &str = "user.lifecycle.activate";
const THEN: &str = "2026-01-01T00:00:00.000Z";

fn get(sync: &Sync, path: &str) -> Response {
    // The paths of a test live as long as it does.
    sync.get(path.to_owned().leak())
}

fn activity(sync: &Sync) -> Vec<Value> {
    rows(&get(sync, "/activity"))
}

fn rows(response: &Response) -> Vec<Value> {
    assert_eq!(response.status, 200, "{}", response.text());
    serde_json::from_slice(&response.body).expect("an array")
}

/// With this name of the user.
fn named(uuid: &str, kind: &str, user: &str, name: &str) -> Value {
    let mut event = event(uuid, kind, user, THEN);
    event["target"][0]["displayName"] = json!(name);
    event
}

#[test]
fn what_an_event_did_is_said_with_names_and_with_a_login_or_an_id_where_there_is_none() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "error")]);
    let user = |name: &str| json!({"id": "00u1", "type": "User", "alternateId": "john.doe@example.com", "displayName": name});
    let group = json!({"id": "00g1", "type": "UserGroup", "displayName": "Sales"});
    let with = |uuid: &str, kind: &str, targets: Value| {
        let mut event = event(uuid, kind, "00u1", THEN);
        event["target"] = targets;
        event
    };
    let nobody =
        json!({"id": "00u2", "type": "User", "alternateId": "unknown", "displayName": "unknown"});
    for (event, expected) in [
        (with("a", CREATE, json!([user("John Doe")])), "John Doe: created"),
        (with("b", ACTIVATE, json!([user("John Doe")])), "John Doe: ACTIVE"),
        (
            with("c", "group.user_membership.add", json!([user("John Doe"), group])),
            "John Doe joins Sales",
        ),
        (
            with("d", "user.account.update_profile", json!([user("unknown")])),
            "john.doe@example.com: profile changed",
        ),
        (with("e", "user.lifecycle.suspend", json!([nobody])), "00u2: SUSPENDED"),
        (with("f", "user.session.start", json!([user("John Doe")])), "John Doe: seen"),
        (with("g", "policy.lifecycle.update", Value::Null), "stored"),
    ] {
        assert_eq!(sync.deliver(&[event]), 204);
        assert_eq!(activity(&sync)[0]["summary"], expected);
    }
    let john = sync.user("00u1").unwrap();
    assert_eq!(john["displayName"], "John Doe", "nobody is called unknown");
}

#[test]
fn an_event_that_came_again_is_a_row_that_says_so_and_what_the_system_log_has_again_is_none() {
    let stage = Stage::new();
    let sync = stage.start_to_repair();
    stage.wait_for_requests(LOGS, 1);
    let log = [event("a", CREATE, "00uJane", THEN), event("b", ACTIVATE, "00uJane", THEN)];
    assert_eq!(sync.deliver(&log), 204);
    assert_eq!(sync.deliver(&log[..1]), 204);
    let shown = |row: &Value| (row["uuid"].clone(), row["isDuplicate"].clone());
    let all = activity(&sync);
    let expected = [("a", true), ("b", false), ("a", false)];
    assert_eq!(
        all.iter().map(shown).collect::<Vec<_>>(),
        expected.map(|(uuid, is)| (json!(uuid), json!(is)))
    );
    for row in &all {
        assert_eq!(row["deliveryId"], "b5a188b9-5ece-4636-b041-482ffda96311");
        assert_eq!(row["origin"], "hook");
    }
    stage.org.lock().log = log.to_vec();
    sync.assert_count("duplicates", 3);
    assert_eq!(activity(&sync).len(), 3);
    assert_eq!(sync.count("events"), 2, "a duplicate is no event");
}

#[test]
fn only_what_a_hook_should_have_brought_counts_as_recovered() {
    let stage = Stage::new();
    let at = |second: u8| format!("2026-01-01T00:00:0{second}.000Z");
    let sync = stage.start_to_repair();
    stage.wait_for_requests(LOGS, 1);
    assert_eq!(sync.deliver(&[event("hook", CREATE, "00u1", &at(5))]), 204);
    stage.org.lock().log = vec![
        event("before the hook", CREATE, "00u2", &at(1)),
        event("hook", CREATE, "00u1", &at(5)),
        event("lost", CREATE, "00u3", &at(6)),
        event("of no hook", "user.session.start", "00u1", &at(7)),
        event("still on its way", CREATE, "00u4", &jiff::Timestamp::now().to_string()),
    ];
    sync.assert_count("fromSystemLog", 4);
    assert_eq!(sync.count("recovered"), 1);
    let metrics = sync.get("/metrics").text();
    assert!(metrics.contains("\nokta_sync_recovered_total 1\n"), "{metrics}");
}

#[test]
fn what_came_has_pages_and_is_found_by_name_type_and_id_in_any_case() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "error")]);
    for n in 0..25 {
        let event =
            named(&format!("e{n:02}"), CREATE, &format!("00u{n:02}"), &format!("Ölaf {n:02}"));
        for _ in 0..1 + usize::from(n % 5 == 0) {
            assert_eq!(sync.deliver(std::slice::from_ref(&event)), 204);
        }
    }
    let (mut path, mut paged) = ("/activity?limit=7".to_owned(), Vec::new());
    loop {
        let response = get(&sync, &path);
        paged.extend(rows(&response));
        let Some(link) = response.header_as_sent("link") else { break };
        link.strip_prefix('<').unwrap().split_once('>').unwrap().0.clone_into(&mut path);
    }
    assert_eq!(paged.len(), 30);
    assert_eq!(paged, activity(&sync));
    let found = |path: &str, member: &str| -> Vec<Value> {
        rows(&get(&sync, path)).iter().map(|row| row[member].clone()).collect()
    };
    assert_eq!(found("/activity?find=%C3%B6laf%2007", "uuid"), ["e07"]);
    assert_eq!(found("/activity?find=E07", "uuid"), ["e07"]);
    assert_eq!(found("/activity?find=lifecycle.create&limit=100", "uuid").len(), 30);
    assert!(found("/activity?find=nobody", "uuid").is_empty());
    assert_eq!(found("/getUsers?find=%C3%96LAF%2007", "id"), ["00u07"]);
    assert_eq!(found("/getUsers?find=00u07%40EXAMPLE", "id"), ["00u07"]);
    // A page of what is found leads to the next.
    let first = get(&sync, "/getUsers?find=%C3%B6laf&limit=20");
    let link = first.header_as_sent("link").unwrap().to_owned();
    let next = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
    assert_eq!((rows(&first).len(), rows(&get(&sync, next)).len()), (20, 5));
    for path in ["/activity?before=1", "/activity?before=x.y"] {
        assert_eq!(get(&sync, path).status, 400, "{path}");
    }
}

#[test]
fn a_revision_is_another_with_what_it_stands_for_and_with_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "error")]);
    let revisions = || {
        let revisions = sync.json("/status")["revisions"].clone();
        ["users", "activity", "deadLetters"].map(|list| revisions[list].to_string())
    };
    let first = revisions();
    crate::support::http::Request::new("GET", "/health").send(sync.hook).unwrap();
    assert_eq!(revisions(), first, "a health check changes nothing that is shown");
    assert_eq!(sync.deliver(&[event("a", CREATE, "00u1", THEN)]), 204);
    let [users, activity, letters] = revisions();
    assert!(users != first[0] && activity != first[1] && letters == first[2]);
    assert_eq!(delivery(&[]).body("{").send(sync.hook).unwrap().status, 400);
    let last = revisions();
    assert!(last[..2] == [users, activity] && last[2] != letters);
}

#[test]
fn a_database_that_takes_nothing_is_said_to() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "off")]);
    assert_eq!(sync.json("/status")["isFailing"], false);
    let lock = Connection::open(database(directory.path())).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(sync.deliver(&[event("a", CREATE, "00u1", THEN)]), 503);
    assert_eq!(sync.json("/status")["isFailing"], true);
    lock.execute_batch("ROLLBACK").unwrap();
    assert_eq!(sync.deliver(&[event("a", CREATE, "00u1", THEN)]), 204);
    assert_eq!(sync.json("/status")["isFailing"], false);
}

/// As the second version of the schema left one.
fn database_of_version_2(directory: &std::path::Path) {
    let sync = Sync::start(directory, &[("RUST_LOG", "off")]);
    assert_eq!(sync.deliver(&[event("a", CREATE, "00u1", THEN)]), 204);
    drop(sync);
    let connection = Connection::open(database(directory)).unwrap();
    let back = "ALTER TABLE events RENAME COLUMN summary TO effect;
                ALTER TABLE events DROP COLUMN delivery_id;
                DROP TABLE duplicates; DROP TABLE hook_types; DROP TABLE dead_letters;
                CREATE TABLE dead_letters (id INTEGER PRIMARY KEY, received_at INTEGER NOT NULL,
                    reason TEXT NOT NULL, path TEXT NOT NULL, raw BLOB NOT NULL, UNIQUE (path, raw));
                INSERT INTO dead_letters (id, received_at, reason, path, raw)
                    VALUES (7, 1, 'why', 'where', CAST('{' AS BLOB)),
                           (9, 2, 'large', '', CAST(zeroblob(900000) AS BLOB));
                PRAGMA user_version = 2;";
    connection.execute_batch(back).unwrap();
}

#[test]
fn a_database_of_the_second_version_keeps_its_dead_letters_and_knows_what_its_hook_brings() {
    let directory = tempfile::tempdir().unwrap();
    database_of_version_2(directory.path());
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "error")]);
    let letters = sync.json("/dead-letters");
    let letter = json!({"id": 7, "receivedAt": 1, "reason": "why", "path": "where", "bytes": 1});
    assert_eq!(letters[1], letter);
    assert_eq!(letters[0]["bytes"], 900_000);
    let file = database(directory.path());
    assert_eq!(query::<String>(&file, "SELECT event_type FROM hook_types"), CREATE);
    assert_eq!(delivery(&[]).body("{").send(sync.hook).unwrap().status, 400);
    assert_eq!(delivery(&[]).body("{").send(sync.hook).unwrap().status, 400);
    assert_eq!(sync.count("deadLetters"), 3, "the same bytes are kept once");
    assert_eq!(activity(&sync).len(), 1);
}
