//! The sync's page in a real browser: what people see, and that a name is never run.

use okta_hooks_testing::browser;
use okta_hooks_testing::http::Request;
use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;
use serde_json::json;

#[test]
fn the_page_shows_users_events_and_dead_letters_and_runs_no_name() {
    let directory = tempfile::tempdir().unwrap();
    let settings = [("OKTA_HOOK_SECRET", "s3cret"), ("PAGES", "127.0.0.1:0")];
    let server = Server::start_in(directory.path(), binary("user-sync"), &settings);
    let hostile = "<img src=x onerror=\"document.title='run'\">";
    let target = json!([{"id": "00u1", "type": "User", "alternateId": "john.doe@example.com", "displayName": hostile}]);
    let event = json!({"uuid": "u1", "published": "2026-01-01T00:00:00.000Z", "eventType": "user.lifecycle.create", "target": target});
    let body = json!({"eventId": "e1", "data": {"events": [event, 5]}}).to_string();
    let request = Request::new("POST", "/userTransfer").header("authorization", "s3cret");
    assert_eq!(request.body(body).send(server.address).unwrap().status, 204);

    let page = format!("http://{}/", server.announced("Pages"));
    let Some(dom) = browser::dom(&page, None) else { return };
    for text in [
        "john.doe@example.com",
        "Test User",
        "user.lifecycle.create",
        "00u1: STAGED",
        "data.events[1]",
        "expected an object",
        "Put through again",
        "Well.",
        "&lt;img src=x onerror=",
    ] {
        assert!(dom.contains(text), "{text} in {dom}");
    }
    assert!(!dom.contains("<img") && !dom.contains("<title>run"), "{dom}");

    for width in [1100, 400] {
        let picture = directory.path().join(format!("page-{width}.png"));
        browser::dom(&page, Some((&picture, width)));
        assert!(std::fs::metadata(&picture).unwrap().len() > 10_000, "a picture of something");
    }
}
