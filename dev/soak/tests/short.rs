//! Every scenario for a few seconds.

#![cfg(target_os = "linux")]

use std::env;
use std::sync::{Mutex, PoisonError};

use okta_hooks_testing::workspace::binary;
use soak::{Finding, Plan, Programs, Receiver, SCENARIOS, allow_many_files, run};

/// One receiver at a time: senders that share a processor with another's crowd are not answered in
/// time by any receiver.
static ALONE: Mutex<()> = Mutex::new(());

#[track_caller]
fn assert_endures_all(receiver: Receiver) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let plan = Plan::short().with_files(allow_many_files());
    let programs = Programs { axum: binary("axum-hook"), user_sync: binary("user-sync") };
    let mut findings = Vec::new();
    for scenario in SCENARIOS.iter().filter(|scenario| scenario.is_for(receiver)) {
        match scenario.missing() {
            Some(missing) => eprintln!("{}: skipped: {missing}", scenario.name),
            None => findings.push(run(scenario, receiver, &programs, plan, &env::temp_dir())),
        }
    }
    Finding::print(&findings);
    let faults = Finding::faults(&findings);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_axum_starter_endures_all_scenarios() {
    assert_endures_all(Receiver::Axum);
}

#[test]
fn the_user_sync_endures_all_scenarios() {
    assert_endures_all(Receiver::UserSync);
}
