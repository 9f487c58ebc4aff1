//! The inspector's memory: every call to a hook, with its answer.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};
use okta_hooks::simulate::{self, Next};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::http_client::{Answer, Exchange, Fault};

/// What all kept calls may add up to: a batch may be large, headers too, and many calls are kept.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What a header takes beside its name and value.
const HEADER_OVERHEAD: usize = 128;

/// Headers that are secrets whoever sends them.
const SECRET: [&str; 3] = ["authorization", "cookie", "set-cookie"];

pub struct RecordedCalls {
    kept: Mutex<Kept>,
    most: usize,
    /// The id of the last call, for those who wait for the next.
    last: watch::Sender<u64>,
}

struct Kept {
    next: u64,
    calls: VecDeque<Call>,
    bytes: usize,
}

/// A call to a hook. Its `Debug` is not derived: it has secrets.
#[derive(Clone)]
pub struct Call {
    pub id: u64,
    pub kind: &'static str,
    pub hook: String,
    pub attempt: u8,
    pub request: Recorded,
    started: String,
    duration_ms: u64,
    result: Result<Answer, Fault>,
    next: &'static str,
    note: Option<&'static str>,
}

/// A request that can be sent again.
#[derive(Clone)]
pub struct Recorded {
    pub method: Method,
    pub url: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Recorded {
    pub fn of(request: &Request<Bytes>) -> Self {
        Self {
            method: request.method().clone(),
            url: request.uri().to_string(),
            headers: request.headers().clone(),
            body: request.body().clone(),
        }
    }

    pub fn to_request(&self) -> Result<Request<Bytes>, http::Error> {
        let builder = Request::builder().method(self.method.clone()).uri(&self.url);
        let mut request = builder.body(self.body.clone())?;
        *request.headers_mut() = self.headers.clone();
        Ok(request)
    }
}

/// What is known of a call when it is over.
pub struct Finished {
    pub kind: &'static str,
    pub hook: String,
    pub attempt: u8,
    pub request: Recorded,
    pub exchange: Exchange,
    pub next: &'static str,
    pub note: Option<&'static str>,
}

impl RecordedCalls {
    pub fn new(most: usize) -> Self {
        let kept = Kept { next: 1, calls: VecDeque::new(), bytes: 0 };
        Self { kept: Mutex::new(kept), most, last: watch::Sender::new(0) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn add(&self, finished: Finished) -> Call {
        let mut request = finished.request;
        request.headers = compact(request.headers);
        let result = finished
            .exchange
            .result
            .map(|answer| Answer { headers: compact(answer.headers), ..answer });
        let mut kept = self.kept();
        let call = Call {
            id: kept.next,
            kind: finished.kind,
            hook: finished.hook,
            attempt: finished.attempt,
            request,
            started: simulate::timestamp(finished.exchange.started),
            duration_ms: finished.exchange.duration.as_millis() as u64,
            result,
            next: finished.next,
            note: finished.note,
        };
        kept.next += 1;
        kept.bytes += call.bytes();
        kept.calls.push_back(call.clone());
        while kept.calls.len() > self.most || kept.bytes > MAX_BYTES {
            let Some(oldest) = kept.calls.pop_front() else { break };
            kept.bytes -= oldest.bytes();
        }
        drop(kept);
        self.last.send_replace(call.id);
        call
    }

    pub fn get(&self, id: u64) -> Option<Call> {
        self.kept().calls.iter().find(|call| call.id == id).cloned()
    }

    /// Up to `limit` calls made after the one with the id `after`, oldest first.
    pub fn after(&self, after: u64, limit: usize) -> Vec<Call> {
        let kept = self.kept();
        kept.calls.iter().filter(|call| call.id > after).take(limit).cloned().collect()
    }

    /// The last `limit` calls, oldest first.
    pub fn latest(&self, limit: usize) -> Vec<Call> {
        let kept = self.kept();
        let skip = kept.calls.len().saturating_sub(limit);
        kept.calls.iter().skip(skip).cloned().collect()
    }

    pub fn clear(&self) {
        let mut kept = self.kept();
        kept.calls.clear();
        kept.bytes = 0;
    }

    /// The id of the last call, which changes whenever there is another.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }
}

impl Call {
    /// As much memory as it takes, a little more rather than less.
    fn bytes(&self) -> usize {
        let request = &self.request;
        let sent = request.url.len() + header_bytes(&request.headers) + request.body.len();
        let received = match &self.result {
            Ok(answer) => header_bytes(&answer.headers) + answer.body.len(),
            Err(Fault::NoConnection(why)) => why.len(),
            Err(Fault::Timeout) => 0,
        };
        size_of::<Self>() + self.hook.len() + self.started.len() + sent + received
    }

    /// For the inspector; the values of secret headers only if they are to be revealed.
    pub fn to_json(&self, reveal: bool) -> Value {
        let answer = self.result.as_ref().ok().map(|answer| {
            json!({
                "status": answer.status.as_u16(),
                "headers": headers(&answer.headers, reveal),
                "body": String::from_utf8_lossy(&answer.body),
            })
        });
        let error = self.result.as_ref().err().map(|fault| match fault {
            Fault::Timeout => "no complete answer within three seconds".to_owned(),
            Fault::NoConnection(why) => why.clone(),
        });
        json!({
            "id": self.id,
            "kind": self.kind,
            "hookId": self.hook,
            "attempt": self.attempt,
            "time": self.started,
            "durationMs": self.duration_ms,
            "request": {
                "method": self.request.method.as_str(),
                "url": self.request.url,
                "headers": headers(&self.request.headers, reveal),
                "body": String::from_utf8_lossy(&self.request.body),
            },
            "answer": answer,
            "error": error,
            "next": self.next,
            "note": self.note,
        })
    }
}

fn header_bytes(map: &HeaderMap) -> usize {
    map.iter().map(|(name, value)| name.as_str().len() + value.len() + HEADER_OVERHEAD).sum()
}

/// The same headers in memory of their own: each value may be a few bytes of a whole read buffer.
fn compact(map: HeaderMap) -> HeaderMap {
    let own = |value: HeaderValue| {
        let copied = HeaderValue::from_bytes(value.as_bytes());
        let mut copy = copied.expect("a header's value");
        copy.set_sensitive(value.is_sensitive());
        copy
    };
    let mut compact = HeaderMap::with_capacity(map.len());
    let mut last = None;
    for (name, value) in map {
        // The name comes with the first of its values only.
        last = name.or(last);
        if let Some(name) = &last {
            compact.append(name, own(value));
        }
    }
    compact
}

fn headers(map: &HeaderMap, reveal: bool) -> Value {
    map.iter()
        .map(|(name, value)| {
            let challenge = name == okta_hooks::CHALLENGE_HEADER;
            let secret = (value.is_sensitive() && !challenge) || SECRET.contains(&name.as_str());
            let shown = String::from_utf8_lossy(value.as_bytes());
            let value = if secret && !reveal { "••••••••" } else { shown.as_ref() };
            json!({ "name": name.as_str(), "value": value, "secret": secret })
        })
        .collect()
}

/// How the inspector calls what Okta does next.
pub fn next_name(next: Next) -> &'static str {
    match next {
        Next::Wait => "wait",
        Next::Accepted => "accepted",
        Next::Retry(_) => "retry",
        Next::Lost(_) => "lost",
    }
}
