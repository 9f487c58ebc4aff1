//! The statuses of people an emulator adds, in a sync that has nothing but the hook: no `okta_url`.

use std::time::{Duration, Instant};

use okta_hooks_testing::hook::SECRET;
use okta_hooks_testing::http::{Request, Response};
use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;
use serde_json::{Value, json};

fn post(server: &Server, path: &str, body: &Value) -> Value {
    let request = Request::new("POST", path.to_owned().leak())
        .host(&server.address.to_string())
        .header("authorization", "SSWS statuses-test-token")
        .header("content-type", "application/json");
    let Response { status, body, .. } =
        request.body(body.to_string()).send(server.address).unwrap();
    let json = serde_json::from_slice(&body).unwrap();
    assert!((200..300).contains(&status), "{path}: {status} {json}");
    json
}

fn users(sync: &Server) -> Vec<Value> {
    let pages = sync.announced("Pages");
    let answer = Request::new("GET", "/getUsers").send(pages).unwrap();
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn twenty_people_who_are_added_active_end_active_without_the_users_api() {
    let directory = tempfile::tempdir().unwrap();
    let settings = [("OKTA_HOOK_SECRET", SECRET), ("PAGES", "127.0.0.1:0")];
    let sync = Server::start_in(directory.path(), binary("user-sync"), &settings);
    let arguments = ["emulator", "--token", "statuses-test-token", "--collect-ms", "20"];
    let org = Server::start_with(binary("okta-hooks"), &arguments, &[]);
    let hook = json!({
        "name": "User sync",
        "events": {"type": "EVENT_TYPE", "items": ["user.lifecycle.create", "user.lifecycle.activate"]},
        "channel": {"type": "HTTP", "version": "1.0.0", "config": {
            "uri": format!("http://{}/userTransfer", sync.address),
            "authScheme": {"type": "HEADER", "key": "Authorization", "value": SECRET},
        }},
    });
    let hook = post(&org, "/api/v1/eventHooks", &hook);
    let id = hook["id"].as_str().unwrap();
    post(&org, &format!("/api/v1/eventHooks/{id}/lifecycle/verify"), &json!({}));
    for n in 0..20 {
        let login = format!("user{n}@example.com");
        let profile =
            json!({"login": login, "email": login, "firstName": "User", "lastName": n.to_string()});
        post(&org, "/api/v1/users?activate=true", &json!({ "profile": profile }));
    }
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let users = users(&sync);
        let added: Vec<_> = users.iter().filter(|user| !user["id"].is_null()).collect();
        if added.len() == 20 && added.iter().all(|user| user["status"] == "ACTIVE") {
            return;
        }
        assert!(Instant::now() < deadline, "{users:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
