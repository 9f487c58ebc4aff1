//! The console as a page: for a phone, for the keyboard alone, for a screen reader, and for hostile
//! names.

use std::env;
use std::path::PathBuf;

use okta_hooks_testing::console::{
    add_person, console, create_and_verify_hook, create_hook, inspect, tab, verify,
};
use okta_hooks_testing::devtools::Page;
use okta_hooks_testing::hook::{Answer, Hook, SECRET};
use okta_hooks_testing::process::Server;
use okta_hooks_testing::{axe, workspace};

use crate::console::org;

const TABS: [&str; 5] = ["hooks", "people", "preview", "inline", "inspector"];

/// An org whose calls went well, failed, were made again and were dropped.
async fn busy(width: u32) -> Option<(Server, Hook, Page)> {
    let (server, hook) = (org(), Hook::start().await);
    let mut page = console(&server, width)?;
    create_and_verify_hook(&mut page, &hook.url(), SECRET);
    for (n, name) in ["John", "Jane", "Ann", "Bea", "Cid", "Dan"].into_iter().enumerate() {
        match n {
            1 => hook.answer_next(&[Answer::Status(503)]),
            3 => hook.answer_next(&[Answer::Status(401)]),
            _ => {}
        }
        add_person(&mut page, name, "Doe", &format!("{}.doe@example.com", name.to_lowercase()));
        hook.events(n * 2).await;
    }
    page.wait_until("document.querySelector('#calls-count').textContent === '7'");
    Some((server, hook, page))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_text_and_the_page_fits_a_phone() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 390) else { return };
    create_hook(&mut page, &hook.url());
    verify(&mut page);
    let hostile = "<img src=x onerror=\"document.title='run'\">";
    add_person(&mut page, hostile, "</pre><script>1", "mallory@example.com");
    hook.events(2).await;
    page.wait_for("#people-list", hostile);
    inspect(&mut page, &["delivery"]);
    page.wait_for("#request-body", "<img src=x onerror=");
    assert_eq!(page.eval("document.querySelectorAll('img, pre *, li script').length"), 0);
    assert_eq!(page.eval("document.title"), "Okta emulator");
    let markup =
        "(() => { try { document.body.innerHTML = 'x'; return false; } catch { return true; } })()";
    assert_eq!(page.eval(markup), true, "the policy lets no text become markup");

    // The call is a page of its own here, and Back leads to the list.
    page.wait_until("!document.querySelector('#list-side').checkVisibility()");
    page.click("#back");
    page.wait_until("document.querySelector('#calls').checkVisibility()");
    inspect(&mut page, &["delivery"]);
    page.press("#call", "Replay with modifications");
    for width in [390, 320] {
        page.resize(width, 844);
        for name in TABS {
            tab(&mut page, name);
            let wide = "document.documentElement.scrollWidth";
            assert!(
                page.eval(wide).as_u64().unwrap() <= width.into(),
                "{name} is beside the screen"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_is_enough() {
    let Some((_server, _hook, mut page)) = busy(1280).await else { return };
    // Every control is reached, and shows that it is.
    tab(&mut page, "people");
    page.eval("document.querySelector('nav a').focus()");
    let mut reached = Vec::new();
    for _ in 0..20 {
        page.key("Tab");
        let shown = "getComputedStyle(document.activeElement).outlineStyle";
        assert_eq!(page.eval(shown), "solid", "{reached:?}");
        reached.push(page.eval("document.activeElement.textContent").to_string());
    }
    for text in ["Add person", "Suspend", "Lock", "Deactivate", "Edit"] {
        assert!(reached.contains(&format!("\"{text}\"")), "{text} in {reached:?}");
    }

    page.eval("document.activeElement.blur()");
    page.key("/");
    page.wait_until("document.activeElement.id === 'filter'");
    page.key("Escape");
    page.wait_until("document.activeElement.id === 'calls'");
    page.key("j");
    page.wait_until("location.hash.startsWith('#call-')");
    let first = page.eval("location.hash");
    page.key("j");
    page.wait_until(&format!("location.hash !== {first}"));
    page.key("k");
    page.wait_until(&format!("location.hash === {first}"));
    page.key("Enter");
    page.wait_until("document.activeElement.id === 'call'");
    page.key("Escape");
    page.wait_until("document.activeElement.id === 'calls'");
    page.key("Tab");
    let inside = "document.querySelector('#calls').contains(document.activeElement)";
    assert_eq!(page.eval(inside), false, "the list is one tab stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_calls_are_in_view_and_the_filter_is_kept() {
    let (server, hook) = (org(), Hook::start().await);
    let Some(mut page) = console(&server, 1280) else { return };
    create_and_verify_hook(&mut page, &hook.url(), SECRET);
    for _ in 0..24 {
        page.press("#hook-list", "Verify");
        page.wait_until("!document.querySelector('[aria-busy=true]')");
    }
    tab(&mut page, "inspector");
    page.wait_for("#calls-count", "25");
    let visible = "(() => { const box = document.querySelector('#calls').getBoundingClientRect(); \
        return [...document.querySelectorAll('#calls .row')].filter((row) => { \
        const at = row.getBoundingClientRect(); return at.top >= box.top && at.bottom <= box.bottom \
        && at.bottom <= innerHeight; }).length; })()";
    assert!(page.eval(visible).as_u64().unwrap() >= 20);
    page.press("#chips", "4xx");
    page.wait_for("#list-side", "No call matches.");
    page.reload();
    page.wait_for("#live", "Live");
    assert_eq!(page.eval("location.hash"), "#inspector");
    assert_eq!(page.eval("document.querySelector('#filter').value"), "status:4xx");
    page.press("#no-matches", "Clear the filter");
    page.wait_for("#calls-count", "25");
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_light_and_dark() {
    let Some(axe) = axe::script() else { return };
    let Some((_server, _hook, mut page)) = busy(1280).await else { return };
    for scheme in ["light", "dark"] {
        page.prefer(scheme);
        for (width, height) in [(1280, 800), (390, 844)] {
            page.resize(width, height);
            for name in TABS {
                tab(&mut page, name);
                page.wait_until("!document.querySelector('[aria-busy=true]')");
                assert_eq!(page.accessibility_faults(&axe), "", "{name}, {scheme}, {width}");
            }
            page.eval("location.hash = '#call-2'");
            page.wait_for("#call-title", "Call 2");
            page.wait_until("document.querySelector('#request-body') !== null");
            assert_eq!(page.accessibility_faults(&axe), "", "a call, {scheme}, {width}");
            page.press("#call", "Replay with modifications");
            assert_eq!(page.accessibility_faults(&axe), "", "the editor, {scheme}, {width}");
            page.press("#edit-form", "Cancel");
        }
    }
    page.resize(1280, 800);
    tab(&mut page, "hooks");
    page.press("#hook-list", "Edit");
    page.press("#hook-filters", "Filters");
    page.press("#hook-filters", "Add filter");
    assert_eq!(page.accessibility_faults(&axe), "", "the form of a hook");
}

/// Where the README's pictures go, if somebody wants them made anew.
fn pictures() -> (Option<tempfile::TempDir>, PathBuf) {
    if env::var_os("OKTA_HOOKS_SCREENSHOTS").is_some() {
        return (None, workspace::root().join("cli/screenshots"));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    (Some(folder), path)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pictures_of_the_readme_can_be_made() {
    let Some((_server, _hook, mut page)) = busy(1280).await else { return };
    let (_folder, pictures) = pictures();
    std::fs::create_dir_all(&pictures).unwrap();
    let take = |page: &mut Page, name: &str, width: u32, height: u32, scheme: &str| {
        page.resize(width, height);
        page.prefer(scheme);
        page.eval("new Promise((done) => setTimeout(done, 300))");
        let picture = pictures.join(format!("{name}.png"));
        page.screenshot(&picture);
        assert!(std::fs::metadata(&picture).unwrap().len() > 15_000, "a picture of something");
    };
    tab(&mut page, "hooks");
    page.press("#hook-list", "Edit");
    take(&mut page, "hook", 1280, 800, "light");
    page.press("#hook-form", "Cancel");
    tab(&mut page, "preview");
    page.wait_until("document.querySelector('#preview-body').value !== ''");
    take(&mut page, "preview", 1280, 800, "dark");
    inspect(&mut page, &["503"]);
    page.wait_until("document.querySelector('#request-body') !== null");
    take(&mut page, "inspector", 1280, 800, "light");
    page.click("nav a[href='#inspector']");
    take(&mut page, "phone", 390, 844, "dark");
}
