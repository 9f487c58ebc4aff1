//! Okta's guide "Event hooks with ngrok", walked in a real browser from its first to its last step: the
//! emulator in the place of Okta and of ngrok's inspector, the axum example as the service, both as they
//! are without any setting.

use std::net::TcpListener;

use okta_hooks_testing::console::{
    add_person, choose, console, create_and_verify_hook, inspect, tab, value,
};
use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;
use serde_json::{Value, json};

/// The program's own default, unless something else on this machine listens there already.
fn default_or_any(address: &'static str) -> &'static str {
    match TcpListener::bind(address) {
        Ok(_) => address,
        Err(error) => {
            eprintln!("{address} is not free here ({error}): the guide is walked on another port");
            "127.0.0.1:0"
        }
    }
}

/// What the service prints for an admin to enter in Okta.
fn printed<'a>(server: &'a Server, name: &str) -> &'a str {
    let line = server.welcome.iter().find_map(|line| line.trim().strip_prefix(name));
    line.expect("it is printed").trim()
}

fn greeting(login: &str) -> String {
    format!("The user {login} has been added to the Okta org!")
}

#[test]
fn the_guide_with_ngrok_is_walked_to_its_last_step() {
    let (john, jane) = (greeting("john.doe@example.com"), greeting("jane.doe@example.com"));
    let listen = default_or_any("127.0.0.1:8082");
    let mut service = Server::start(binary("axum-hook"), &[("LISTEN", listen)]);
    let secret = printed(&service, "Authentication secret").to_owned();
    service.read_output();
    let listen = default_or_any("127.0.0.1:4040");
    let org = Server::start_with(binary("okta-hooks"), &["emulator"], &[("LISTEN", listen)]);
    let Some(mut page) = console(&org, 1280) else { return };

    let url = format!("http://{}/userCreated", service.address);
    create_and_verify_hook(&mut page, &url, &secret);

    // Preview: sample data, since nobody is there yet, with a target as the guide has it typed.
    tab(&mut page, "preview");
    choose(&mut page, "#preview-type", "user.lifecycle.create");
    page.wait_for("#preview-source", "this is sample data");
    page.wait_until("document.querySelector('#preview-body').value.includes('lifecycle.create')");
    let mut body: Value = serde_json::from_str(&value(&mut page, "#preview-body")).unwrap();
    assert!(body["data"]["events"][0]["target"].is_null(), "as Okta's sample");
    body["data"]["events"][0]["target"] = json!([{ "alternateId": "john.doe@example.com" }]);
    page.fill("#preview-body", &body.to_string());
    page.press("#preview", "Deliver request");
    page.wait_for("#preview-message", "204 in");
    service.assert_printed(&john, 1);

    add_person(&mut page, "John", "Doe", "john.doe@example.com");
    service.assert_printed(&john, 2);

    // The inspector, and its last step: replay with modifications.
    inspect(&mut page, &["delivery", "john.doe@example.com"]);
    page.wait_for("#request-body", "john.doe@example.com");
    page.press("#call", "Replay with modifications");
    let body =
        value(&mut page, "#edit-body").replace("john.doe@example.com", "jane.doe@example.com");
    page.fill("#edit-body", &body);
    page.press("#edit-form", "Send");
    page.wait_for("#edit-message", "204 in");
    service.assert_printed(&jane, 1);
    service.assert_printed(&john, 2);
}
