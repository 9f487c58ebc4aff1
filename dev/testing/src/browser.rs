//! A real browser, where `OKTA_HOOKS_BROWSER` names one: Chromium, or what takes its options.

use std::env;
use std::path::Path;
use std::process::Command;

/// What a page looks like as HTML once its scripts have run for some seconds of its own clock;
/// `None` where there is no browser to show it.
///
/// `screenshot` is where to put a picture of it, of this width.
pub fn dom(url: &str, screenshot: Option<(&Path, u32)>) -> Option<String> {
    let Some(browser) = env::var_os("OKTA_HOOKS_BROWSER") else {
        eprintln!("OKTA_HOOKS_BROWSER names no browser: the page was not looked at");
        return None;
    };
    let profile = tempfile::tempdir().expect("a directory for the browser's profile");
    let mut command = Command::new(browser);
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg("--virtual-time-budget=5000");
    match screenshot {
        Some((path, width)) => command
            .arg(format!("--screenshot={}", path.display()))
            .arg(format!("--window-size={width},900")),
        None => command.arg("--dump-dom"),
    };
    let output = command.arg(url).output().expect("the browser starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("a page is UTF-8"))
}
