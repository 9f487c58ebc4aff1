//! Looks at a receiver for as long as a scenario goes on, and says when it is over.

use std::thread;
use std::time::{Duration, Instant};

use crate::Scenario;
use crate::scenario::Ends;
use crate::scene::Scene;

/// How often memory is looked at, and how often a line says so.
const LOOK: Duration = Duration::from_millis(100);
const PROGRESS: Duration = Duration::from_secs(5);
/// How long a scenario may take to begin in full, and how long no delivery may be accepted.
const BEGINNING: Duration = Duration::from_secs(60);
const STANDSTILL: Duration = Duration::from_secs(20);

/// MiB in memory, since the scenario has begun in full.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// The most in the first quarter of the time.
    pub first: f64,
    /// The most in the last.
    pub last: f64,
    pub peak: f64,
}

impl Memory {
    fn of(samples: &[u64]) -> Self {
        let quarter = samples.len().div_ceil(4);
        let most = |samples: &[u64]| match samples.iter().max() {
            Some(&bytes) => bytes as f64 / f64::from(1 << 20),
            None => f64::NAN,
        };
        Self {
            first: most(&samples[..quarter]),
            last: most(&samples[samples.len() - quarter..]),
            peak: most(samples),
        }
    }
}

/// Returns when the scenario has gone on for as long as the plan says.
pub(crate) fn watch(scene: &Scene, scenario: &Scenario) -> Memory {
    if !has_begun(scene, scenario) {
        scene.faults.add(format!("it has not begun in full after {BEGINNING:?}"));
    }
    let began = Instant::now();
    let mut samples = Vec::new();
    let (mut said, mut moved) = (began, (began, 0));
    while !is_over(scene, scenario, began) {
        samples.push(scene.memory());
        let accepted = scene.well_behaved.accepted();
        if accepted > moved.1 {
            moved = (Instant::now(), accepted);
        } else if moved.0.elapsed() > STANDSTILL {
            scene.faults.add(format!("nothing was accepted for {STANDSTILL:?}"));
            break;
        }
        if said.elapsed() >= PROGRESS {
            said = Instant::now();
            progress(scene, scenario, "goes on");
        }
        thread::sleep(LOOK);
    }
    Memory::of(&samples)
}

fn has_begun(scene: &Scene, scenario: &Scenario) -> bool {
    let started = Instant::now();
    let mut said = started;
    while !scene.has_begun() && started.elapsed() < BEGINNING {
        thread::sleep(LOOK);
        if said.elapsed() >= PROGRESS {
            said = Instant::now();
            progress(scene, scenario, "begins");
        }
    }
    scene.has_begun()
}

fn is_over(scene: &Scene, scenario: &Scenario, began: Instant) -> bool {
    match scenario.ends {
        Ends::AfterTurn => began.elapsed() >= scene.plan.turn,
        Ends::AfterDeliveries => scene.well_behaved.accepted() >= scene.plan.deliveries,
    }
}

fn progress(scene: &Scene, scenario: &Scenario, what: &str) {
    eprintln!(
        "{}, {} {what}: {} accepted, {} refused, {} MiB",
        scene.receiver.name(),
        scenario.name,
        scene.well_behaved.accepted() + scene.others.accepted(),
        scene.well_behaved.refused() + scene.others.refused(),
        scene.memory() >> 20,
    );
}
