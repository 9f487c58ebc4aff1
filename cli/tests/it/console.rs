//! The Okta emulator's console in a real browser, used as people use it: by clicking and typing.

use std::env;
use std::path::PathBuf;

use okta_hooks_testing::console::{add_person, console, create_hook, verify};
use okta_hooks_testing::devtools::Page;
use okta_hooks_testing::hook::{Answer, Hook, SECRET};
use okta_hooks_testing::process::Server;

use crate::PROGRAM;

const TOKEN: &str = "console-test-token";

fn org() -> Server {
    let arguments = ["emulator", "--token", TOKEN, "--collect-ms", "20"];
    Server::start_with(PROGRAM, &arguments, &[])
}

/// Chooses the newest call of this kind.
fn inspect(page: &mut Page, kind: &str) {
    let row = format!(
        "[...document.querySelectorAll('#calls tbody tr')].find((row) => row.cells[1].textContent === '{kind}')"
    );
    page.wait_until(&format!("{row} !== undefined"));
    page.eval(&format!("{row}.querySelector('button').focus()"));
    page.key("Enter");
    page.wait_for("#call-title", kind);
}

/// Every text and value on the page, and none of it hidden from this search.
fn all(page: &mut Page) -> String {
    let script = "document.documentElement.outerHTML + \
                  [...document.querySelectorAll('input, textarea')].map((one) => one.value).join()";
    page.eval(script).as_str().unwrap().to_owned()
}

/// Where pictures go, if somebody wants to look at them.
fn pictures() -> (Option<tempfile::TempDir>, PathBuf) {
    match env::var_os("OKTA_HOOKS_SCREENSHOTS") {
        Some(path) => (None, path.into()),
        None => {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().to_owned();
            (Some(folder), path)
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_guides_do_by_hand_is_done_by_hand() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 1400) else { return };

    create_hook(&mut page, &hook.url());
    page.wait_for("#hook-list", "UNVERIFIED");
    assert!(!all(&mut page).contains(SECRET), "the secret is sent and gone");
    hook.answer_next(&[Answer::Status(401)]);
    page.press("#hook-list", "Verify");
    page.wait_for("#hooks-message", "answered 401: it does not accept the secret");
    hook.answer_next(&[Answer::Wrong]);
    page.press("#hook-list", "Verify");
    page.wait_for("#hooks-message", "but not with {\"verification\"");
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
    page.wait_for("#people-message", "unsuspend: done");
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

    // Preview with an edited target.
    page.press("#preview", "Get a sample");
    page.wait_until(
        "document.querySelector('#preview-body').value.includes('user.lifecycle.create')",
    );
    let sample = page.eval("document.querySelector('#preview-body').value");
    let mut edited: serde_json::Value = serde_json::from_str(sample.as_str().unwrap()).unwrap();
    edited["data"]["events"][0]["target"][0]["alternateId"] = "edited@example.com".into();
    page.fill("#preview-body", &edited.to_string());
    page.press("#preview", "Deliver request");
    page.wait_for("#preview-message", "204 in");
    assert_eq!(hook.events(7).await[6], "user.lifecycle.create edited@example.com");
    page.fill("#preview-body", "{");
    page.wait_for("#preview-note", "not JSON");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_inspected_and_made_again_with_modifications() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 1400) else { return };
    create_hook(&mut page, &hook.url());
    verify(&mut page);
    add_person(&mut page, "John", "Doe", "john.doe@example.com");
    hook.events(2).await;

    inspect(&mut page, "delivery");
    page.wait_for("#call-end", "204 in");
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
    page.wait_for("#call-title", "replay");
    page.wait_for("#call-message", "204 in");
    let after = hook.deliveries();
    assert_eq!(after[before.len()].raw(), after[before.len() - 1].raw(), "the same bytes");

    let before = hook.events(0).await.len();
    page.press("#call", "Replay with modifications");
    let body = page.eval("document.querySelector('#edit-body').value");
    let body = body.as_str().unwrap().replace("john.doe@example.com", "jane.doe@example.com");
    page.fill("#edit-body", &body);
    let headers = page.eval("document.querySelector('#edit-headers').value");
    let headers = headers.as_str().unwrap().replace("x-env: ••••••••", "x-other: changed");
    assert!(headers.contains("authorization: ••••••••") && headers.contains("x-other"));
    page.fill("#edit-headers", &headers);
    page.press("#edit-form", "Send");
    page.wait_for("#request-headers", "x-other");
    page.wait_for("#call-message", "204 in");
    assert!(!page.text("#request-headers").contains("x-env"));
    let events = hook.events(before + 1).await;
    assert!(events[before..].iter().all(|event| event.ends_with("jane.doe@example.com")));

    page.fill("#filter", "jane.doe");
    page.wait_for("#calls-message", "1 of ");
    page.fill("#filter", "verification 200");
    let visible = "[...document.querySelectorAll('#calls tbody tr')].filter((row) => !row.hidden)";
    page.wait_until(&format!(
        "{visible}.length === 1 && {visible}[0].cells[1].textContent === 'verification'"
    ));
    page.press("#inspector", "Forget all");
    page.wait_for("#inspector", "No calls yet.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_a_text_and_the_page_fits_a_phone() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 400) else { return };
    create_hook(&mut page, &hook.url());
    verify(&mut page);
    let hostile = "<img src=x onerror=\"document.title='run'\">";
    add_person(&mut page, hostile, "</pre><script>1", "mallory@example.com");
    hook.events(2).await;
    inspect(&mut page, "delivery");
    page.wait_for("#people-list", hostile);
    page.wait_for("#request-body", "<img src=x onerror=");
    assert_eq!(page.eval("document.querySelectorAll('img, pre *, li script').length"), 0);
    assert_eq!(page.eval("document.title"), "Okta emulator");
    let markup =
        "(() => { try { document.body.innerHTML = 'x'; return false; } catch { return true; } })()";
    assert_eq!(page.eval(markup), true, "the policy lets no text become markup");

    page.press("#call", "Replay with modifications");
    page.press("#preview", "Get a sample");
    page.wait_until("document.querySelector('#preview-body').value !== ''");
    for width in [400, 320] {
        page.resize(width, 900);
        let wide = "document.documentElement.scrollWidth";
        assert!(page.eval(wide).as_u64().unwrap() <= width.into(), "nothing is beside the screen");
    }

    // By keyboard alone: every control is reached, and shows that it is.
    page.eval("document.querySelector('nav a').focus()");
    let mut reached = Vec::new();
    for _ in 0..30 {
        page.key("Tab");
        let shown = "getComputedStyle(document.activeElement).outlineStyle";
        assert_eq!(page.eval(shown), "solid");
        reached.push(page.eval("document.activeElement.textContent").to_string());
    }
    for text in ["Reveal", "Verify", "Deactivate", "Create event hook", "Suspend", "Add person"] {
        assert!(reached.contains(&format!("\"{text}\"")), "{text} in {reached:?}");
    }

    page.press("#call", "Replay with modifications");
    page.eval("document.activeElement.blur(); window.scrollTo(0, 0)");
    let (_folder, pictures) = pictures();
    for (name, width, scheme) in [
        ("light", 1400, "light"),
        ("dark", 1400, "dark"),
        ("narrow", 400, "light"),
        ("narrow-dark", 400, "dark"),
    ] {
        page.resize(width, if width == 400 { 3600 } else { 1300 });
        page.prefer(scheme);
        let picture = pictures.join(format!("console-{name}.png"));
        page.screenshot(&picture);
        assert!(std::fs::metadata(&picture).unwrap().len() > 20_000, "a picture of something");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_finds_an_org_that_was_started_again() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 1400) else { return };
    create_hook(&mut page, &hook.url());
    verify(&mut page);
    page.press("#hook-list", "Verify");
    page.wait_until("document.querySelectorAll('#calls tbody tr').length === 2");
    let address = server.address.to_string();
    server.crash();
    page.wait_for("#live", "Not reachable");
    // With another token, and with calls that are counted from 1 again.
    let arguments = ["emulator", "--token", "another", "--collect-ms", "20"];
    let _server = Server::start_with(PROGRAM, &arguments, &[("LISTEN", &address)]);
    page.wait_for("#live", "Live");
    page.wait_for("#hooks", "None yet.");
    page.wait_for("#inspector", "No calls yet.");
    create_hook(&mut page, &hook.url());
    verify(&mut page);
    page.wait_until("document.querySelectorAll('#calls tbody tr').length === 1");
    page.press("#hook-list", "Deactivate");
    page.wait_for("#hook-list", "INACTIVE");
    page.press("#hook-list", "Activate");
    page.wait_for("#hooks-message", "User sync: activated");
    page.press("#hook-list", "Deactivate");
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
    let Some(mut page) = console(&server, 1400) else { return };
    page.wait_for("#calls", "no complete answer within three seconds");
    inspect(&mut page, "forwarded");
    assert!(!all(&mut page).contains("other-secret") && !all(&mut page).contains(SECRET));
    let before = hook.deliveries().len();
    page.press("#call", "Replay");
    page.wait_for("#call-message", "204 in");
    assert_eq!(hook.deliveries()[before].raw(), &body, "the same bytes, and the secret with them");
}
