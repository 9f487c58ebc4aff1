//! The console of an org that refuses what clients ask, or has changed by itself.

use http::Method;
use okta_hooks_testing::console::{add_person, choose, console, tab, value};
use okta_hooks_testing::devtools::Page;
use okta_hooks_testing::hook::Hook;
use serde_json::json;

use crate::emulator::{CREATE, Org, TOKEN, reply, wanted};

#[tokio::test]
async fn what_the_console_asks_counts_for_no_limit_and_meets_no_chaos() {
    let org = Org::start(&["--rate-limit", "1"]);
    let asked = async |path: &str| {
        let request = org.client.get(org.url(path)).header("x-emulator-console", "1");
        reply(request.header("authorization", format!("SSWS {TOKEN}"))).await.status
    };
    for _ in 0..3 {
        assert_eq!(asked("/api/v1/users").await, 200);
    }
    assert_eq!(org.get("/api/v1/users").await.status, 200, "the first of a client");
    assert_eq!(org.get("/api/v1/users").await.status, 429);
    org.chaos(json!({ "apiErrors": 1 })).await;
    assert_eq!(asked("/api/v1/groups").await, 200);
    let without = org.client.get(org.url("/api/v1/groups")).header("x-emulator-console", "1");
    assert_eq!(reply(without).await.status, 401, "it is no token");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_shows_an_org_whose_apis_fail_for_everybody_else() {
    let (org, hook) = (Org::start(&["--rate-limit", "5"]), Hook::start().await);
    org.verified_hook(&hook, &[CREATE]).await;
    org.chaos(json!({ "apiErrors": 1 })).await;
    let Some(mut page) = console(&org.server, 1280) else { return };
    page.wait_for("#hook-list", "VERIFIED");
    add_person(&mut page, "John", "Doe", "john.doe@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_shown_though_the_token_is_revoked_and_the_pages_say_so() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    org.verified_hook(&hook, &[CREATE]).await;
    let revoked = org.send(Method::DELETE, "/api/v1/api-tokens/current", None).await;
    assert_eq!(revoked.status, 204);
    let Some(mut page) = console(&org.server, 1280) else { return };
    page.wait_for("#hooks-message", "Invalid token provided");
    tab(&mut page, "people");
    page.wait_for("#people-message", "Invalid token provided");
    tab(&mut page, "inline");
    page.wait_for("#inline-new-message", "Invalid token provided");
    tab(&mut page, "inspector");
    page.wait_for("#calls .row", "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_shows_what_happened_before_it_was_opened() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    let Some(mut page) = console(&org.server, 1280) else { return };
    page.wait_for("#hooks", "None yet.");
    tab(&mut page, "people");
    page.wait_for("#people", "Nobody yet.");
    tab(&mut page, "inspector");
    // Neither is a call that would tell the page.
    org.create_user("jo@example.com").await;
    org.create_hook(&hook, &[CREATE]).await;
    tab(&mut page, "people");
    page.wait_for("#people-list", "jo@example.com");
    tab(&mut page, "hooks");
    page.wait_for("#hook-list", "UNVERIFIED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_goes_with_its_hook_and_is_not_delivered_to_another() {
    let (org, kept, deleted) = (Org::start(&[]), Hook::start().await, Hook::start().await);
    let verified = async |name: &str, hook: &Hook| {
        let mut wanted = wanted(&hook.url(), &[CREATE]);
        wanted["name"] = name.into();
        let hook = Org::ok(org.post("/api/v1/eventHooks", wanted).await);
        let id = hook["id"].as_str().unwrap().to_owned();
        Org::ok(org.verify(&id).await);
        id
    };
    verified("Kept", &kept).await;
    let id = verified("Deleted", &deleted).await;
    org.create_user("john.doe@example.com").await;
    deleted.events(1).await;
    let Some(mut page) = console(&org.server, 1280) else { return };
    tab(&mut page, "preview");
    choose(&mut page, "#preview-hook", &id);
    choose(&mut page, "#preview-type", CREATE);
    page.wait_until("document.querySelector('#preview-body').value.includes('lifecycle.create')");
    let body = value(&mut page, "#preview-body").replace("john.doe", "edited");
    page.fill("#preview-body", &body);

    let gone = org.send(Method::DELETE, &format!("/admin/hooks/{id}"), None).await;
    assert_eq!(gone.status, 200);
    page.press("#preview", "Deliver request");
    page.wait_for("#preview-message", "Not found");
    tab(&mut page, "hooks");
    page.wait_until("document.querySelectorAll('#hook-list .card').length === 1");
    tab(&mut page, "preview");
    page.wait_for("#preview-message", "The hook that was chosen here is gone");
    page.wait_until("document.querySelector('#preview-body').value.includes('eventId')");
    assert!(!value(&mut page, "#preview-body").contains("edited"));
    assert_eq!(value(&mut page, "#preview-type"), "");
    let before = kept.deliveries().len();
    page.press("#preview", "Deliver request");
    page.wait_for("#preview-message", "204 in");
    let delivered = kept.events(0).await;
    assert_eq!(kept.deliveries().len(), before + 1);
    assert!(delivered.iter().all(|event| !event.contains("edited")), "{delivered:?}");
}

/// Answers requests whose URL contains `path` by this JavaScript, which may call `real()`.
fn answer_by(page: &mut Page, path: &str, answer: &str) {
    page.eval(&format!(
        "(() => {{ window.realFetch ??= window.fetch; window.asked = 0; \
         window.fetch = async (url, init) => {{ const real = () => window.realFetch(url, init); \
         if (!url.includes({path:?})) return real(); \
         window.asked += 1; {answer} }}; }})()"
    ));
}

const COUNTED: &str = "window.underWay = (window.underWay ?? 0) + 1; \
    try { return await real(); } finally { window.underWay -= 1; }";

const UNTIL_RELEASED: &str = "const answer = await real(); await new Promise((go) => { window.release = go; }); return answer;";

fn release(page: &mut Page) {
    page.eval(
        "(async () => { window.release(); delete window.release; \
         await new Promise((done) => setTimeout(done, 50)); })()",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_stays_while_the_org_fails_and_so_does_what_is_typed_meanwhile() {
    let (org, hook) = (Org::start(&[]), Hook::start().await);
    org.verified_hook(&hook, &[CREATE]).await;
    org.create_user("john.doe@example.com").await;
    hook.events(1).await;
    let Some(mut page) = console(&org.server, 1280) else { return };
    answer_by(&mut page, "/preview?", COUNTED);
    tab(&mut page, "preview");
    choose(&mut page, "#preview-type", CREATE);
    // More than one may be under way, each with an id of its own.
    page.wait_until(
        "document.querySelector('#preview-body').value.includes('john.doe') && window.underWay === 0",
    );
    page.eval("new Promise((done) => setTimeout(done, 100))");
    let body = value(&mut page, "#preview-body");

    for (answer, said) in [
        ("return new Response('', { status: 500 });", "Status 500"),
        ("throw new TypeError();", "The org cannot be reached"),
    ] {
        answer_by(&mut page, "/preview?", answer);
        tab(&mut page, "hooks");
        tab(&mut page, "preview");
        page.wait_for("#preview-message", said);
        assert_eq!(value(&mut page, "#preview-body"), body);
        assert_eq!(value(&mut page, "#preview-type"), CREATE);
        page.wait_for("#preview-events", "john.doe");
    }
    for answer in
        [UNTIL_RELEASED.to_owned(), UNTIL_RELEASED.replace("answer;", "Response.error();")]
    {
        answer_by(&mut page, "/preview?", &answer);
        tab(&mut page, "hooks");
        tab(&mut page, "preview");
        page.wait_until("window.asked === 1 && window.release !== undefined");
        page.fill("#preview-body", "typed meanwhile");
        release(&mut page);
        assert_eq!(value(&mut page, "#preview-body"), "typed meanwhile");
        page.fill("#preview-body", &body);
    }
    answer_by(&mut page, "/preview?", "return new Response('', { status: 404 });");
    tab(&mut page, "hooks");
    tab(&mut page, "preview");
    page.wait_for("#preview-message", "Status 404");
    assert_eq!(value(&mut page, "#preview-body"), "", "the hook is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_while_inline_hooks_are_loaded_stays_and_nobody_is_asked_about_it() {
    let org = Org::start(&[]);
    let Some(mut page) = console(&org.server, 1280) else { return };
    tab(&mut page, "inline");
    choose(&mut page, "#inline-new [name=type]", "com.okta.saml.tokens.transform");
    page.fill("#inline-new [name=uri]", "http://127.0.0.1:1/hook");
    page.press("#inline-new", "Create");
    page.wait_for("#inline-new-message", ": created.");
    let sample = value(&mut page, "#inline-body");
    for path in ["/api/v1/inlineHooks", "/sample"] {
        answer_by(&mut page, path, UNTIL_RELEASED);
        tab(&mut page, "hooks");
        tab(&mut page, "inline");
        page.wait_until("window.asked === 1 && window.release !== undefined");
        page.fill("#inline-body", "typed meanwhile");
        release(&mut page);
        assert_eq!(value(&mut page, "#inline-body"), "typed meanwhile", "{path}");
        assert_eq!(page.eval("document.querySelector('dialog')"), json!(null), "{path}");
        page.fill("#inline-body", &sample);
    }
}
