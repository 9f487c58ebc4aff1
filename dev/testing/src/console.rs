//! The emulator's console, used as people use it: by clicking and typing.

use crate::devtools::Page;
use crate::hook::SECRET;
use crate::process::Server;

/// The console of an emulator in a window of this width; `None` where there is no browser.
pub fn console(server: &Server, width: u32) -> Option<Page> {
    let mut page = Page::open(&format!("http://{}/", server.address), width, 1000)?;
    page.wait_for("#live", "Live");
    Some(page)
}

pub fn create_hook(page: &mut Page, url: &str) {
    page.press("#hooks", "Create event hook");
    page.fill("#hook-form [name=uri]", url);
    page.fill("#hook-secret", SECRET);
    page.fill("#hook-form [name=headers]", "X-Env: test");
    page.fill("#types-find", "group.user_membership.add");
    page.click("#types li:not([hidden]) input");
    page.press("#hook-form", "Create");
    page.wait_for("#hooks-message", "created");
}

pub fn verify(page: &mut Page) {
    page.press("#hook-list", "Verify");
    page.wait_for("#hook-list", "\u{2002}VERIFIED".trim());
    page.wait_for("#hooks-message", "verified.");
}

pub fn add_person(page: &mut Page, first: &str, last: &str, login: &str) {
    page.press("#people", "Add person");
    page.fill("#person-form [name=firstName]", first);
    page.fill("#person-form [name=lastName]", last);
    page.fill("#person-form [name=login]", login);
    page.press("#person-form", "Save");
    page.wait_for("#people-message", &format!("{login}: saved"));
    page.wait_for("#people-list", login);
}
