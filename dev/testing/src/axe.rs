//! axe-core, which finds what keeps people from using a page: its script, from npm.

use std::path::Path;
use std::process::Command;

use crate::workspace;

/// The release that tests are held to.
const PACKAGE: &str = "axe-core@4.10.3";

/// The script; `None`, with a line that says so, where npm or its registry cannot be reached.
pub fn script() -> Option<String> {
    let tools = workspace::root().join("target/tools");
    let path = tools.join("node_modules/axe-core/axe.min.js");
    if !path.exists() {
        install(&tools);
    }
    let script = std::fs::read_to_string(path).ok();
    if script.is_none() {
        eprintln!("npm did not bring {PACKAGE}: the page was not checked with it");
    }
    script
}

fn install(tools: &Path) {
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
    // What it says of itself is told by the file that is there afterwards, or is not.
    let _ = npm.arg(tools).arg(PACKAGE).status();
}
