//! Plays all scenarios for a long time and prints what was found.
//!
//! `cargo run --release -p soak -- 60` gives each of them a minute; names of receivers and scenarios
//! choose some of them: `cargo run --release -p soak -- 60 axum silent 'slow heads'`. With `short`
//! for a number it is what the test does.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use soak::{Finding, Plan, Programs, Receiver, SCENARIOS, Scenario, allow_many_files, run};

fn main() -> ExitCode {
    let Wanted { plan, names } = Wanted::from_arguments();
    let plan = plan.with_files(allow_many_files());
    println!("{}, {} connections", peers::describe(), plan.connections);
    let programs = Programs::build();
    let disk = env::var_os("DISK").map_or_else(env::temp_dir, PathBuf::from);
    let mut findings = Vec::new();
    for receiver in Receiver::ALL {
        for scenario in SCENARIOS.iter().filter(|scenario| scenario.is_for(receiver)) {
            if !is_named(&names, receiver, scenario) {
                continue;
            }
            match scenario.missing() {
                Some(missing) => println!("{}: skipped: {missing}", scenario.name),
                None => findings.push(run(scenario, receiver, &programs, plan, &disk)),
            }
        }
    }
    Finding::print(&findings);
    let faults = Finding::faults(&findings);
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What the arguments say.
struct Wanted {
    plan: Plan,
    names: Vec<String>,
}

impl Wanted {
    fn from_arguments() -> Self {
        let mut wanted = Self { plan: Plan::long(Duration::from_secs(60)), names: Vec::new() };
        for argument in env::args().skip(1) {
            match argument.parse() {
                Ok(seconds) => wanted.plan = Plan::long(Duration::from_secs(seconds)),
                Err(_) if argument == "short" => wanted.plan = Plan::short(),
                Err(_) => wanted.names.push(argument),
            }
        }
        wanted
    }
}

/// Whether the names choose both: all receivers where none is named, and all scenarios likewise.
fn is_named(names: &[String], receiver: Receiver, scenario: &Scenario) -> bool {
    let receivers = Receiver::ALL.map(Receiver::name);
    let (receivers, scenarios): (Vec<_>, Vec<_>) =
        names.iter().map(String::as_str).partition(|name| receivers.contains(name));
    let chooses = |names: &[&str], name| names.is_empty() || names.contains(&name);
    chooses(&receivers, receiver.name()) && chooses(&scenarios, scenario.name)
}
