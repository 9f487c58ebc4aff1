//! The inspector's memory: every call to a hook, from when it is made, with its answer.

mod call;
mod headers;
mod outcome;
mod summary;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Method;
use tokio::sync::watch;

pub use call::{Call, Ending, Recorded, Start, next_name};
pub use outcome::LOST_ANSWER;
use outcome::Try;
pub use summary::Summary;

use crate::http_client::{Exchange, Fault};

/// What all kept calls may add up to: a batch may be large, headers too, and many calls are kept.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// As many attempts are shown together: a sender that makes no end of them begins anew.
const MAX_ATTEMPTS: usize = 8;

/// How far back the first attempt of a forwarded delivery is looked for.
const MAX_LOOK_BACK: usize = 500;

pub struct RecordedCalls {
    kept: Mutex<Kept>,
    most: usize,
    /// The number of the last change, for those who wait for the next.
    changed: watch::Sender<u64>,
}

struct Kept {
    next: u64,
    change: u64,
    /// Shared with whoever reads them: nothing is copied while others wait for the lock.
    calls: VecDeque<Arc<Call>>,
    bytes: usize,
}

/// A call that is under way. Dropped without an end, as when whoever waited for it went away, it is
/// recorded as given up.
pub struct OpenCall<'a> {
    calls: &'a RecordedCalls,
    call: Option<Call>,
}

impl RecordedCalls {
    pub fn new(most: usize) -> Self {
        let kept = Kept { next: 1, change: 0, calls: VecDeque::new(), bytes: 0 };
        Self { kept: Mutex::new(kept), most, changed: watch::Sender::new(0) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a call that is about to be made.
    pub fn open(&self, start: Start) -> OpenCall<'_> {
        // Reading a body takes time: not while others wait for the lock.
        let mut call = Call::new(start);
        let change = {
            let mut kept = self.kept();
            call.id = kept.next;
            kept.next += 1;
            let first = call.first_attempt.or_else(|| kept.attempt_before(&call)?.first_attempt);
            let before = first.and_then(|first| kept.find(first)).map(|call| call.tries.clone());
            let before = before.filter(|tries| tries.len() < MAX_ATTEMPTS).unwrap_or_default();
            call.first_attempt = Some(before.first().map_or(call.id, |first| first.id));
            call.tries = before;
            call.tries.push(Try::open(call.id));
            kept.push(call.clone(), self.most);
            kept.spread(&call)
        };
        self.changed.send_replace(change);
        OpenCall { calls: self, call: Some(call) }
    }

    pub fn get(&self, id: u64) -> Option<Arc<Call>> {
        self.kept().find(id).cloned()
    }

    /// Up to `limit` calls that are over, made after the one with the id `after`, oldest first. One
    /// that is still open holds back those after it, so that an id says what was seen.
    pub fn after(&self, after: u64, limit: usize) -> Vec<Arc<Call>> {
        let kept = self.kept();
        let over = kept.calls.iter().take_while(|call| !call.is_open());
        over.filter(|call| call.id > after).take(limit).cloned().collect()
    }

    /// The last `limit` calls before the one with the id `before`, oldest first, by the same rule.
    pub fn latest(&self, before: u64, limit: usize) -> Vec<Arc<Call>> {
        let kept = self.kept();
        let open = kept.calls.iter().position(|call| call.is_open()).unwrap_or(kept.calls.len());
        let end = open.min(kept.calls.partition_point(|call| call.id < before));
        kept.calls.range(end.saturating_sub(limit)..end).cloned().collect()
    }

    /// Up to `limit` calls before the one with the id `before`, newest first, open ones too.
    pub fn newest(&self, before: u64, limit: usize) -> Vec<Arc<Call>> {
        let kept = self.kept();
        let end = kept.calls.partition_point(|call| call.id < before);
        kept.calls.range(..end).rev().take(limit).cloned().collect()
    }

    /// Up to `limit` calls that were made or have changed since a change, the first change first.
    pub fn changed_since(&self, change: u64, limit: usize) -> Vec<Arc<Call>> {
        let kept = self.kept();
        let mut changed: Vec<&Arc<Call>> =
            kept.calls.iter().filter(|call| call.change > change).collect();
        changed.sort_by_key(|call| call.change);
        changed.into_iter().take(limit).cloned().collect()
    }

    /// The ids and bodies of the posts to a URL that got a 2xx, whatever became of the answer.
    pub fn accepted_at(&self, url: &str) -> Vec<(u64, Bytes)> {
        let kept = self.kept();
        let accepted = |call: &&Arc<Call>| {
            call.request.method == Method::POST && call.request.url == url && call.got_2xx()
        };
        kept.calls
            .iter()
            .filter(accepted)
            .map(|call| (call.id, call.request.body.clone()))
            .collect()
    }

    /// How many are kept, the id of the oldest (or else of the next one), and the last change.
    pub fn state(&self) -> (usize, u64, u64) {
        let kept = self.kept();
        let oldest = kept.calls.front().map_or(kept.next, |call| call.id);
        (kept.calls.len(), oldest, kept.change)
    }

    pub fn clear(&self) {
        let change = {
            let mut kept = self.kept();
            kept.calls.clear();
            kept.bytes = 0;
            kept.change += 1;
            kept.change
        };
        self.changed.send_replace(change);
    }

    /// The number of the last change: a call that was made, or ended, or all forgotten.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn close(&self, call: &mut Call) {
        let change = {
            let mut kept = self.kept();
            // It may have been forgotten meanwhile.
            let Some(place) = kept.place(call.id) else { return };
            // Another attempt may have begun meanwhile.
            let end = call.tries.pop();
            call.tries.clone_from(&kept.calls[place].tries);
            let own = call.tries.iter_mut().find(|attempt| attempt.id == call.id);
            if let (Some(own), Some(end)) = (own, end) {
                *own = end;
            }
            kept.bytes = (kept.bytes + call.bytes()).saturating_sub(kept.calls[place].bytes());
            kept.calls[place] = Arc::new(call.clone());
            let change = kept.spread(call);
            kept.forget(self.most);
            change
        };
        self.changed.send_replace(change);
    }
}

impl Kept {
    fn place(&self, id: u64) -> Option<usize> {
        self.calls.binary_search_by_key(&id, |call| call.id).ok()
    }

    fn find(&self, id: u64) -> Option<&Arc<Call>> {
        self.calls.get(self.place(id)?)
    }

    /// The call of which this one may be another attempt, for those that somebody else makes.
    fn attempt_before(&self, call: &Call) -> Option<&Arc<Call>> {
        call.content.event_id.as_ref().filter(|_| call.kind == "forwarded")?;
        self.calls.iter().rev().take(MAX_LOOK_BACK).find(|other| {
            other.kind == call.kind
                && other.content.event_id == call.content.event_id
                && other.request.url == call.request.url
        })
    }

    fn push(&mut self, call: Call, most: usize) {
        self.bytes += call.bytes();
        self.calls.push_back(Arc::new(call));
        self.forget(most);
    }

    fn forget(&mut self, most: usize) {
        while self.calls.len() > most || self.bytes > MAX_BYTES {
            let Some(oldest) = self.calls.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(oldest.bytes());
        }
    }

    /// Tells every attempt of the delivery how all of them went; each has changed by that.
    fn spread(&mut self, call: &Call) -> u64 {
        for Try { id, .. } in &call.tries {
            let Some(place) = self.place(*id) else { continue };
            self.change += 1;
            let attempt = Arc::make_mut(&mut self.calls[place]);
            attempt.tries.clone_from(&call.tries);
            attempt.change = self.change;
        }
        self.change
    }
}

impl OpenCall<'_> {
    pub fn first_attempt(&self) -> Option<u64> {
        self.call.as_ref()?.first_attempt
    }

    /// Which attempt it is, from 1 on.
    pub fn attempt(&self) -> usize {
        self.call.as_ref().map_or(1, |call| call.tries.len())
    }

    pub fn close(mut self, ending: Ending) -> Call {
        let mut call = self.call.take().expect("it is closed once");
        call.end(ending);
        self.calls.close(&mut call);
        call
    }
}

impl Drop for OpenCall<'_> {
    fn drop(&mut self) {
        let Some(mut call) = self.call.take() else { return };
        let result = Err(Fault::NoConnection("given up: nobody waited for the answer".to_owned()));
        let duration = call.since();
        let (started, secrets) = (call.started, Vec::new());
        let exchange = Exchange { started, duration, result, secrets };
        call.end(Ending { exchange, next: "lost", note: None, answered: None });
        self.calls.close(&mut call);
    }
}
