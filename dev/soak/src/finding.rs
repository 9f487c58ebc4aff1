//! What was found in one scenario of one receiver.

use peers::Table;

use crate::Scenario;
use crate::scene::Scene;
use crate::watch::Memory;

/// What memory may grow by from the first quarter of a scenario to the last, in MiB.
///
/// The starter remembers its latest 100,000 events, and what an allocator keeps is not to the byte.
pub(crate) const MAX_GROWTH: f64 = 24.0;

/// One row.
pub struct Finding {
    pub scenario: &'static str,
    pub receiver: &'static str,
    /// Well-behaved ones, and those that belong to the scenario.
    pub deliveries: u64,
    pub refused: u64,
    /// Milliseconds within which well-behaved deliveries were answered: 99 of 100, and all.
    pub p99: f64,
    pub longest: f64,
    pub memory: Memory,
    /// Open before the first connection and after the last.
    pub descriptors: (usize, usize),
    pub note: String,
    /// What does not hold.
    pub faults: Vec<String>,
}

impl Finding {
    pub(crate) fn of(
        scenario: &Scenario,
        scene: &Scene,
        memory: &Memory,
        descriptors: (usize, usize),
    ) -> Self {
        let (p99, longest) = scene.times.p99_and_longest();
        let mut finding = Self {
            scenario: scenario.name,
            receiver: scene.receiver.name(),
            deliveries: scene.well_behaved.sent() + scene.others.sent(),
            refused: scene.well_behaved.refused() + scene.others.refused(),
            p99,
            longest,
            memory: *memory,
            descriptors,
            note: scene.note(),
            faults: scene.faults.take(),
        };
        finding.check();
        finding
    }

    fn check(&mut self) {
        let Memory { first, last, .. } = self.memory;
        if last > first + MAX_GROWTH {
            self.faults.push(format!("memory grew from {first:.0} to {last:.0} MiB"));
        }
        let (before, after) = self.descriptors;
        if after > before {
            self.faults.push(format!("{before} descriptors have become {after}"));
        }
    }

    /// Says what was found, before all of it is a table.
    pub fn say(&self) {
        eprintln!("{}: {}", self.scenario, self.cells().join(", "));
        for fault in &self.faults {
            eprintln!("{}, {}: {fault}", self.receiver, self.scenario);
        }
    }

    /// Prints all of them as a table in Markdown.
    pub fn print(findings: &[Self]) {
        let mut table = Table::new(&[
            "Scenario",
            "Receiver",
            "Deliveries",
            "Refused",
            "p99, ms",
            "Longest, ms",
            "MiB, first quarter → last (peak)",
            "Descriptors, before → after",
            "",
        ]);
        for finding in findings {
            table.row(finding.scenario, finding.cells());
        }
        table.print();
    }

    /// What does not hold, each with where.
    #[must_use]
    pub fn faults(findings: &[Self]) -> Vec<String> {
        let faults = |finding: &Self| {
            let place = format!("{}, {}", finding.receiver, finding.scenario);
            let faults = finding.faults.iter();
            faults.map(|fault| format!("{place}: {fault}")).collect::<Vec<_>>()
        };
        findings.iter().flat_map(faults).collect()
    }

    fn cells(&self) -> Vec<String> {
        let Memory { first, last, peak } = self.memory;
        let (before, after) = self.descriptors;
        vec![
            self.receiver.to_owned(),
            self.deliveries.to_string(),
            self.refused.to_string(),
            format!("{:.1}", self.p99),
            format!("{:.1}", self.longest),
            format!("{first:.0} → {last:.0} ({peak:.0})"),
            format!("{before} → {after}"),
            self.note.clone(),
        ]
    }
}
