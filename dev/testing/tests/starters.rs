//! Each example, copied out of the repository with one edit, is a project of its own: the path to the
//! library becomes the packaged crate, as a version from crates.io would. What was copied is built,
//! tested, run, and held to the same table as in the repository.
//!
//! This builds each project from nothing but downloaded crates, so it runs when `OKTA_HOOKS_STARTERS`
//! is set, as `.ci/run` does.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use okta_hooks_testing::conformance;
use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::{binary, root};

const STARTERS: [(&str, &str); 4] = [
    ("axum", "axum-hook"),
    ("actix", "actix-hook"),
    ("warp", "warp-hook"),
    ("hyper", "hyper-hook"),
];

#[test]
fn a_copied_starter_is_a_project_that_passes_its_tests_and_the_conformance_table() {
    let Some(bench) = Bench::new() else { return };
    for (folder, name) in STARTERS {
        let program = bench.build(folder, name);
        for (test, run) in conformance::TABLE {
            eprintln!("{name}, copied: {test}");
            run(&program);
        }
    }
}

#[test]
fn a_copied_jetstream_hook_is_a_project_that_passes_its_tests() {
    let Some(bench) = Bench::new() else { return };
    bench.build("jetstream", "jetstream-hook");
}

#[test]
fn a_copied_jwt_auth_is_a_project_that_passes_its_tests() {
    let Some(bench) = Bench::new() else { return };
    bench.build("jwt-auth", "jwt-auth");
}

#[test]
fn a_copied_user_sync_is_a_project_in_which_check_finds_no_fault() {
    let Some(bench) = Bench::new() else { return };
    let program = bench.build("user-sync", "user-sync");
    let directory = tempfile::tempdir().unwrap();
    let settings = [("OKTA_HOOK_SECRET", "s3cret"), ("PAGES", "127.0.0.1:0")];
    let server = Server::start_in(directory.path(), program, &settings);
    let hook = format!("http://{}/userTransfer", server.address);
    let users = format!("http://{}/getUsers", server.announced("Pages"));
    let check = Command::new(binary("okta-hooks"))
        .args(["check", &hook, "--secret", "s3cret", "--observe", &users])
        .output()
        .unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}

#[test]
fn a_copied_inline_hooks_is_a_project_in_which_check_finds_no_fault() {
    let Some(bench) = Bench::new() else { return };
    let program = bench.build("inline-hooks", "inline-hooks");
    let server = Server::start(program, &[("OKTA_HOOK_SECRET", "s3cret")]);
    for kind in ["token", "saml", "registration", "password-import", "user-import", "telephony"] {
        let url = format!("http://{}/{kind}", server.address);
        let check = Command::new(binary("okta-hooks"))
            .args(["check", "--inline", kind, &url, "--secret", "s3cret"])
            .output()
            .unwrap();
        assert!(check.status.success(), "{kind}: {}", String::from_utf8_lossy(&check.stdout));
    }
}

/// An empty place, and the library as it would be published.
struct Bench {
    projects: tempfile::TempDir,
    library: PathBuf,
}

impl Bench {
    fn new() -> Option<Self> {
        if env::var_os("OKTA_HOOKS_STARTERS").is_none() {
            eprintln!("OKTA_HOOKS_STARTERS is not set: no starter was copied");
            return None;
        }
        let projects = tempfile::tempdir().expect("a directory for the copies");
        let library = package(projects.path());
        Some(Self { projects, library })
    }

    /// Copies an example, makes the one edit, builds and tests it; the program.
    fn build(&self, folder: &str, name: &str) -> PathBuf {
        let project = self.projects.path().join(folder);
        run(Command::new("cp").arg("-r").arg(root().join("examples").join(folder)).arg(&project));
        let manifest = project.join("Cargo.toml");
        let before = fs::read_to_string(&manifest).expect("an example has a manifest");
        let path = format!("path = \"{}\"", self.library.display());
        assert_eq!(before.matches("path = \"../..\"").count(), 1, "one edit: {before}");
        fs::write(&manifest, before.replace("path = \"../..\"", &path)).expect("it is written");
        // The versions that were tested here; cargo leaves out what this project does not need.
        fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).expect("a lock");

        let target = root().join("target/starters");
        let cargo = |arguments: &[&str]| {
            let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            command.args(arguments).current_dir(&project).env("CARGO_TARGET_DIR", &target);
            command
        };
        run(&mut cargo(&["build", "--quiet"]));
        // The sync's own tests take minutes, and are the same ones that run in the repository.
        if folder != "user-sync" {
            run(&mut cargo(&["test", "--quiet"]));
        }
        target.join("debug").join(name)
    }
}

/// Packages the library and unpacks it; where it is.
fn package(into: &Path) -> PathBuf {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["package", "--quiet", "--package", "okta-hooks", "--no-verify", "--allow-dirty"]);
    run(cargo.current_dir(root()));
    let package = concat!("okta-hooks-", env!("CARGO_PKG_VERSION"));
    let archive = root().join("target/package").join(format!("{package}.crate"));
    run(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(into));
    into.join(package)
}

#[track_caller]
fn run(command: &mut Command) {
    let status = command.status().expect("it starts");
    assert!(status.success(), "{command:?}: {status}");
}
