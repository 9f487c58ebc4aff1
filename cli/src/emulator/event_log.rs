//! The events of the System Log, as many as are kept.

use std::collections::{VecDeque, vec_deque};
use std::time::{Duration, SystemTime};

use okta_hooks::simulate;
use serde_json::value::RawValue;

/// What all kept events may add up to: one is as large as the profile that it is about.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// How long Okta keeps an event.
const RETENTION: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// An event of the System Log.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Logged {
    pub place: u64,
    pub published: String,
    pub uuid: String,
    /// As a hook delivers it.
    pub event: Box<RawValue>,
}

impl Logged {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.published.len() + self.uuid.len() + self.event.get().len()
    }
}

/// In the order written, which is the order of their places.
pub struct EventLog {
    events: VecDeque<Logged>,
    bytes: usize,
    most: usize,
    max_bytes: usize,
}

impl EventLog {
    /// Keeps `most` events: the oldest go first.
    pub fn new(most: usize) -> Self {
        Self { events: VecDeque::new(), bytes: 0, most: most.max(1), max_bytes: MAX_BYTES }
    }

    /// Adds the newest event, and hands out the oldest ones that there is no room for any more. The
    /// newest is kept, however large it is: what comes next is placed after it.
    #[must_use = "they are in the data file still"]
    pub fn push(&mut self, event: Logged) -> Vec<Logged> {
        self.bytes += event.bytes();
        self.events.push_back(event);
        let mut gone = Vec::new();
        while self.events.len() > self.most || self.bytes > self.max_bytes && self.events.len() > 1
        {
            let Some(oldest) = self.events.pop_front() else { break };
            self.bytes -= oldest.bytes();
            gone.push(oldest);
        }
        gone
    }

    pub fn iter(&self) -> vec_deque::Iter<'_, Logged> {
        self.events.iter()
    }

    /// Those written after the one at `place`, which need not be there any more.
    pub fn after(&self, place: u64) -> vec_deque::Iter<'_, Logged> {
        self.events.range(self.events.partition_point(|logged| logged.place <= place)..)
    }
}

/// The time of the oldest event that Okta would still have.
pub fn oldest_kept(now: SystemTime) -> String {
    simulate::timestamp(now.checked_sub(RETENTION).unwrap_or(SystemTime::UNIX_EPOCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(place: u64, length: usize) -> Logged {
        Logged {
            place,
            published: String::new(),
            uuid: place.to_string(),
            event: serde_json::value::to_raw_value(&"x".repeat(length)).unwrap(),
        }
    }

    fn places(events: impl IntoIterator<Item = u64>) -> Vec<u64> {
        events.into_iter().collect()
    }

    #[test]
    fn the_oldest_events_go_when_there_are_too_many() {
        let mut log = EventLog::new(3);
        let gone: Vec<u64> =
            (1..=5).flat_map(|n| log.push(logged(n * 10, 1))).map(|gone| gone.place).collect();
        assert_eq!(gone, [10, 20]);
        assert_eq!(places(log.iter().map(|logged| logged.place)), [30, 40, 50]);
        let after = |place: u64| places(log.after(place).map(|logged| logged.place));
        assert_eq!(after(0), [30, 40, 50], "the cursor of an event that is gone");
        assert_eq!(after(40), [50]);
        assert!(after(50).is_empty());
    }

    #[test]
    fn large_events_are_bounded_by_their_bytes_and_the_newest_is_kept() {
        let mut log = EventLog { max_bytes: 10_000, ..EventLog::new(1000) };
        for place in 1..100 {
            let _ = log.push(logged(place, 3_000));
            assert!(log.bytes <= 10_000, "{}", log.bytes);
        }
        assert_eq!(places(log.iter().map(|logged| logged.place)), [97, 98, 99]);
        assert_eq!(log.push(logged(100, 50_000)).len(), 3);
        assert_eq!(places(log.iter().map(|logged| logged.place)), [100]);
        assert_eq!(log.push(logged(101, 1)).len(), 1);
    }
}
