//! Okta's own SDKs against the emulator, unchanged: `tests/sdk/install` gets them, and where one is not
//! there its test says so and is skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use okta_hooks_testing::process::Server;

use crate::PROGRAM;

const TOKEN: &str = "sdk-test-token";
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk");

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/sdk")
}

/// Runs a program of `tests/sdk` against an org of its own.
fn runs(name: &str, interpreter: &Path, ready: &str) {
    let key = home().join("public.pem");
    if !home().join(ready).exists() || !key.exists() {
        eprintln!("skipped: {name} is not installed; cli/tests/sdk/install does it");
        return;
    }
    let key = key.to_str().expect("a path of this project");
    let org = Server::start_with(
        PROGRAM,
        &[
            "emulator",
            "--token",
            TOKEN,
            "--collect-ms",
            "50",
            "--client-id",
            "0oaSdk",
            "--client-key",
            key,
            "--client-scopes",
            "okta.users.read",
        ],
        &[],
    );
    let program = format!("{PROGRAMS}/{name}");
    let output = Command::new(interpreter)
        .arg(&program)
        .env("OKTA_URL", format!("http://{}", org.address))
        .env("OKTA_TOKEN", TOKEN)
        .env("OKTA_CLIENT", "0oaSdk")
        .env("OKTA_PRIVATE_KEY", home().join("key.pem"))
        .env("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "true")
        .env("SDK_HOME", std::fs::canonicalize(home().join("node")).unwrap_or_default())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("the interpreter starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}\n{said}\n{errors}");
    let held: u32 = said.split(" held").next().and_then(|n| n.trim().parse().ok()).unwrap_or(0);
    assert!(held >= 40, "{name} checked next to nothing: {said}");
}

#[test]
fn the_python_sdk_3_does_what_an_integrator_does() {
    runs("python3_sdk.py", &home().join("python3/bin/python"), "python3/ready-okta==3.4.6");
}

#[test]
fn the_python_sdk_2_does_what_an_integrator_does() {
    runs("python2_sdk.py", &home().join("python2/bin/python"), "python2/ready-okta==2.9.13");
}

#[test]
fn the_node_sdk_does_what_an_integrator_does() {
    runs("node_sdk.mjs", Path::new("node"), "node/ready-8.1.0");
}
