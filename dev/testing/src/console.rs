//! The emulator's console, used as people use it: by clicking and typing.

use serde_json::json;

use crate::devtools::Page;
use crate::hook::SECRET;
use crate::process::Server;

/// The console of an emulator in a window of this width; `None` where there is no browser.
pub fn console(server: &Server, width: u32) -> Option<Page> {
    let mut page = Page::open(&format!("http://{}/", server.address), width, 800)?;
    page.wait_for("#live", "Live");
    Some(page)
}

/// Goes to a tab: `hooks`, `people`, `preview`, `inspector`.
#[track_caller]
pub fn tab(page: &mut Page, name: &str) {
    page.click(&format!("nav a[href='#{name}']"));
    page.wait_until(&format!("document.querySelector('#{name}').checkVisibility()"));
}

/// Creates a hook that is not verified yet, subscribed to what the guide needs and to one type more.
#[track_caller]
pub fn create_hook(page: &mut Page, url: &str) {
    fill_hook(page, url, SECRET);
    page.fill("#hook-form [name=headers]", "X-Env: test");
    page.fill("#types-find", "group.user_membership.add");
    page.click("#types li:not([hidden]) input");
    page.press("#hook-form", "Create");
    page.wait_for("#hook-list", "created. Nothing is delivered before it is verified.");
}

/// Creates a hook as the guides do, and verifies it with the same press.
#[track_caller]
pub fn create_and_verify_hook(page: &mut Page, url: &str, secret: &str) {
    fill_hook(page, url, secret);
    page.press("#hook-form", "Create and verify");
    page.wait_for("#hook-list", "verified.");
}

fn fill_hook(page: &mut Page, url: &str, secret: &str) {
    tab(page, "hooks");
    page.press("#hooks", "Create event hook");
    page.fill("#hook-form [name=uri]", url);
    page.fill("#hook-secret", secret);
}

#[track_caller]
pub fn verify(page: &mut Page) {
    tab(page, "hooks");
    page.press("#hook-list", "Verify");
    page.wait_for("#hook-list", ": verified.");
}

#[track_caller]
pub fn add_person(page: &mut Page, first: &str, last: &str, login: &str) {
    tab(page, "people");
    page.press("#people", "Add person");
    page.fill("#person-form [name=firstName]", first);
    page.fill("#person-form [name=lastName]", last);
    page.fill("#person-form [name=login]", login);
    page.press("#person-form", "Save");
    page.wait_for("#people", &format!("{login}: saved"));
    page.wait_for("#people-list", login);
}

/// Opens the newest call whose row has all of these words.
#[track_caller]
pub fn inspect(page: &mut Page, words: &[&str]) {
    tab(page, "inspector");
    let row = format!(
        "[...document.querySelectorAll('#calls .row')]\
         .find((row) => {}.every((word) => row.textContent.includes(word)))",
        json!(words)
    );
    page.wait_until(&format!("{row} !== undefined"));
    let id = page.eval(&format!("{row}.id"));
    page.click(&format!("#{}", id.as_str().expect("a row has an id")));
    page.wait_until("document.querySelector('#call').checkVisibility()");
}

/// Chooses an option as somebody would: the page is told.
#[track_caller]
pub fn choose(page: &mut Page, selector: &str, value: &str) {
    let (selector, value) = (json!(selector), json!(value));
    page.wait_until(&format!(
        "[...document.querySelector({selector}).options].some((one) => one.value === {value})"
    ));
    page.eval(&format!(
        "(() => {{ const select = document.querySelector({selector}); select.value = {value}; \
         select.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    ));
}

/// What is in a field.
#[track_caller]
pub fn value(page: &mut Page, selector: &str) -> String {
    let value = page.eval(&format!("document.querySelector({}).value", json!(selector)));
    value.as_str().expect("a field has a value").to_owned()
}
