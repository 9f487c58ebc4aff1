//! The sync's page in a real browser: what people see, hear and can do, and that a name is never run.

use std::path::Path;
use std::time::Duration;

use okta_hooks_testing::axe;
use okta_hooks_testing::devtools::Page;
use okta_hooks_testing::http::Request;
use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;
use serde_json::{Value, json};

/// A sync with its page, on ports that stay the same over restarts.
struct Shown {
    directory: tempfile::TempDir,
    pages: String,
}

impl Shown {
    fn new() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let pages = listener.local_addr().unwrap().to_string();
        Self { directory: tempfile::tempdir().unwrap(), pages }
    }

    fn start(&self) -> Server {
        let settings =
            [("OKTA_HOOK_SECRET", "s3cret"), ("PAGES", &*self.pages), ("RUST_LOG", "off")];
        Server::start_in(self.directory.path(), binary("user-sync"), &settings)
    }

    fn open(&self, list: &str, width: u32, height: u32) -> Option<Page> {
        let mut page = Page::open(&format!("http://{}/{list}", self.pages), width, height)?;
        page.wait_for("#health", "Well.");
        Some(page)
    }
}

fn send(server: &Server, events: &[Value]) {
    let body = json!({"eventId": "e1", "data": {"events": events}}).to_string();
    let request = Request::new("POST", "/userTransfer").header("authorization", "s3cret");
    assert_eq!(request.body(body).send(server.address).unwrap().status, 204);
}

fn event(uuid: &str, kind: &str, second: usize, id: &str, name: &str) -> Value {
    let login = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
    let target = json!([{"id": id, "type": "User", "alternateId": login, "displayName": name}]);
    let published = format!("2026-01-01T00:{:02}:{:02}.000Z", second / 60, second % 60);
    json!({"uuid": uuid, "published": published, "eventType": kind, "target": target})
}

/// A small org: people in several states, a duplicate, a dead letter.
fn fill(server: &Server) {
    let names = ["John Doe", "Jane Doe", "Nadia Osei", "Olaf Berg", "Mei Lin", "Carlos Ruiz"];
    for (n, name) in names.into_iter().enumerate() {
        let id = format!("00u{n}");
        let created = event(&format!("c{n}"), "user.lifecycle.create", n, &id, name);
        let active = event(&format!("a{n}"), "user.lifecycle.activate", n, &id, name);
        send(server, &[created, active]);
    }
    send(server, &[event("s", "user.lifecycle.suspend", 20, "00u3", "Olaf Berg")]);
    send(server, &[event("s", "user.lifecycle.suspend", 20, "00u3", "Olaf Berg")]);
    send(server, &[event("l", "user.account.lock", 21, "00u5", "Carlos Ruiz"), json!(5)]);
}

fn go_to(page: &mut Page, list: &str, name: &str) {
    page.click(&format!("nav a[href='#{list}']"));
    page.wait_until(&format!(
        "document.querySelector('nav [aria-current=page]').innerText === '{name}'"
    ));
}

#[test]
fn the_page_shows_names_what_each_delivery_did_and_dead_letters_and_runs_no_name() {
    let shown = Shown::new();
    let server = shown.start();
    fill(&server);
    let hostile = "<img src=x onerror=\"document.title='run'\">";
    send(&server, &[event("h", "user.lifecycle.create", 30, "00u9", hostile)]);
    let Some(mut page) = shown.open("", 1280, 800) else { return };
    for text in [hostile, "john.doe@example.com", "Test User", "ACTIVE", "SUSPENDED"] {
        page.wait_for("#users", text);
    }
    assert!(!page.text("#users").contains("00u1"), "names, not ids");
    go_to(&mut page, "activity", "Activity");
    for text in ["Olaf Berg: SUSPENDED", "John Doe: ACTIVE", "duplicate, ignored", hostile] {
        page.wait_for("#events", text);
    }
    go_to(&mut page, "dead-letters", "Dead letters");
    page.wait_for("#letters", "data.events[1]");
    page.wait_for("#letters", "expected an object");
    page.press("#letters", "Put through again");
    page.wait_for("#letters-message", "still not readable");
    assert_eq!(page.eval("document.images.length"), 0);
    assert_eq!(page.eval("document.title"), "Okta sync");
}

#[test]
fn a_list_has_pages_and_is_searched_and_a_search_without_a_result_is_cleared_with_one_click() {
    let shown = Shown::new();
    let server = shown.start();
    for n in 0..60 {
        let name = format!("Person {n:02}");
        send(
            &server,
            &[event(&format!("e{n}"), "user.lifecycle.activate", n, &format!("00u{n}"), &name)],
        );
    }
    let Some(mut page) = shown.open("", 1280, 800) else { return };
    page.wait_for("#users", "Person 59");
    assert!(!page.text("#users").contains("Person 05"));
    page.press("#people", "Next");
    page.wait_for("#users", "Person 05");
    page.press("#people", "Previous");
    page.wait_for("#users", "Person 59");
    page.fill("#people input", "person 07");
    page.wait_for("#people [data-count]", "1 person");
    assert!(page.text("#users").contains("Person 07"));
    page.fill("#people input", "nobody at all");
    page.wait_for("#people .empty", "was not found");
    page.press("#people", "Clear the search");
    page.wait_for("#users", "Person 59");
    assert_eq!(page.eval("document.activeElement.getAttribute('aria-label')"), "Search people");
}

#[test]
fn what_changes_comes_without_a_reload_what_does_not_is_not_read_and_a_lost_connection_is_said() {
    let shown = Shown::new();
    let server = shown.start();
    send(&server, &[event("a", "user.lifecycle.activate", 1, "00u1", "John Doe")]);
    let Some(mut page) = shown.open("", 1280, 800) else { return };
    page.wait_for("#users", "John Doe");
    let read = "performance.getEntriesByType('resource').filter(({ name }) => name.includes('getUsers')).length";
    let asked = "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/status')).length";
    let (before, status) = (page.eval(read), page.eval(asked));
    page.wait_until(&format!("{asked} >= {status} + 3"));
    assert_eq!(page.eval(read), before, "nothing has changed");
    send(&server, &[event("b", "user.lifecycle.suspend", 2, "00u1", "John Doe")]);
    page.wait_for("#users", "SUSPENDED");
    assert_eq!(page.eval("document.querySelectorAll('#users tbody tr').length"), 2);

    drop(server);
    page.wait_for("#health", "No answer from the sync");
    assert_eq!(page.eval("document.querySelector('#health').getAttribute('role')"), "status");
    let server = shown.start();
    page.wait_for("#health", "Well.");
    send(&server, &[event("c", "user.lifecycle.activate", 3, "00u2", "Jane Doe")]);
    page.wait_for("#users", "Jane Doe");
}

#[test]
fn everybody_can_use_it_by_keyboard_and_screen_reader_on_every_list_light_and_dark() {
    let shown = Shown::new();
    let server = shown.start();
    fill(&server);
    let Some(mut page) = shown.open("", 1280, 800) else { return };
    let Some(axe) = axe::script() else { return };
    for (width, height) in [(1280, 800), (390, 844)] {
        page.resize(width, height);
        for scheme in ["light", "dark"] {
            page.prefer(scheme);
            for (list, name) in
                [("people", "People"), ("activity", "Activity"), ("dead-letters", "Dead letters")]
            {
                go_to(&mut page, list, name);
                page.wait_until(&format!("document.querySelector('#{list} tbody tr') !== null"));
                let faults = page.accessibility_faults(&axe);
                assert!(faults.is_empty(), "{list}, {scheme}, {width}: {faults}");
                let overflow = "document.documentElement.scrollWidth > innerWidth";
                assert_eq!(page.eval(overflow), false, "{list} at {width}");
            }
        }
    }
    page.eval("document.querySelector('nav a').focus()");
    page.key("Tab");
    page.key("Enter");
    page.wait_for("#events", "Olaf Berg: SUSPENDED");
}

/// `OKTA_HOOKS_SCREENSHOTS` names the directory of the pictures in the README.
#[test]
fn pictures_for_the_readme() {
    let Some(directory) = std::env::var_os("OKTA_HOOKS_SCREENSHOTS") else { return };
    let shown = Shown::new();
    let server = shown.start();
    fill(&server);
    let Some(mut page) = shown.open("#activity", 960, 600) else { return };
    page.wait_for("#events", "Olaf Berg: SUSPENDED");
    page.prefer("light");
    std::thread::sleep(Duration::from_millis(300));
    page.screenshot(&Path::new(&directory).join("page.png"));
}
