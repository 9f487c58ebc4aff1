//! What was sent, and what became of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Deliveries, each with one event that no other has.
#[derive(Default)]
pub(crate) struct Count {
    sent: AtomicU64,
    accepted: AtomicU64,
    refused: AtomicU64,
}

impl Count {
    pub(crate) fn add_sent(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an answer in time.
    pub(crate) fn add_answer(&self, status: u16) {
        let of_its_kind = if (200..300).contains(&status) { &self.accepted } else { &self.refused };
        of_its_kind.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// How long answers took, in microseconds.
#[derive(Default)]
pub(crate) struct Times(Mutex<Vec<u32>>);

impl Times {
    pub(crate) fn add(&self, took: Duration) {
        let took = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        self.0.lock().expect("nobody panics with it").push(took);
    }

    /// Milliseconds within which 99 of 100 were answered, and all of them.
    pub(crate) fn p99_and_longest(&self) -> (f64, f64) {
        let mut took = self.0.lock().expect("nobody panics with it");
        took.sort_unstable();
        let milliseconds = |micros: Option<&u32>| micros.map_or(f64::NAN, |&n| f64::from(n) / 1e3);
        (milliseconds(took.get(took.len() * 99 / 100)), milliseconds(took.last()))
    }
}

/// What does not hold. Of the same kind there may be thousands: the first are enough.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<String>>);

const MAX_FAULTS: usize = 5;

impl Faults {
    pub(crate) fn add(&self, fault: String) {
        let mut faults = self.0.lock().expect("nobody panics with it");
        if faults.len() < MAX_FAULTS {
            faults.push(fault);
        }
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("nobody panics with it"))
    }
}
