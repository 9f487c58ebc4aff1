//! The machine: what it is, and which of its cores does what.

use std::fs;
use std::thread::available_parallelism;

use rustix::thread::{CpuSet, sched_setaffinity};

/// Who runs where.
#[derive(Clone, Copy)]
pub enum Core {
    Receiver = 0,
    Senders = 1,
}

/// This thread, and what it starts from now on, stay on one core. Where that is not possible they are
/// where the kernel puts them.
pub fn pin(core: Core) {
    let mut cores = CpuSet::new();
    cores.set(core as usize);
    let _ = sched_setaffinity(None, &cores);
}

/// In a line: how many cores of which kind, and how busy they are.
#[must_use]
pub fn describe() -> String {
    let cores = available_parallelism().map_or(0, usize::from);
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information.lines().find_map(|line| {
        line.strip_prefix("model name").map(|name| name.trim_start_matches([' ', '\t', ':']))
    });
    let busy = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let busy = busy.split(' ').next().unwrap_or("?").to_owned();
    format!("{cores} cores, {}, load {busy} at the start", model.unwrap_or("of an unknown kind"))
}
