//! What many dead letters, users and events cost: few rows, and answers of bounded length with a link
//! to the next. Real processes, real files.

use crate::support::http::{Request, Response};
use crate::support::sync::{Sync, database, delivery, event, query};
use rusqlite::Connection;
use serde_json::{Value, json};

const CREATE: &str = "user.lifecycle.create";
const THEN: &str = "2026-01-01T00:00:00.000Z";

fn get(sync: &Sync, path: &str) -> Response {
    // The paths of a test live as long as it does.
    sync.get(path.to_owned().leak())
}

fn rows(response: &Response) -> Vec<Value> {
    assert_eq!(response.status, 200, "{}", response.text());
    serde_json::from_slice(&response.body).expect("an array")
}

/// All rows, page by page, and how many pages there are.
fn all_pages(sync: &Sync, first: &str) -> (Vec<Value>, usize) {
    let (mut path, mut all, mut pages) = (first.to_owned(), Vec::new(), 0);
    loop {
        let response = get(sync, &path);
        all.extend(rows(&response));
        pages += 1;
        let Some(link) = response.header_as_sent("link") else { return (all, pages) };
        let (url, rel) = link.split_once('>').expect("a URL in brackets");
        assert_eq!(rel, "; rel=\"next\"");
        path = url.trim_start_matches('<').to_owned();
    }
}

#[test]
fn a_delivery_of_hundreds_of_thousands_of_no_events_is_one_row_with_all_its_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "error")]);
    let zeros = vec!["0"; 500_000].join(",");
    let flood = format!(r#"{{"data":{{"events":[{zeros}]}}}}"#);
    assert!(flood.len() < 1 << 20);
    for _ in 0..2 {
        assert_eq!(delivery(&[]).body(flood.clone()).send(sync.hook).unwrap().status, 204);
    }
    let letters = rows(&get(&sync, "/dead-letters"));
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0]["bytes"], flood.len());
    assert_eq!(letters[0]["reason"], "500000 elements are not events");
    let raw: String =
        query(&database(directory.path()), "SELECT CAST(raw AS TEXT) FROM dead_letters");
    assert!(raw == flood);
    // A few are still a row each.
    assert_eq!(sync.deliver(&[json!(1), json!("x")]), 204);
    assert_eq!(sync.count("deadLetters"), 3);
}

#[test]
fn all_events_of_a_body_that_was_kept_whole_are_put_through_again() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[]);
    let zeros = vec!["0"; 100].join(",");
    let body = format!(r#"{{"data":{{"events":[{zeros}]}}}}"#);
    assert_eq!(delivery(&[]).body(body).send(sync.hook).unwrap().status, 204);
    let retry = || Request::new("POST", "/dead-letters/1/retry").send(sync.pages).unwrap().status;
    assert_eq!(retry(), 422);
    // As if it had come from a release that knew less.
    let events: Vec<_> = (0..100).map(|n| event(&format!("e{n}"), CREATE, "00u1", THEN)).collect();
    let body = json!({"data": {"events": events}}).to_string();
    let connection = Connection::open(database(directory.path())).unwrap();
    connection.execute("UPDATE dead_letters SET raw = ?1", [body.as_bytes()]).unwrap();
    assert_eq!(retry(), 204);
    assert_eq!((sync.count("events"), sync.count("deadLetters")), (100, 0));
}

#[test]
fn every_list_has_pages_that_link_to_the_next_and_together_hold_each_row_once() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "error")]);
    for n in 0..25 {
        // Some share a time; one has no id.
        let published = format!("2026-01-01T00:00:{:02}.000Z", n / 3);
        let mut made = event(&format!("e{n:02}"), CREATE, &format!("00u{n:02}"), &published);
        if n == 7 {
            made["target"][0]["id"] = Value::Null;
        }
        assert_eq!(sync.deliver(&[made, json!(n)]), 204);
    }
    for (path, member, count) in
        [("/getUsers", "login", 26), ("/events", "uuid", 25), ("/dead-letters", "id", 25)]
    {
        let (all, pages) = all_pages(&sync, path);
        assert_eq!((all.len(), pages), (count, 1), "{path}");
        let (paged, pages) = all_pages(&sync, &format!("{path}?limit=10"));
        assert_eq!((pages, &paged), (3, &all), "{path}");
        let mut members: Vec<_> = all.iter().map(|row| row[member].to_string()).collect();
        members.sort();
        members.dedup();
        assert_eq!(members.len(), count, "{path}");
    }
}

#[test]
fn no_limit_is_above_the_maximum_and_none_below_one() {
    let directory = tempfile::tempdir().unwrap();
    let sync = Sync::start(directory.path(), &[("RUST_LOG", "error")]);
    for delivery in 0..11 {
        let event = |n: usize| {
            event(&format!("{delivery}-{n}"), CREATE, &format!("00u{delivery}-{n}"), THEN)
        };
        assert_eq!(sync.deliver(&(0..100).map(event).collect::<Vec<_>>()), 204);
    }
    let mut connection = Connection::open(database(directory.path())).unwrap();
    let transaction = connection.transaction().unwrap();
    for n in 0..1_100 {
        let sql = "INSERT INTO dead_letters (received_at, reason, path, hash, raw)
             VALUES (0, '', '', ?1, ?1)";
        transaction.execute(sql, [n.to_string().as_bytes()]).unwrap();
    }
    transaction.commit().unwrap();
    for path in ["/getUsers", "/events", "/dead-letters"] {
        let most = get(&sync, &format!("{path}?limit=4294967295"));
        assert_eq!(rows(&most).len(), 1_000, "{path}");
        assert!(most.header("link").is_some(), "{path}");
        assert!(rows(&get(&sync, path)).len() <= 1_000, "{path}");
        assert_eq!(rows(&get(&sync, &format!("{path}?limit=0"))).len(), 1, "{path}");
    }
    assert_eq!(get(&sync, "/getUsers?after=%3F").status, 400);
    let script = get(&sync, "/page.js").text();
    for list in ["getUsers?limit=", "activity?limit=", "dead-letters?limit="] {
        assert!(script.contains(list), "the page asks for one page of {list}");
    }
}
