//! The receivers that need Node.js.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Program;

/// One of the scripts in `express/`, with what it needs installed; `None`, and a line that says so,
/// where there is no Node.js or no registry.
#[must_use]
pub fn express(name: &'static str, script: &str, target: &Path) -> Option<Program> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("express");
    let installed = target.join("peers-express");
    let copied = std::fs::create_dir_all(&installed).and_then(|()| {
        std::fs::copy(source.join("package.json"), installed.join("package.json"))?;
        std::fs::copy(source.join(script), installed.join(script))
    });
    let npm = |_| {
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund"]).current_dir(&installed);
        if let Some(prefix) = prefix_with_headers() {
            // What is not JavaScript is compiled: it is not to be had ready-made from npm.
            npm.arg("--build-from-source").env("npm_config_nodedir", prefix);
        }
        npm.stdout(Stdio::null()).status().ok().filter(std::process::ExitStatus::success)
    };
    let is_there = copied.ok().and_then(npm).is_some();
    if !is_there {
        eprintln!("{name}: not measured, since npm cannot install it here");
    }
    is_there.then(|| Program {
        name,
        path: "/hook",
        command: PathBuf::from("node"),
        arguments: vec![installed.join(script)],
        environment: &[("NODE_ENV", "production")],
    })
}

/// Where Node.js is installed, if what compiling against it takes is there too.
fn prefix_with_headers() -> Option<PathBuf> {
    let asked = Command::new("node").args(["-p", "process.execPath"]).output().ok()?;
    let node = PathBuf::from(String::from_utf8(asked.stdout).ok()?.trim());
    let prefix = node.ancestors().nth(2)?.to_owned();
    prefix.join("include/node/node.h").is_file().then_some(prefix)
}
