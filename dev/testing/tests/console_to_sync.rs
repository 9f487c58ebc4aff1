//! A person added in the emulator's console, seen on the sync's page, in a real browser.

use okta_hooks_testing::console::{add_person, console, create_hook, tab, verify};
use okta_hooks_testing::devtools::Page;
use okta_hooks_testing::hook::SECRET;
use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;

#[test]
fn a_person_added_in_the_console_is_on_the_syncs_page() {
    let directory = tempfile::tempdir().unwrap();
    let settings = [("OKTA_HOOK_SECRET", SECRET), ("PAGES", "127.0.0.1:0")];
    let sync = Server::start_in(directory.path(), binary("user-sync"), &settings);
    let arguments = ["emulator", "--token", "console-test-token", "--collect-ms", "20"];
    let server = Server::start_with(binary("okta-hooks"), &arguments, &[]);
    let Some(mut page) = console(&server, 1400) else { return };
    create_hook(&mut page, &format!("http://{}/userTransfer", sync.address));
    verify(&mut page);
    add_person(&mut page, "John", "Doe", "john.doe@example.com");
    let pages = format!("http://{}/", sync.announced("Pages"));
    let mut shown = Page::open(&pages, 1100, 900).unwrap();
    shown.wait_for("#users", "john.doe@example.com");
    tab(&mut page, "people");
    page.press("#people-list", "Suspend");
    shown.wait_for("#users", "SUSPENDED");
}
