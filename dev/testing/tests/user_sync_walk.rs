//! Okta's article on syncing users by event hooks, from the first step to the last, in a real browser:
//! the emulator and the sync at their own ports and settings, where those are free.

use std::net::{SocketAddr, TcpListener};

use okta_hooks_testing::console::{
    add_person, console, create_and_verify_hook, inspect, tab, value,
};
use okta_hooks_testing::devtools::Page;
use okta_hooks_testing::hook::SECRET;
use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;
use serde_json::{Value, json};

const TOKEN: &str = "walk-test-token";

/// The port that people have, or another one while somebody uses that.
fn at(port: u16) -> String {
    let usual = SocketAddr::from(([127, 0, 0, 1], port));
    match TcpListener::bind(usual) {
        Ok(_) => usual.to_string(),
        Err(_) => "127.0.0.1:0".to_owned(),
    }
}

/// The body with other targets in all of its events, as typed by hand.
fn with_targets(body: &str, targets: &Value) -> String {
    let mut body: Value = serde_json::from_str(body).unwrap();
    for event in body["data"]["events"].as_array_mut().unwrap() {
        event["target"] = targets.clone();
    }
    serde_json::to_string_pretty(&body).unwrap()
}

/// The rows of the list of people that have this login, as text.
fn rows_of(page: &mut Page, login: &str) -> Vec<String> {
    let rows =
        page.eval("[...document.querySelectorAll('#users tbody tr')].map((row) => row.innerText)");
    let rows: Vec<String> = serde_json::from_value(rows).unwrap();
    rows.into_iter().filter(|row| row.contains(login)).collect()
}

#[track_caller]
fn assert_once_and_active(page: &mut Page, login: &str, name: &str) {
    page.wait_until(&format!(
        "[...document.querySelectorAll('#users tbody tr')].some(({{ innerText }}) => \
         innerText.includes({}) && innerText.includes('ACTIVE'))",
        json!(login)
    ));
    let rows = rows_of(page, login);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(rows[0].contains(name), "{rows:?}");
}

#[test]
fn okta_s_article_on_syncing_users_works_from_the_first_step_to_replay_with_modifications() {
    let directory = tempfile::tempdir().unwrap();
    let org = Server::start_with(
        binary("okta-hooks"),
        &["emulator", "--token", TOKEN],
        &[("LISTEN", &at(4040))],
    );
    let settings = [
        ("OKTA_HOOK_SECRET", SECRET),
        ("LISTEN", &at(8082)),
        ("PAGES", &at(8083)),
        ("okta_url", &format!("http://{}", org.address)),
        ("okta_key", TOKEN),
    ];
    let sync = Server::start_in(directory.path(), binary("user-sync"), &settings);

    // The page before anything has come: one row, Test User.
    let Some(mut shown) = Page::open(&format!("http://{}/", sync.announced("Pages")), 1280, 800)
    else {
        return;
    };
    shown.wait_for("#users", "Test User");

    // The hook: created and verified. A person: added, and here once and ACTIVE, with the profile.
    let mut page = console(&org, 1280).unwrap();
    create_and_verify_hook(&mut page, &format!("http://{}/userTransfer", sync.address), SECRET);
    add_person(&mut page, "John", "Doe", "john.doe@example.com");
    assert_once_and_active(&mut shown, "john.doe@example.com", "John Doe");

    // Preview, with the target as the article has it typed: it is the John who is there.
    tab(&mut page, "preview");
    page.wait_for("#preview-events", "User");
    let body = value(&mut page, "#preview-body");
    page.fill(
        "#preview-body",
        &with_targets(&body, &json!([{"alternateId": "john.doe@example.com"}])),
    );
    page.wait_until("document.querySelector('#preview-new-ids').checked");
    page.press("#preview", "Deliver request");
    page.wait_for("#preview-message", "204 in");
    shown.click("nav a[href='#activity']");
    shown.wait_for("#events", "john.doe@example.com:");
    shown.click("nav a[href='#people']");
    assert_once_and_active(&mut shown, "john.doe@example.com", "John Doe");

    // Replay: the same bytes, which the page says were ignored.
    inspect(&mut page, &["delivery"]);
    page.press("#call", "Replay");
    page.wait_for("#call-message", "204 in");
    shown.click("nav a[href='#activity']");
    shown.wait_for("#events", "duplicate, ignored");

    // Replay with modifications, as a new event: Jane is there, and John still.
    page.press("#call", "Replay with modifications");
    let body = value(&mut page, "#edit-body");
    page.fill(
        "#edit-body",
        &with_targets(&body, &json!([{"alternateId": "jane.doe@example.com"}])),
    );
    page.wait_until("document.querySelector('#edit-new-ids').checked");
    page.press("#edit-form", "Send");
    page.wait_for("#edit-message", "204 in");
    shown.click("nav a[href='#people']");
    shown.wait_for("#users", "jane.doe@example.com");
    assert_eq!(rows_of(&mut shown, "jane.doe@example.com").len(), 1);
    assert_once_and_active(&mut shown, "john.doe@example.com", "John Doe");
}
