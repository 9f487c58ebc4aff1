//! How long, and how much.

use std::time::Duration;

/// What a process has open besides the connections of a crowd, and more.
const OTHER_FILES: usize = 1_000;

/// How much each scenario does. The scenarios are the same in every plan.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How long a scenario goes on once it has begun in full.
    pub turn: Duration,
    /// How many deliveries the scenario of many has.
    pub deliveries: u64,
    /// How many connections a crowd has.
    pub connections: usize,
    /// How many of them are opened in a second, and opened again if they were closed.
    pub pace: u32,
}

impl Plan {
    /// About two minutes for all scenarios of all receivers, in a debug build.
    #[must_use]
    pub fn short() -> Self {
        Self { turn: Duration::from_secs(2), deliveries: 10_000, connections: 10_000, pace: 1_250 }
    }

    /// Where this process may have no more files open than this, a crowd has fewer connections.
    #[must_use]
    pub fn with_files(self, files: u64) -> Self {
        let room = usize::try_from(files).unwrap_or(usize::MAX).saturating_sub(OTHER_FILES);
        Self { connections: self.connections.min(room), ..self }
    }

    /// How many files a receiver may have open: `axum::serve` has no bound of its own, and what is
    /// beyond them waits until one is closed.
    pub(crate) fn files(&self) -> u32 {
        u32::try_from(self.connections + OTHER_FILES).unwrap_or(u32::MAX)
    }

    /// So long for each scenario, and a million deliveries.
    #[must_use]
    pub fn long(turn: Duration) -> Self {
        Self { turn, deliveries: 1_000_000, pace: 2_000, ..Self::short() }
    }
}
