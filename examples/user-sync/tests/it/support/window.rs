//! How often an endpoint may be called: so many times in each so many seconds, which are 60 at Okta.

pub struct Window {
    pub limit: u64,
    seconds: u64,
    /// Which one it is, and how many calls it had.
    number: u64,
    calls: u64,
}

impl Window {
    pub fn new(limit: u64, seconds: u64) -> Self {
        Self { limit, seconds, number: 0, calls: 0 }
    }

    /// Counts a call; whether it is one too many.
    pub fn is_over(&mut self, now: u64) -> bool {
        let number = now / self.seconds;
        if self.number != number {
            (self.number, self.calls) = (number, 0);
        }
        self.calls += 1;
        self.calls > self.limit
    }

    pub fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.calls)
    }

    /// When it is over.
    pub fn reset(&self, now: u64) -> u64 {
        (now / self.seconds + 1) * self.seconds
    }
}
