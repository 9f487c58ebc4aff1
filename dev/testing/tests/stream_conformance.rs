//! The hook in front of a stream, with a consumer behind it, is held to the table of the other starters,
//! but for what is about a handler that the hook itself would wait for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use okta_hooks_testing::conformance;
use okta_hooks_testing::nats::Nats;
use okta_hooks_testing::workspace::binary;

#[test]
fn makes_a_secret_of_its_own_when_none_is_set() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = directory.path().join("receive");
    write_script(&program, &format!("exec {} receive", binary("jetstream-hook").display()));
    conformance::makes_a_secret_of_its_own_when_none_is_set(&program);
}

fn write_script(path: &Path, lines: &str) {
    fs::write(path, format!("#!/bin/sh\n{lines}\n")).expect("it is written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).expect("it is ours");
}

/// A server, and a program that is `receive` with a consumer beside it, which greets on the same standard
/// output.
struct Both {
    _nats: Nats,
    directory: tempfile::TempDir,
}

impl Both {
    fn start() -> Option<Self> {
        let nats = Nats::start()?;
        let directory = tempfile::tempdir().expect("a directory");
        let hook = binary("jetstream-hook");
        let (hook, url) = (hook.display(), nats.url());
        let consumers = directory.path().join("consumers");
        let lines = format!(
            "export NATS_URL={url}\n{hook} consume 2>/dev/null &\necho $! >>{}\nexec {hook} receive",
            consumers.display()
        );
        let both = Self { _nats: nats, directory };
        write_script(&both.program(), &lines);
        Some(both)
    }

    fn program(&self) -> PathBuf {
        self.directory.path().join("both")
    }
}

impl Drop for Both {
    fn drop(&mut self) {
        let consumers = fs::read_to_string(self.directory.path().join("consumers"));
        for id in consumers.unwrap_or_default().lines() {
            let _ = Command::new("kill").args(["-s", "KILL", id]).status();
        }
    }
}

macro_rules! hold {
    ($($test:ident),* $(,)?) => {$(
        #[test]
        fn $test() {
            let Some(both) = Both::start() else { return };
            conformance::$test(&both.program());
        }
    )*};
}

hold! {
    answers_every_request_as_the_table_says,
    handles_each_event_once,
    answers_503_when_the_body_does_not_arrive,
    ends_in_time_though_a_request_is_half_sent,
}

#[cfg(target_os = "linux")]
hold!(waits_while_no_file_can_be_opened_and_goes_on);
