use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::task::Waker;
use std::time::{Duration, Instant};

/// 128 bits under keys that nobody outside knows, so that nobody can make two ids collide.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(pub(super) [u64; 2]);

/// Half of it is as good a hash as any.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0[0]);
    }
}

pub(super) type Keys = HashSet<Key, BuildHasherDefault<AsItIs>>;

/// The hash of what is a keyed hash already.
#[derive(Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("a `Key` is one number");
    }
}

/// What was handled, and what is being handled.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) seen: Keys,
    /// The same ids, oldest first.
    order: VecDeque<(Instant, Key)>,
    /// What is being handled, and the wakers of those that wait for it.
    pub(super) in_flight: HashMap<Key, Vec<Waker>, BuildHasherDefault<AsItIs>>,
}

impl Memory {
    /// Remembers `keys` as seen since `now`.
    pub(super) fn remember(&mut self, keys: &Keys, now: Instant) {
        for key in keys {
            self.seen.insert(*key);
            self.order.push_back((now, *key));
        }
    }

    /// Whether any of `keys` is being handled; `waker` is told when the first of those ends.
    pub(super) fn wait_for_any(&mut self, keys: &Keys, waker: Option<&Waker>) -> bool {
        let busy = keys.iter().find(|key| self.in_flight.contains_key(*key));
        let Some(waiting) = busy.and_then(|key| self.in_flight.get_mut(key)) else { return false };
        let is_known = |waker: &&Waker| waiting.iter().any(|old| old.will_wake(waker));
        if let Some(waker) = waker.filter(|waker| !is_known(waker)) {
            waiting.push(waker.clone());
        }
        true
    }

    pub(super) fn forget(&mut self, capacity: usize, now: Instant, max_age: Duration) {
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
