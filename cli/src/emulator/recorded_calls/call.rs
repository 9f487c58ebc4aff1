//! A call to a hook: what was sent, how it ended, and what followed.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use okta_hooks::simulate::{self, Next};
use serde_json::{Value, json};

use super::headers;
use super::outcome::{self, End, Try};
use crate::content::Content;
use crate::http_client::{Answer, Exchange, Fault};

/// What is known of a call before it is made.
pub struct Start {
    pub kind: &'static str,
    pub hook: String,
    pub hook_name: String,
    /// The id of the first attempt, if this is another.
    pub first_attempt: Option<u64>,
    /// The id of the call that it is a replay of.
    pub replay_of: Option<u64>,
    /// The address it came from, if it came from elsewhere.
    pub source: Option<String>,
    pub request: Recorded,
}

/// What is known of a call when it is over.
pub struct Ending {
    pub exchange: Exchange,
    pub next: &'static str,
    pub note: Option<&'static str>,
    /// The status that whoever made a forwarded call was answered with.
    pub answered: Option<u16>,
}

/// A call to a hook. Its `Debug` is not derived: it has secrets.
#[derive(Clone)]
pub struct Call {
    pub id: u64,
    pub change: u64,
    pub kind: &'static str,
    pub hook: String,
    pub hook_name: String,
    pub first_attempt: Option<u64>,
    pub replay_of: Option<u64>,
    pub source: Option<String>,
    pub request: Recorded,
    pub content: Content,
    pub started: SystemTime,
    /// All attempts of the delivery, this one among them.
    pub tries: Vec<Try>,
    pub end: Option<Ended>,
}

#[derive(Clone)]
pub struct Ended {
    pub duration_ms: u64,
    pub result: Result<Answer, Fault>,
    pub next: &'static str,
    pub note: Option<&'static str>,
    pub answered: Option<u16>,
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

impl Call {
    pub fn new(start: Start) -> Self {
        let mut request = start.request;
        request.headers = headers::compact(request.headers);
        Self {
            id: 0,
            change: 0,
            kind: start.kind,
            hook: start.hook,
            hook_name: start.hook_name,
            first_attempt: start.first_attempt,
            replay_of: start.replay_of,
            source: start.source,
            content: Content::of(&request.body),
            request,
            started: SystemTime::now(),
            tries: Vec::new(),
            end: None,
        }
    }

    pub fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// How long it has been under way.
    pub fn since(&self) -> Duration {
        self.started.elapsed().unwrap_or_default()
    }

    pub fn end(&mut self, ending: Ending) {
        let compact =
            |answer: Answer| Answer { headers: headers::compact(answer.headers), ..answer };
        let result = ending.exchange.result.map(compact);
        let status = outcome::status(&result, ending.note);
        if let Some(own) = self.tries.last_mut() {
            own.end = Some(End { status, next: ending.next });
        }
        self.started = ending.exchange.started;
        self.end = Some(Ended {
            duration_ms: ending.exchange.duration.as_millis() as u64,
            result,
            next: ending.next,
            note: ending.note,
            answered: ending.answered,
        });
    }

    /// Which attempt of its delivery it is, from 1 on.
    pub fn attempt(&self) -> usize {
        self.tries.iter().position(|attempt| attempt.id == self.id).map_or(1, |place| place + 1)
    }

    pub fn got_2xx(&self) -> bool {
        let answer = self.end.as_ref().and_then(|end| end.result.as_ref().ok());
        answer.is_some_and(|answer| answer.status.is_success())
    }

    /// As much memory as it takes, a little more rather than less.
    pub fn bytes(&self) -> usize {
        let request = &self.request;
        let sent = request.url.len() + headers::bytes(&request.headers) + request.body.len();
        let received = match self.end.as_ref().map(|end| &end.result) {
            Some(Ok(answer)) => headers::bytes(&answer.headers) + answer.body.len(),
            Some(Err(Fault::NoConnection(why))) => why.len(),
            Some(Err(Fault::Timeout)) | None => 0,
        };
        let names = self.hook.len() + self.hook_name.len();
        let source = self.source.as_ref().map_or(0, String::len);
        let tries = super::MAX_ATTEMPTS * (size_of::<Try>() + 16);
        size_of::<Self>() + names + source + tries + self.content.bytes() + sent + received
    }

    /// For the inspector; the values of secret headers only if they are to be revealed.
    pub fn to_json(&self, reveal: bool) -> Value {
        let result = self.end.as_ref().map(|end| &end.result);
        let answer = result.and_then(|result| result.as_ref().ok()).map(|answer| {
            json!({
                "status": answer.status.as_u16(),
                "headers": headers::to_json(&answer.headers, reveal),
                "body": String::from_utf8_lossy(&answer.body),
            })
        });
        let error = result.and_then(|result| result.as_ref().err()).map(|fault| match fault {
            Fault::Timeout => "no complete answer within three seconds".to_owned(),
            Fault::NoConnection(why) => why.clone(),
        });
        let mut json = serde_json::to_value(self.summary()).expect("our own types");
        let request = json!({
            "method": self.request.method.as_str(),
            "url": self.request.url,
            "headers": headers::to_json(&self.request.headers, reveal),
            "body": String::from_utf8_lossy(&self.request.body),
        });
        let members = json.as_object_mut().expect("a summary is an object");
        members.insert("request".to_owned(), request);
        members.insert("answer".to_owned(), answer.into());
        members.insert("error".to_owned(), error.into());
        json
    }

    pub fn time(&self) -> String {
        simulate::timestamp(self.started)
    }
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
