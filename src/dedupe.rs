//! Which deliveries and events were handled already.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use crate::delivery::Delivery;
use crate::event::LogEvent;

/// Remembers what was handled, so that each event is handled once although Okta may send it twice.
///
/// Two levels: a delivery is known by its `source` and `eventId` (a retry repeats them), an event
/// by the delivery's `source` and its own `uuid` (it may come in another delivery). An event
/// without `uuid` is known by its delivery alone.
///
/// A delivery is **claimed** before its events are handled, and the claim is **committed** after
/// that succeeded. A claim that is dropped (the handler failed, panicked, ran into a timeout, the
/// client went away) is **released**, and the next try may claim again. Marking events before they
/// are handled would turn a failure and Okta's one retry into a loss.
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
    capacity: usize,
    max_age: Duration,
}

struct Shared {
    hashers: [RandomState; 2],
    memory: Mutex<Memory>,
}

impl SeenEvents {
    /// The default for [`with_max_age`](Self::with_max_age): a day.
    pub const DEFAULT_MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

    /// A memory for up to `ids` ids: one for each event and one for each delivery.
    #[must_use]
    pub fn with_capacity(ids: usize) -> Self {
        let hashers = [RandomState::new(), RandomState::new()];
        let shared = Shared { hashers, memory: Mutex::default() };
        Self { shared: Arc::new(shared), capacity: ids, max_age: Self::DEFAULT_MAX_AGE }
    }

    /// Sets how long an id is remembered. Okta promises no bound; an hour is the least that makes
    /// sense.
    #[must_use]
    pub fn with_max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Claims what is new in `delivery` and removes from it what was handled before: nothing
    /// changes unless the answer is [`Claimed::New`]. `now` is the clock's time.
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

    pub(crate) fn poll_claim(
        &self,
        delivery: &mut Delivery,
        now: Instant,
        waker: &Waker,
    ) -> Poll<Option<Claim>> {
        match self.claim_or_register(delivery, now, Some(waker)) {
            Claimed::New(claim) => Poll::Ready(Some(claim)),
            Claimed::Seen => Poll::Ready(None),
            Claimed::InFlight => Poll::Pending,
        }
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
        let delivery_key = self.delivery_key(delivery);
        let event_keys: Vec<_> =
            delivery.events().iter().map(|event| self.event_key(delivery, event)).collect();
        let mut memory = self.memory();
        memory.forget(self.capacity, now, self.max_age);

        if delivery_key.is_some_and(|key| memory.seen.contains(&key)) {
            return Claimed::Seen;
        }
        let mut claimed: HashSet<Key> = delivery_key.into_iter().collect();
        // The second of two equal events in one delivery is no news either.
        let is_new: Vec<bool> = event_keys
            .into_iter()
            .map(|key| key.is_none_or(|key| !memory.seen.contains(&key) && claimed.insert(key)))
            .collect();
        let in_flight = &mut memory.in_flight;
        let busy = claimed.iter().copied().find(|key| in_flight.contains_key(key));
        if let Some(waiting) = busy.and_then(|key| in_flight.get_mut(&key)) {
            waiting.extend(
                waker.filter(|waker| !waiting.iter().any(|old| old.will_wake(waker))).cloned(),
            );
            return Claimed::InFlight;
        }
        let nothing_left = !is_new.is_empty() && !is_new.contains(&true);
        if nothing_left && delivery.invalid_events().is_empty() {
            return Claimed::Seen;
        }
        memory.in_flight.extend(claimed.iter().map(|key| (*key, Vec::new())));
        drop(memory);
        let mut is_new = is_new.into_iter();
        delivery.retain(|_| is_new.next().unwrap_or(true));
        Claimed::New(Claim { seen: self.clone(), keys: claimed })
    }

    fn delivery_key(&self, delivery: &Delivery) -> Option<Key> {
        Some(self.key(Level::Delivery, delivery.source(), delivery.event_id()?))
    }

    fn event_key(&self, delivery: &Delivery, event: &LogEvent) -> Option<Key> {
        Some(self.key(Level::Event, delivery.source(), event.uuid()?))
    }

    fn key(&self, level: Level, source: Option<&str>, id: &str) -> Key {
        self.shared.hashers.each_ref().map(|hasher| hasher.hash_one((level, source, id)))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // Nothing panics while it is locked, and what is in it stays consistent at every step.
        self.shared.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SeenEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenEvents")
            .field("len", &self.len())
            .field("capacity", &self.capacity)
            .field("max_age", &self.max_age)
            .finish()
    }
}

/// What became of a claim.
#[derive(Debug)]
#[must_use = "what is claimed is released when the claim is dropped"]
pub enum Claimed {
    /// Something is new; the delivery holds only that now. Handle it, then
    /// [`commit`](Claim::commit).
    New(Claim),
    /// All of it was handled before: acknowledge it.
    Seen,
    /// Some of it is being handled at this moment: wait, or answer with a 503. Acknowledging it
    /// could lose it, should that handler fail.
    InFlight,
}

/// The right to handle what is new in one delivery. Dropping it releases the claim.
#[must_use = "what is claimed is released when the claim is dropped"]
pub struct Claim {
    seen: SeenEvents,
    keys: HashSet<Key>,
}

impl Claim {
    /// Remembers what was claimed as seen, and lets those who wait for it go on. `now` is the
    /// clock's time.
    pub fn commit(self, now: Instant) {
        let mut memory = self.seen.memory();
        for key in &self.keys {
            memory.seen.insert(*key);
            memory.order.push_back((now, *key));
        }
        memory.forget(self.seen.capacity, now, self.seen.max_age);
        // Dropping the claim now ends it and wakes who waits: they find it seen.
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

/// 128 bits under keys that nobody outside knows, so that nobody can make two ids collide.
type Key = [u64; 2];

#[derive(Clone, Copy, Hash)]
enum Level {
    Delivery,
    Event,
}

#[derive(Default)]
struct Memory {
    seen: HashSet<Key>,
    /// The same ids, oldest first.
    order: VecDeque<(Instant, Key)>,
    /// What is being handled, and who waits for it.
    in_flight: HashMap<Key, Vec<Waker>>,
}

impl Memory {
    fn forget(&mut self, capacity: usize, now: Instant, max_age: Duration) {
        while let Some(&(since, key)) = self.order.front() {
            let is_old = now.saturating_duration_since(since) > max_age;
            if !is_old && self.order.len() <= capacity {
                return;
            }
            self.order.pop_front();
            self.seen.remove(&key);
        }
    }
}
