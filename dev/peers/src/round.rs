//! Rounds in which each program has its turn, so that what else happens on the machine happens to
//! all of them.

use std::path::Path;
use std::time::Duration;

use crate::{Load, Program, Server, load, median};

/// How long each is measured in a round.
const TURN: Duration = Duration::from_secs(2);
/// Before that: what is done once is done, and what the former one wrote is on the disk.
const WARM_UP: Duration = Duration::from_millis(300);

/// What was found of one program: medians over the rounds. What it is beside the first program is
/// the median of what each round found, in which both had the same neighbours.
pub struct Found {
    pub name: &'static str,
    pub rate: f64,
    pub cpu: f64,
    pub p99: f64,
    /// How many times the first program's rate.
    pub rate_beside_first: f64,
    /// How many times the first program's CPU time.
    pub cpu_beside_first: f64,
}

/// Measures the programs in turns, each over an empty directory of its own on this disk.
///
/// # Panics
///
/// If one of them does not start, or refuses what is sent.
#[must_use]
pub fn rounds(programs: &[Program], senders: usize, rounds: usize, disk: &Path) -> Vec<Found> {
    let mut found: Vec<Vec<Load>> = programs.iter().map(|_| Vec::new()).collect();
    for round in 1..=rounds {
        for (program, loads) in programs.iter().zip(&mut found) {
            let directory = tempfile::tempdir_in(disk).expect("a directory on this disk");
            let server = Server::start(program, directory.path());
            let _ = load(&server, program.path, senders, WARM_UP);
            let turn = load(&server, program.path, senders, TURN);
            eprintln!(
                "{senders} senders, round {round} of {rounds}: {}: {:.0}/s, {:.1} µs, p99 {:.2} ms",
                program.name, turn.rate, turn.cpu, turn.p99
            );
            loads.push(turn);
        }
    }
    let of = |loads: &[Load], figure: fn(&Load) -> f64| median(loads.iter().map(figure).collect());
    let beside_first = |loads: &[Load], figure: fn(&Load) -> f64| {
        median(loads.iter().zip(&found[0]).map(|(it, first)| figure(it) / figure(first)).collect())
    };
    let medians = programs.iter().zip(&found).map(|(program, loads)| Found {
        name: program.name,
        rate: of(loads, |load| load.rate),
        cpu: of(loads, |load| load.cpu),
        p99: of(loads, |load| load.p99),
        rate_beside_first: beside_first(loads, |load| load.rate),
        cpu_beside_first: beside_first(loads, |load| load.cpu),
    });
    medians.collect()
}
