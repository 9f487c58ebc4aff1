//! Events on their way to the writer.

use jiff::{SignedDuration, Timestamp};
use okta_hooks::projection::Projection;
use okta_hooks::{Delivery, LogEvent};

use super::Origin;

/// How far Okta's clock and ours may be apart. What is dated later cannot have happened.
const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_hours(24);

/// How long a hook may take to bring an event that is not lost: several times the 10 to 25 seconds that it
/// takes as a rule. Okta's support calls up to an hour normal, but with so long a wait no loss would be
/// noticed: an event is read from the System Log within minutes, and only then it is decided.
///
/// So `recovered` undercounts. While the sync runs, what is lost is read at an age between nothing and
/// `GAP_REPAIR_SECONDS`, and what is then younger than this never counts: some 40 % with the default of 300,
/// practically all with 120 or less.
const HOOK_DELAY: SignedDuration = SignedDuration::from_mins(2);

/// What an event takes in memory beside its JSON: where its members are.
const INDEX_BYTES: usize = 512;

/// How much of a delivery's `eventId` is kept: Okta's have 36 bytes, and each event keeps it.
const MAX_ID_BYTES: usize = 64;

/// Events that came together. What they change is worked out by the writer, one event at a time: so
/// what waits in the queue is what was received.
pub struct Batch {
    pub events: Vec<LogEvent>,
    pub origin: Origin,
    /// Okta's `eventId` of the delivery.
    pub delivery_id: Option<String>,
    /// The delivery's, where it can be true.
    event_time: Option<String>,
    received_at: Timestamp,
    /// Of the JSON that all of them are kept in.
    body_bytes: usize,
}

impl Batch {
    pub fn of_delivery(delivery: &Delivery, origin: Origin) -> Self {
        let received_at = Timestamp::now();
        let is_possible = |time: &Timestamp| *time <= latest(received_at);
        let can_be_true = delivery.event_timestamp().is_some_and(|time| is_possible(&time));
        let event_time = delivery.event_time().filter(|_| can_be_true).map(str::to_owned);
        let (events, body_bytes) = (delivery.events().to_vec(), delivery.raw().len());
        let delivery_id = delivery.event_id().filter(|id| id.len() <= MAX_ID_BYTES);
        let delivery_id = delivery_id.map(str::to_owned);
        Self { events, origin, delivery_id, event_time, received_at, body_bytes }
    }

    /// Events that came without a delivery.
    pub fn of_events(events: Vec<LogEvent>, origin: Origin) -> Self {
        let body_bytes = events.iter().map(|event| event.raw().len()).sum();
        let received_at = Timestamp::now();
        Self { events, origin, delivery_id: None, event_time: None, received_at, body_bytes }
    }

    /// One of its events alone.
    #[cfg(feature = "postgres")]
    pub fn only(&self, event: &LogEvent) -> Self {
        Self {
            events: vec![event.clone()],
            event_time: self.event_time.clone(),
            delivery_id: self.delivery_id.clone(),
            body_bytes: event.raw().len(),
            ..*self
        }
    }

    /// The same events, as if they had come at this time.
    pub fn received_at(self, received_at: Timestamp) -> Self {
        Self { received_at, ..self }
    }

    /// How much memory it holds, at most.
    pub fn bytes(&self) -> usize {
        self.body_bytes + self.events.len() * INDEX_BYTES
    }

    /// When the latest of them was published, but for dates that cannot be true.
    pub fn latest_published(&self) -> Option<Timestamp> {
        let is_possible = |time: &Timestamp| *time <= latest(self.received_at);
        self.events.iter().filter_map(LogEvent::published_timestamp).filter(is_possible).max()
    }

    /// Whether a hook would have brought this event by now, if it still did.
    pub fn is_overdue(&self, event: &LogEvent) -> bool {
        let expected_by = |published: Timestamp| published.saturating_add(HOOK_DELAY).ok();
        event.published_timestamp().and_then(expected_by).is_some_and(|by| by < self.received_at)
    }

    /// What one of the events changes. A `published` that cannot be true counts as the delivery's
    /// `eventTime`, or where that cannot either, as the moment it was received: it must not outrank
    /// every later change.
    pub fn projection<'a>(&self, event: &'a LogEvent) -> Projection<'a> {
        let is_possible = |time: Timestamp| time <= latest(self.received_at);
        match &self.event_time {
            Some(event_time) => Projection::of(event, Some(event_time)),
            None if event.published_timestamp().is_none_or(is_possible) => {
                Projection::of(event, None)
            }
            None => Projection::of(event, Some(&self.received_at.to_string())),
        }
    }
}

fn latest(received_at: Timestamp) -> Timestamp {
    received_at.saturating_add(MAX_CLOCK_SKEW).unwrap_or(received_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_overdue_some_minutes_after_it_was_published() {
        let now = Timestamp::now();
        let is_overdue = |published: String| {
            let json = format!(r#"{{"eventType":"x","published":"{published}"}}"#);
            let event = LogEvent::from_slice(json.as_bytes()).unwrap();
            let batch = Batch::of_events(vec![event.clone()], Origin::GapRepair);
            batch.received_at(now).is_overdue(&event)
        };
        let ago = |seconds| (now - SignedDuration::from_secs(seconds)).to_string();
        for (published, expected) in [
            (ago(-60), false),
            (ago(25), false),
            (ago(119), false),
            (ago(121), true),
            (ago(86_400), true),
            ("yesterday".to_owned(), false),
        ] {
            assert_eq!(is_overdue(published.clone()), expected, "{published}");
        }
    }

    #[test]
    fn a_batch_holds_the_whole_body_and_an_index_of_each_event() {
        let spaces = " ".repeat(1 << 20);
        let body = format!(r#"{{"data":{{"events":[{{"eventType":"x"}}]}}}}{spaces}"#);
        let delivery = Delivery::from_bytes(body).unwrap();
        assert!(Batch::of_delivery(&delivery, Origin::Hook).bytes() > 1 << 20);

        let events = vec![r#"{"eventType":"x"}"#; 10_000].join(",");
        let delivery =
            Delivery::from_bytes(format!(r#"{{"data":{{"events":[{events}]}}}}"#)).unwrap();
        let batch = Batch::of_delivery(&delivery, Origin::Hook);
        assert!(batch.bytes() > 10_000 * INDEX_BYTES);
    }
}
