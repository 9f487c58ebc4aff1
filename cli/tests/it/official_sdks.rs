//! SDKs for Okta against the emulator, unchanged: `tests/sdk/install` gets them. Where one is not there,
//! its test is skipped, which cargo counts as passed: what became of each is in `target/tools/sdk/results`,
//! and with `OKTA_HOOKS_REQUIRE_SDKS=1` a skipped one fails.

use std::path::{Path, PathBuf};
use std::process::Command;

use okta_hooks_testing::process::Server;

use crate::PROGRAM;

const TOKEN: &str = "sdk-test-token";
const PYTHON_3: &str = "python3/ready-okta==3.4.6";
const NODE: &str = "node/ready-8.1.0";
const DPOP: &[&str] = &["--client-dpop"];
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk");

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/sdk")
}

/// Keeps what became of an SDK, for the end of `.ci/run`.
fn report(sdk: &str, result: &str) {
    let results = home().join("results");
    std::fs::create_dir_all(&results).expect("a directory under target");
    std::fs::write(results.join(sdk), format!("{sdk}: {result}\n")).expect("a file");
}

/// Runs a program against an org of its own, if `ready` is there.
#[track_caller]
fn runs(sdk: &str, ready: &str, program: Command) {
    runs_with(&[], 40, sdk, ready, program);
}

/// The same of an org with further `options`; so many checks have to hold at `least`.
#[track_caller]
fn runs_with(options: &[&str], least: u32, sdk: &str, ready: &str, mut program: Command) {
    let key = home().join("public.pem");
    if !home().join(ready).exists() || !key.exists() {
        report(sdk, "SKIPPED, as it is not installed; cli/tests/sdk/install does that");
        let required = std::env::var("OKTA_HOOKS_REQUIRE_SDKS").is_ok_and(|value| value == "1");
        assert!(!required, "{sdk} is required, and not installed: see cli/tests/sdk/install");
        return;
    }
    let key = key.to_str().expect("a path of this project");
    let org = ["emulator", "--token", TOKEN, "--collect-ms", "50"];
    let app = ["--client-id", "0oaSdk", "--client-key", key, "--client-scopes", "okta.users.read"];
    let org = Server::start_with(PROGRAM, &[&org[..], &app, options].concat(), &[]);
    let output = program
        .env("OKTA_URL", format!("http://{}", org.address))
        .env("OKTA_TOKEN", TOKEN)
        .env("OKTA_CLIENT", "0oaSdk")
        .env("OKTA_PRIVATE_KEY", home().join("key.pem"))
        .env("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "true")
        .env("SDK_HOME", std::fs::canonicalize(home().join("node")).unwrap_or_default())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    report(sdk, "FAILED");
    assert!(output.status.success(), "{sdk}\n{said}\n{errors}");
    let held: u32 = said.split(" held").next().and_then(|n| n.trim().parse().ok()).unwrap_or(0);
    assert!(held >= least, "{sdk} checked next to nothing: {said}");
    report(sdk, &format!("{held} checks held"));
}

/// A program of `tests/sdk` for this interpreter.
fn script(interpreter: impl AsRef<Path>, name: &str) -> Command {
    let mut command = Command::new(interpreter.as_ref());
    command.arg(format!("{PROGRAMS}/{name}"));
    command
}

#[test]
fn the_python_sdk_3_does_what_an_integrator_does() {
    let python = home().join("python3/bin/python");
    runs("Python, okta 3.4.6", PYTHON_3, script(python, "python3_sdk.py"));
}

#[test]
fn the_python_sdk_2_does_what_an_integrator_does() {
    let python = home().join("python2/bin/python");
    runs("Python, okta 2.9.13", "python2/ready-okta==2.9.13", script(python, "python2_sdk.py"));
}

#[test]
fn the_node_sdk_does_what_an_integrator_does() {
    runs("Node, okta-sdk-nodejs 8.1.0", NODE, script("node", "node_sdk.mjs"));
}

#[test]
fn the_python_sdk_3_gets_and_uses_a_token_that_dpop_binds() {
    let program = script(home().join("python3/bin/python"), "python3_dpop.py");
    runs_with(DPOP, 5, "Python, okta 3.4.6 with DPoP", PYTHON_3, program);
}

#[test]
fn the_node_sdk_gets_and_uses_a_token_that_dpop_binds() {
    let program = script("node", "node_dpop.mjs");
    runs_with(DPOP, 3, "Node, okta-sdk-nodejs 8.1.0 with DPoP", NODE, program);
}

#[test]
fn the_rust_crate_does_what_an_integrator_does() {
    let program = "rust/debug/okta-sdk-test";
    runs("Rust, okta 0.7.1", program, Command::new(home().join(program)));
}
