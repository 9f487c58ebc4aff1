//! Which deliveries and events were handled already.

mod memory;

use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use self::memory::{Key, Keys, Memory};
use crate::delivery::Delivery;
use crate::event::LogEvent;

/// Remembers what was handled, so that each event is handled once although Okta may send it twice.
///
/// An **event** is known by its org and its own `uuid`: two hooks of one org that send the same
/// event, a later delivery, and a page of the [System Log](crate::system_log) are all one. The org
/// is [`Delivery::org`], the host in the delivery's `source`, whatever the case of its letters. A
/// `source` that is not a URL stands for the org as it is; deliveries without one have no org and
/// share their events among each other only. An event without `uuid` is known by its delivery alone.
///
/// A **delivery** is known by its `source` and `eventId`, which a retry repeats. That says what became
/// of the events in it that have no `uuid`. The others are looked at one by one all the same: one
/// `eventId` can come with other events, as published samples and hand-edited previews show. An empty
/// id does not count as one.
///
/// What is new is **claimed** before it is handled, and the claim is **committed** after that
/// succeeded. A claim that is dropped (the handler failed, panicked, ran into a timeout, the client
/// went away) is **released**, and the next try may claim again. Marking events before they are
/// handled would turn a failure and Okta's one retry into a loss.
///
/// Only committed events count as seen. While one delivery is being handled another with the same
/// event can neither claim it nor be told that it is done: it waits, or is answered with a 503.
///
/// Bounded by count and by age, the oldest forgotten first. Each remembered id is a keyed hash of
/// 128 bits, whatever the id's length; with the tables around it that is at most 90 bytes an id
/// (`tests/dedupe_memory.rs` measures it), so 9 MB for 100,000 ids. A clone shares the memory.
///
/// This memory ends with the process. What must survive a crash belongs into the database that the
/// events go to, in the same transaction.
///
/// # Examples
///
/// ```
/// use okta_hooks::{Claimed, Delivery, SeenEvents};
/// use std::time::Instant;
///
/// let seen = SeenEvents::with_capacity(100_000);
/// let body = r#"{"eventId":"e1","data":{"events":[{"uuid":"u1","eventType":"user.session.start"}]}}"#;
///
/// let mut first = Delivery::from_bytes(body)?;
/// let Claimed::New(claim) = seen.claim(&mut first, Instant::now()) else { panic!("nobody has it") };
///
/// let mut second = Delivery::from_bytes(body)?;
/// assert!(matches!(seen.claim(&mut second, Instant::now()), Claimed::InFlight));
///
/// // … the first is handled …
/// claim.commit(Instant::now());
/// assert!(matches!(seen.claim(&mut second, Instant::now()), Claimed::Seen));
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone)]
pub struct SeenEvents {
    shared: Arc<Shared>,
}

struct Shared {
    hashers: [RandomState; 2],
    capacity: usize,
    max_age: Duration,
    memory: Mutex<Memory>,
}

impl SeenEvents {
    /// The default for [`with_max_age`](Self::with_max_age): a day.
    pub const DEFAULT_MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

    /// A memory for up to `ids` ids: one for each event and one for each delivery.
    #[must_use]
    pub fn with_capacity(ids: usize) -> Self {
        Self::new(ids, Self::DEFAULT_MAX_AGE)
    }

    /// The same capacity with another bound on how long an id is remembered. Okta promises none
    /// for its retries; an hour is the least that makes sense.
    ///
    /// It is a memory of its own, and empty: clones made before keep theirs, and its age.
    #[must_use]
    pub fn with_max_age(self, age: Duration) -> Self {
        Self::new(self.shared.capacity, age)
    }

    fn new(capacity: usize, max_age: Duration) -> Self {
        let hashers = [RandomState::new(), RandomState::new()];
        let shared = Shared { hashers, capacity, max_age, memory: Mutex::default() };
        Self { shared: Arc::new(shared) }
    }

    /// Claims what is new in `delivery` and removes from it what was handled before: nothing
    /// changes unless the answer is [`Claimed::New`]. `now` is the clock's time.
    ///
    /// What is not an event ([`Delivery::invalid_events`]) is always handed over, with the events
    /// or alone.
    pub fn claim(&self, delivery: &mut Delivery, now: Instant) -> Claimed {
        self.claim_or_register(delivery, now, None)
    }

    /// Claims like [`claim`](Self::claim), but waits while another delivery with the same events
    /// is being handled. `None` means seen: there is nothing left to do.
    ///
    /// Needs no runtime. Dropping the future is safe at any time.
    ///
    /// ```
    /// # use okta_hooks::{Delivery, SeenEvents};
    /// # use std::time::Instant;
    /// # async fn handle(seen: SeenEvents, mut delivery: Delivery) -> Result<(), std::io::Error> {
    /// if let Some(claim) = seen.claim_or_wait(&mut delivery, Instant::now).await {
    ///     for event in &delivery { /* … */ }
    ///     claim.commit(Instant::now());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn claim_or_wait(
        &self,
        delivery: &mut Delivery,
        clock: impl Fn() -> Instant,
    ) -> Option<Claim> {
        std::future::poll_fn(|cx| self.poll_claim(delivery, clock(), cx.waker())).await
    }

    /// Claims what is new among the events of one org that came without a delivery, as those of a
    /// System Log page do, and removes from `events` what was handled before. No event is
    /// [`Claimed::Seen`].
    ///
    /// `org` is the org's host as its hooks name it in `source` ([`Delivery::org`]): where the org
    /// has a domain of its own and its hooks name that one, it is not the host that the API was
    /// asked at. Another name means that an event is handled once for each.
    ///
    /// ```
    /// use std::time::Instant;
    /// use okta_hooks::system_log::{Cursor, Query};
    /// use okta_hooks::{Claimed, Delivery, SeenEvents};
    ///
    /// let (seen, now) = (SeenEvents::with_capacity(100_000), Instant::now());
    /// let mut delivery = Delivery::from_bytes(
    ///     r#"{"source":"https://acme.okta.com/api/v1/eventHooks/who1","eventId":"e1","data":{"events":[
    ///         {"uuid":"u1","eventType":"user.session.start"}]}}"#,
    /// )?;
    /// if let Claimed::New(claim) = seen.claim(&mut delivery, now) {
    ///     claim.commit(now);
    /// }
    ///
    /// let cursor = Cursor::start("https://acme.okta.com", &Query::new())?;
    /// let body = r#"[{"uuid":"u1","eventType":"user.session.start"},{"uuid":"u2","eventType":"user.session.end"}]"#;
    /// let mut page = cursor.read(body, &http::HeaderMap::new())?;
    /// let claimed = seen.claim_events(cursor.org(), &mut page.events, now);
    /// assert!(matches!(claimed, Claimed::New(_)));
    /// assert_eq!(page.events.len(), 1); // The hook had sent the other one.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn claim_events(&self, org: &str, events: &mut Vec<LogEvent>, now: Instant) -> Claimed {
        self.claim_events_or_register(org, events, now, None)
    }

    /// Claims like [`claim_events`](Self::claim_events), but waits while a delivery with the same
    /// events is being handled. `None` means seen: there is nothing left to do.
    ///
    /// Needs no runtime. Dropping the future is safe at any time.
    ///
    /// ```
    /// # use okta_hooks::{LogEvent, SeenEvents};
    /// # use std::time::Instant;
    /// # async fn handle(seen: SeenEvents, mut events: Vec<LogEvent>) -> Result<(), std::io::Error> {
    /// let claim = seen.claim_events_or_wait("acme.okta.com", &mut events, Instant::now).await;
    /// if let Some(claim) = claim {
    ///     for event in &events { /* … */ }
    ///     claim.commit(Instant::now());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn claim_events_or_wait(
        &self,
        org: &str,
        events: &mut Vec<LogEvent>,
        clock: impl Fn() -> Instant,
    ) -> Option<Claim> {
        std::future::poll_fn(|cx| {
            poll(self.claim_events_or_register(org, events, clock(), Some(cx.waker())))
        })
        .await
    }

    pub(crate) fn poll_claim(
        &self,
        delivery: &mut Delivery,
        now: Instant,
        waker: &Waker,
    ) -> Poll<Option<Claim>> {
        poll(self.claim_or_register(delivery, now, Some(waker)))
    }

    /// How many ids are remembered now, without those being handled.
    #[must_use]
    pub fn len(&self) -> usize {
        self.memory().seen.len()
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn claim_or_register(
        &self,
        delivery: &mut Delivery,
        now: Instant,
        waker: Option<&Waker>,
    ) -> Claimed {
        let org = delivery.org().or(delivery.source()).map(str::to_ascii_lowercase);
        let ids = Ids {
            delivery: self.delivery_key(delivery),
            events: self.event_keys(org.as_deref(), delivery.events()),
            // Without events it is its own id that is new, and so is what is not an event.
            is_news_alone: delivery.events().is_empty() || !delivery.invalid_events().is_empty(),
        };
        let (claimed, is_new) = self.claim_ids(ids, now, waker);
        let mut is_new = is_new.into_iter();
        if matches!(claimed, Claimed::New(_)) {
            delivery.retain(|_| is_new.next().unwrap_or(true));
        }
        claimed
    }

    fn claim_events_or_register(
        &self,
        org: &str,
        events: &mut Vec<LogEvent>,
        now: Instant,
        waker: Option<&Waker>,
    ) -> Claimed {
        let keys = self.event_keys(Some(&org.to_ascii_lowercase()), events);
        let ids = Ids { delivery: None, events: keys, is_news_alone: false };
        let (claimed, is_new) = self.claim_ids(ids, now, waker);
        let mut is_new = is_new.into_iter();
        if matches!(claimed, Claimed::New(_)) {
            events.retain(|_| is_new.next().unwrap_or(true));
        }
        claimed
    }

    /// Claims what is new of `ids`, and says of each event whether it is. A waker is registered
    /// where something is in flight.
    fn claim_ids(&self, ids: Ids, now: Instant, waker: Option<&Waker>) -> (Claimed, Vec<bool>) {
        let mut memory = self.memory();
        memory.forget(self.shared.capacity, now, self.shared.max_age);
        let unseen = ids.delivery.filter(|key| !memory.seen.contains(key));
        let came_before = ids.delivery.is_some() && unseen.is_none();
        let mut claimed: Keys = unseen.into_iter().collect();
        // The second of two equal events in one delivery is not new either.
        let is_new = |key: Option<Key>| match key {
            Some(key) => !memory.seen.contains(&key) && claimed.insert(key),
            None => !came_before,
        };
        let is_new: Vec<bool> = ids.events.into_iter().map(is_new).collect();
        if memory.wait_for_any(&claimed, waker) {
            return (Claimed::InFlight, Vec::new());
        }
        if !is_new.contains(&true) && (came_before || !ids.is_news_alone) {
            return (Claimed::Seen, Vec::new());
        }
        memory.in_flight.extend(claimed.iter().map(|key| (*key, Vec::new())));
        drop(memory);
        (Claimed::New(Claim { seen: self.clone(), keys: claimed }), is_new)
    }

    fn delivery_key(&self, delivery: &Delivery) -> Option<Key> {
        let id = delivery.event_id().filter(|id| !id.is_empty())?;
        Some(self.key(Level::Delivery, delivery.source(), id))
    }

    fn event_keys(&self, org: Option<&str>, events: &[LogEvent]) -> Vec<Option<Key>> {
        let key = |event: &LogEvent| {
            let id = event.uuid().filter(|id| !id.is_empty())?;
            Some(self.key(Level::Event, org, id))
        };
        events.iter().map(key).collect()
    }

    fn key(&self, level: Level, sender: Option<&str>, id: &str) -> Key {
        let hash = |hasher: &RandomState| hasher.hash_one((level, sender, id));
        Key(self.shared.hashers.each_ref().map(hash))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // Nothing panics while it is locked, and what is in it stays consistent at every step.
        self.shared.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is to be claimed.
struct Ids {
    delivery: Option<Key>,
    /// One for each event; `None` for an event that has no id.
    events: Vec<Option<Key>>,
    /// Whether something is new even if no event is.
    is_news_alone: bool,
}

fn poll(claimed: Claimed) -> Poll<Option<Claim>> {
    match claimed {
        Claimed::New(claim) => Poll::Ready(Some(claim)),
        Claimed::Seen => Poll::Ready(None),
        Claimed::InFlight => Poll::Pending,
    }
}

impl fmt::Debug for SeenEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenEvents")
            .field("len", &self.len())
            .field("capacity", &self.shared.capacity)
            .field("max_age", &self.shared.max_age)
            .finish()
    }
}

/// What became of a claim.
#[derive(Debug)]
#[must_use = "what is claimed is released when the claim is dropped"]
pub enum Claimed {
    /// Something is new; the delivery or list holds only that now. Handle it, then
    /// [`commit`](Claim::commit).
    New(Claim),
    /// All of it was handled before: acknowledge it.
    Seen,
    /// Some of it is being handled at this moment: wait, or answer with a 503. Acknowledging it
    /// could lose it, should that handler fail.
    InFlight,
}

/// The right to handle what is new in one delivery or list of events. Dropping it releases the
/// claim.
#[must_use = "what is claimed is released when the claim is dropped"]
pub struct Claim {
    seen: SeenEvents,
    keys: Keys,
}

impl Claim {
    /// Remembers what was claimed as seen, and lets those who wait for it go on. `now` is the
    /// clock's time.
    pub fn commit(self, now: Instant) {
        let mut memory = self.seen.memory();
        memory.remember(&self.keys, now);
        memory.forget(self.seen.shared.capacity, now, self.seen.shared.max_age);
        // Dropping the claim now ends it and wakes those that wait: they find it seen.
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut memory = self.seen.memory();
        let waiting: Vec<Waker> =
            self.keys.iter().filter_map(|key| memory.in_flight.remove(key)).flatten().collect();
        drop(memory);
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").field("ids", &self.keys.len()).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Hash)]
enum Level {
    Delivery,
    Event,
}
