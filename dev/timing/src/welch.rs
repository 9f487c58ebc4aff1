//! Welch's t-test between the times of two requests, as dudect does it: in random order, in one place
//! of memory, with the longest times cut off, in which others were on the processor.

use std::time::Instant;

use crate::{Case, check_repeatedly};

/// Checks in one sample: the clock is too coarse for one.
const CHECKS: usize = 8;

/// How many of the shortest times are taken, in percent. The largest difference counts.
const TAKEN: [usize; 4] = [50, 75, 90, 99];

/// |t| of a case: below 4.5 the times are those of one request.
#[must_use]
pub fn t(case: &Case, samples: usize) -> f64 {
    let check = case.check.build();
    let mut times = [Vec::new(), Vec::new()];
    let mut place = case.sent[0];
    for _ in 0..samples {
        let class = usize::from(fastrand::bool());
        place.copy_from_slice(&case.sent[class]);
        let started = Instant::now();
        check_repeatedly(&check, &place, CHECKS);
        times[class].push(started.elapsed().as_nanos() as u64);
    }
    let mut all = times.concat();
    all.sort_unstable();
    let of_shortest = |percent: usize| {
        let longest = all[(all.len() - 1) * percent / 100];
        let [one, other] = times.each_ref().map(|times| moments(times, longest));
        welch(one, other).abs()
    };
    TAKEN.map(of_shortest).into_iter().fold(0.0, f64::max)
}

/// Number, mean and variance of the times up to the longest that is taken.
fn moments(times: &[u64], longest: u64) -> (f64, f64, f64) {
    let taken = || times.iter().filter(|time| **time <= longest).map(|time| *time as f64);
    let n = taken().count() as f64;
    let mean = taken().sum::<f64>() / n;
    let variance = taken().map(|time| (time - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (n, mean, variance)
}

fn welch(one: (f64, f64, f64), other: (f64, f64, f64)) -> f64 {
    (one.1 - other.1) / (one.2 / one.0 + other.2 / other.0).sqrt()
}
