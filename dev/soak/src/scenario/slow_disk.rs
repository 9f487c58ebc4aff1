//! A disk that takes five milliseconds for each sync.

use std::process::{Command, Stdio};

use super::Scenario;
use crate::Receiver;
use crate::senders::Pace;

/// Lets the program wait after each sync, and nothing else. The tracer is not its parent: signals and
/// the end go to the program itself.
const STRACE: [&str; 11] = [
    "strace",
    "-D",
    "-f",
    "--seccomp-bpf",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    "trace=fdatasync,fsync",
    "-e",
    "inject=fdatasync,fsync:delay_exit=5000",
];

pub(super) const SCENARIO: Scenario = Scenario {
    receivers: &[Receiver::UserSync],
    pace: Pace::Busy,
    through: &STRACE,
    ..Scenario::new("slow disk", |scene| {
        scene.begin();
        scene.wait();
        scene.set_note("5 ms for each sync".to_owned());
    })
};

/// Whether there is a strace, and it may trace.
pub(super) fn can_trace() -> bool {
    let mut command = Command::new(STRACE[0]);
    command.args(&STRACE[2..]).arg("true").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
