//! The Okta emulator's console in a real browser, used as people use it: by clicking and typing.

use okta_hooks_testing::console::{
    add_person, choose, console, create_and_verify_hook, create_hook, inspect, tab, value, verify,
};
use okta_hooks_testing::devtools::Page;
use okta_hooks_testing::hook::{Answer, Hook, SECRET};
use okta_hooks_testing::process::Server;

use crate::PROGRAM;

const TOKEN: &str = "console-test-token";

pub fn org() -> Server {
    let arguments = ["emulator", "--token", TOKEN, "--collect-ms", "20"];
    Server::start_with(PROGRAM, &arguments, &[])
}

/// Every text and value on the page, and none of it hidden from this search.
fn all(page: &mut Page) -> String {
    let script = "document.documentElement.outerHTML + \
                  [...document.querySelectorAll('input, textarea')].map((one) => one.value).join()";
    page.eval(script).as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_guides_do_by_hand_is_done_by_hand() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 1280) else { return };

    create_hook(&mut page, &hook.url());
    page.wait_for("#hook-list", "UNVERIFIED");
    assert!(!all(&mut page).contains(SECRET), "the secret is sent and gone");
    hook.answer_next(&[Answer::Status(401)]);
    page.press("#hook-list", "Verify");
    page.wait_for("#hook-list", "not verified: refused with status 401");
    hook.answer_next(&[Answer::Wrong]);
    page.press("#hook-list", "Verify");
    page.wait_for("#hook-list", "Send back the value of X-Okta-Verification-Challenge unchanged");
    verify(&mut page);

    add_person(&mut page, "John", "Doe", "john.doe@example.com");
    assert_eq!(
        hook.events(2).await,
        [
            "user.lifecycle.create john.doe@example.com",
            "user.lifecycle.activate john.doe@example.com"
        ]
    );
    page.press("#people-list", "Suspend");
    page.wait_for("#people-list", "SUSPENDED");
    page.press("#people-list", "Unsuspend");
    page.wait_for("#people-list", "unsuspend: done");
    page.press("#people-list", "Edit");
    page.fill("#person-form [name=lastName]", "Dough");
    page.press("#person-form", "Save");
    page.wait_for("#people-list", "John Dough");
    page.press("#people-list", "Deactivate");
    page.wait_for("#people-list", "DEPROVISIONED");
    page.press("#people-list", "Delete");
    page.wait_for("#people", "Nobody yet.");
    let of_john = |name: &str| format!("user.{name} john.doe@example.com");
    assert_eq!(
        hook.events(6).await[2..],
        [
            "lifecycle.suspend",
            "lifecycle.unsuspend",
            "account.update_profile",
            "lifecycle.deactivate"
        ]
        .map(of_john)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_an_event_of_the_log_that_can_be_edited_and_is_new_then() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 1280) else { return };
    create_and_verify_hook(&mut page, &hook.url(), SECRET);
    page.press("#hook-list", "Preview");
    page.wait_for("#preview-source", "this is sample data");
    add_person(&mut page, "John", "Doe", "john.doe@example.com");
    hook.events(2).await;

    tab(&mut page, "preview");
    page.wait_for("#preview-events", "User activated");
    choose(&mut page, "#preview-type", "user.lifecycle.create");
    page.wait_until("!document.querySelector('#preview-events').innerText.includes('activated')");
    let body = value(&mut page, "#preview-body");
    let logged: serde_json::Value = serde_json::from_str(&body).unwrap();
    let delivered = hook.deliveries()[0].events()[0].uuid().unwrap().to_owned();
    assert_eq!(logged["data"]["events"][0]["uuid"], delivered, "as it happened");
    page.press("#preview", "Deliver request");
    page.wait_for("#preview-message", "one that dedupes does nothing with it now");

    page.fill("#preview-body", &body.replace("john.doe@example.com", "edited@example.com"));
    page.wait_until("document.querySelector('#preview-new-ids').checked");
    page.press("#preview", "Deliver request");
    page.wait_until("!document.querySelector('#preview-message').innerText.includes('dedupes')");
    page.wait_for("#preview-message", "204 in");
    assert_eq!(hook.events(4).await[3], "user.lifecycle.create edited@example.com");
    let deliveries = hook.deliveries();
    assert_ne!(deliveries[2].events()[0].uuid(), Some(delivered.as_str()), "as a new event");
    page.fill("#preview-body", "{\n  \"a\": 1,\n}");
    page.wait_for("#preview-note", "line 3, column 1: there is a comma before }");
    page.press("#preview", "Load the newest");
    page.wait_for("dialog", "Discard your edits?");
    page.press("dialog", "Keep editing");
    assert_eq!(value(&mut page, "#preview-body"), "{\n  \"a\": 1,\n}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_is_edited_verified_at_once_deleted_and_put_back() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 1280) else { return };
    page.press("#hooks", "Create event hook");
    let ticked =
        "[...document.querySelectorAll('#types input:checked')].map((one) => one.value).join()";
    let ticked = page.eval(ticked);
    assert_eq!(ticked.as_str().unwrap().split(',').count(), 6, "the guide's: {ticked}");
    page.fill("#types-find", "user created");
    page.wait_for("#types", "User created · user.lifecycle.create");
    page.press("#hook-form", "Cancel");
    create_and_verify_hook(&mut page, &format!("http://{}/elsewhere", hook.address), SECRET);

    page.press("#hook-list", "Edit");
    page.fill("#hook-form [name=name]", "Renamed");
    page.fill("#hook-form [name=uri]", &hook.url());
    page.press("#hook-filters", "Filters");
    page.press("#hook-filters", "Add filter");
    let only_jane = "event.target.?[alternateId eq 'jane.doe@example.com'].size()>0";
    page.fill("#filter-rows textarea", only_jane);
    choose(&mut page, "#filter-rows select", "user.lifecycle.create");
    page.press("#hook-form", "Save and verify");
    page.wait_for("#hook-list", "Renamed: verified.");
    page.press("#hook-list", "6 event types, 1 filtered");
    page.wait_for("#hook-list", only_jane);
    add_person(&mut page, "John", "Doe", "john.doe@example.com");
    add_person(&mut page, "Jane", "Doe", "jane.doe@example.com");
    let events = hook.events(3).await;
    assert!(
        !events.contains(&"user.lifecycle.create john.doe@example.com".to_owned()),
        "{events:?}"
    );
    assert!(
        events.contains(&"user.lifecycle.create jane.doe@example.com".to_owned()),
        "{events:?}"
    );

    tab(&mut page, "hooks");
    page.press("#hook-list", "Edit");
    page.fill("#hook-form [name=name]", "Not saved");
    page.press("#hook-form", "Cancel");
    page.wait_for("dialog", "Discard your edits?");
    page.press("dialog", "Discard");
    page.wait_until("!document.querySelector('#hook-form').checkVisibility()");
    page.press("#hook-list", "Delete");
    page.wait_for("#hooks", "None yet.");
    page.press("#hooks-message", "Undo");
    page.wait_for("#hook-list", "Renamed: restored.");
    page.wait_for("#hook-list", "VERIFIED");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_inspected_and_made_again_with_modifications() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 1280) else { return };
    create_hook(&mut page, &hook.url());
    verify(&mut page);
    add_person(&mut page, "John", "Doe", "john.doe@example.com");
    hook.events(2).await;

    inspect(&mut page, &["delivery"]);
    page.wait_for("#call-title", "delivery");
    page.wait_for("#call-end", "204");
    page.wait_for("#request-body", "john.doe@example.com");
    page.wait_for("#request-headers", "••••••••");
    assert!(!all(&mut page).contains(SECRET) && !all(&mut page).contains(TOKEN), "masked");
    page.press("#call", "Copy as curl");
    page.wait_for("#curl", "-H 'authorization: '\"${HEADER_AUTHORIZATION:?}\"");
    page.press("#call", "Reveal secrets");
    page.wait_for("#request-headers", SECRET);
    page.press("#call", "Copy as curl");
    page.wait_for("#curl", SECRET);
    let command = page.text("#curl");
    let before = hook.deliveries().len();
    let ran = std::process::Command::new("bash").args(["-c", &command]).output();
    if ran.is_ok_and(|output| output.status.success()) {
        let deliveries = hook.deliveries();
        assert_eq!(deliveries.len(), before + 1, "the command does what it says");
        assert_eq!(deliveries[before].raw(), deliveries[before - 1].raw());
    }
    page.press("#call", "Hide secrets");
    page.wait_for("#request-headers", "••••••••");
    assert!(!all(&mut page).contains(SECRET), "masked again");

    let before = hook.deliveries();
    page.press("#call", "Replay");
    page.wait_for("#call-message", "one that dedupes does nothing with it now");
    let after = hook.deliveries();
    assert_eq!(after[before.len()].raw(), after[before.len() - 1].raw(), "the same bytes");
    page.press("#call-message", "Replay as new event");
    page.wait_until("!document.querySelector('#call-message').innerText.includes('dedupes')");
    let [.., first, second] = &hook.deliveries()[..] else { panic!("two deliveries") };
    assert_ne!(first.events()[0].uuid(), second.events()[0].uuid(), "a fresh uuid");

    let before = hook.events(0).await.len();
    page.press("#call", "Replay with modifications");
    let body =
        value(&mut page, "#edit-body").replace("john.doe@example.com", "jane.doe@example.com");
    page.fill("#edit-body", &body);
    page.wait_until("document.querySelector('#edit-new-ids').checked");
    let headers = value(&mut page, "#edit-headers").replace("x-env: ••••••••", "x-other: changed");
    assert!(headers.contains("authorization: ••••••••") && headers.contains("x-other"));
    page.fill("#edit-headers", &headers);
    page.fill("#edit-url", &format!("{}?again", hook.url()));
    page.press("#edit-form", "Send");
    page.wait_for("#edit-message", "204 in");
    let events = hook.events(before + 1).await;
    assert!(events[before..].iter().all(|event| event.ends_with("jane.doe@example.com")));
    page.press("#edit-message", "Look at the call");
    page.wait_for("#call-url", "?again");
    page.wait_for("#request-headers", "x-other");
    assert!(!page.text("#request-headers").contains("x-env"));
    page.press("#call-tabs", "Differences");
    page.wait_for("#call-panel", "Replay of call");
    page.wait_for("#call-panel .new", "?again");

    page.fill("#filter", "kind:replay target:jane.doe");
    page.wait_for("#calls-count", "1 of ");
    page.fill("#filter", "verification 200");
    page.wait_until(
        "[...document.querySelectorAll('#calls .kind')].every((one) => one.textContent === 'verify')",
    );
    page.press("#list-head", "Forget all");
    page.wait_for("#list-side", "No calls yet.");
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_of_a_delivery_are_one_row_and_an_open_call_is_shown() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 1280) else { return };
    create_and_verify_hook(&mut page, &hook.url(), SECRET);
    hook.answer_next(&[Answer::Status(503), Answer::Late]);
    add_person(&mut page, "John", "Doe", "john.doe@example.com");
    tab(&mut page, "inspector");
    page.wait_for("#calls .row", "503 → open");
    page.wait_for("#calls .row", "503 → timeout → dropped");
    page.fill("#filter", "status:503");
    page.wait_for("#calls-count", "1 of 2");
    inspect(&mut page, &["503"]);
    page.wait_for("#call-facts", "no complete answer within three seconds");
    page.click("#call-facts a:not([aria-current])");
    page.wait_for("#call-facts", "the emulator, as Okta does");
    page.press("#call-tabs", "Answer");
    page.wait_for("#call-panel", "Status 503");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_finds_an_org_that_was_started_again() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 1280) else { return };
    let rows = |page: &mut Page, count: usize| {
        page.wait_until(&format!(
            "document.querySelector('#calls-count').textContent === '{count}'"
        ));
    };
    create_hook(&mut page, &hook.url());
    verify(&mut page);
    page.press("#hook-list", "Verify");
    rows(&mut page, 2);
    let address = server.address.to_string();
    server.crash();
    page.wait_for("#live", "Not reachable");
    page.wait_for("#lost", "The org cannot be reached.");
    // With another token, and with calls that are counted from 1 again.
    let arguments = ["emulator", "--token", "another", "--collect-ms", "20"];
    let _server = Server::start_with(PROGRAM, &arguments, &[("LISTEN", &address)]);
    page.wait_for("#live", "Live");
    page.wait_for("#hooks", "None yet.");
    rows(&mut page, 0);
    create_hook(&mut page, &hook.url());
    verify(&mut page);
    rows(&mut page, 1);
    page.press("#hook-list", "Deactivate");
    page.wait_for("#hook-list", "INACTIVE");
    page.press("#hook-list", "Activate");
    page.wait_for("#hook-list", "User sync: activated");
    page.press("#hook-list", "Delete");
    page.wait_for("#hooks", "None yet.");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_through_a_tunnel_are_recorded_and_made_again() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let hook = Hook::start().await;
    let receiver = format!("http://{}", hook.address);
    let arguments = ["emulator", "--console", "127.0.0.1:0", "--forward", receiver.as_str()];
    let server = Server::start_with(PROGRAM, &arguments, &[]);
    let tunnel = format!("http://{}/hook?a=b", server.announced("Forwarding"));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let send = |request: reqwest::RequestBuilder| {
        let request = request.header("host", "public.example").header("authorization", SECRET);
        let request = request.header("x-forwarded-for", "203.0.113.9");
        async { request.header("x-api-key", "other-secret").send().await.unwrap() }
    };
    let challenge = client.get(&tunnel).header("x-okta-verification-challenge", "abc");
    let verified = send(challenge).await;
    assert_eq!(verified.text().await.unwrap(), r#"{"verification":"abc"}"#);
    let info = client.get(format!("http://{}/admin/info", server.announced("Forwarding")));
    let refused = send(info.header("x-okta-verification-challenge", "abc")).await;
    assert!(!refused.text().await.unwrap().contains("apiToken"), "a tunnel has no console");
    let (_, body) = okta_hooks::simulate::delivery()
        .event(okta_hooks::simulate::event(okta_hooks::EventType::USER_LIFECYCLE_CREATE))
        .to_request("http://localhost/", &[("authorization", SECRET)])
        .unwrap()
        .into_parts();
    assert_eq!(send(client.post(&tunnel).body(body.clone())).await.status(), 204);
    hook.answer_next(&[Answer::Late]);
    assert_eq!(send(client.post(&tunnel).body(body.clone())).await.status(), 504);
    assert_eq!(hook.deliveries()[0].raw(), &body);
    let Some(mut page) = console(&server, 1280) else { return };
    inspect(&mut page, &["forward", "timeout"]);
    page.wait_for("#call-facts", "no complete answer within three seconds");
    page.wait_for("#call-facts", "504");
    page.wait_for("#call-facts", "203.0.113.9");
    assert!(!all(&mut page).contains("other-secret") && !all(&mut page).contains(SECRET));
    hook.answer_next(&[Answer::Status(503)]);
    let (_, other) = okta_hooks::simulate::delivery()
        .seed(7)
        .event(okta_hooks::simulate::event(okta_hooks::EventType::USER_LIFECYCLE_CREATE))
        .to_request("http://localhost/", &[])
        .unwrap()
        .into_parts();
    assert_eq!(send(client.post(&tunnel).body(other)).await.status(), 503);
    inspect(&mut page, &["503 → sender may retry"]);
    page.wait_for("#call-facts", "whoever sent it, as Okta does");
    inspect(&mut page, &["forward", "timeout"]);
    page.wait_for("#call-end", "timeout");
    let before = hook.deliveries().len();
    page.press("#call", "Replay");
    page.wait_for("#call-message", "204 in");
    assert_eq!(hook.deliveries()[before].raw(), &body, "the same bytes, and the secret with them");
}
