use std::path::Path;
use std::process::Command;

/// How many instructions `program` takes for the checks of one request of a case, and for nothing else;
/// `None` where there is no valgrind.
#[must_use]
pub fn instructions(program: &Path, case: &str, class: usize) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*check_repeatedly*")
        .arg(program)
        .args(["checks", case, &class.to_string()])
        .output()
        .ok()?;
    let log = String::from_utf8_lossy(&output.stderr);
    let collected = log.lines().find_map(|line| line.split_once("Collected : "));
    let count = collected.and_then(|(_, count)| count.trim().parse().ok());
    Some(count.unwrap_or_else(|| panic!("callgrind counts: {log}")))
}
