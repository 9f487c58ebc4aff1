//! One request over a real socket, the way Okta sends it: no redirects, no proxy, three seconds.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use okta_hooks::simulate::{Attempt, AttemptOutcome, Next};

/// As much of an answer as anybody looks at. The rest is read and dropped: Okta waits for all of it.
const MAX_ANSWER: usize = 64 * 1024;

#[derive(Clone)]
pub struct HttpClient(reqwest::Client);

/// How much of an answer is kept, and whether the rest is read all the same.
#[derive(Clone, Copy)]
struct ReadLimit {
    max_answer: usize,
    reads_on: bool,
}

pub struct Exchange {
    pub started: SystemTime,
    pub duration: Duration,
    pub result: Result<Answer, Fault>,
    /// What of the request is not to be shown, should the answer repeat it.
    pub secrets: Vec<HeaderValue>,
}

#[derive(Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why there is no answer. What it says is about the connection, never about what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Timeout,
    NoConnection(String),
}

impl HttpClient {
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self(client))
    }

    /// Sends `request` and waits for the whole answer, `timeout` at most.
    pub async fn exchange(&self, request: Request<Bytes>, timeout: Duration) -> Exchange {
        self.exchange_up_to(MAX_ANSWER, request, timeout).await
    }

    /// Like [`exchange_up_to`](Self::exchange_up_to), but hangs up once it has so much: for an answer
    /// that may never end, and that nobody else waits for.
    pub async fn exchange_beginning(
        &self,
        max_answer: usize,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Exchange {
        self.exchange_with(ReadLimit { max_answer, reads_on: false }, request, timeout).await
    }

    /// Like [`exchange`](Self::exchange), and keeps as much of the answer as this.
    pub async fn exchange_up_to(
        &self,
        max_answer: usize,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Exchange {
        self.exchange_with(ReadLimit { max_answer, reads_on: true }, request, timeout).await
    }

    async fn exchange_with(
        &self,
        limit: ReadLimit,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Exchange {
        let (started, clock) = (SystemTime::now(), Instant::now());
        let secrets = request.headers().values().filter(|value| value.is_sensitive());
        let secrets = secrets.cloned().collect();
        let answer = tokio::time::timeout(timeout, self.answer(limit, request)).await;
        let result = match answer {
            Ok(result) => result.map_err(|error| Fault::NoConnection(reason(&error))),
            Err(_) => Err(Fault::Timeout),
        };
        Exchange { started, duration: clock.elapsed(), result, secrets }
    }

    async fn answer(&self, limit: ReadLimit, request: Request<Bytes>) -> reqwest::Result<Answer> {
        let mut response = self.0.execute(reqwest::Request::try_from(request)?).await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            let room = limit.max_answer - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == limit.max_answer && !limit.reads_on {
                break;
            }
        }
        let headers = std::mem::take(response.headers_mut());
        Ok(Answer { status: response.status(), headers, body: body.into() })
    }
}

impl Exchange {
    pub fn outcome(&self) -> AttemptOutcome {
        match &self.result {
            Ok(answer) => AttemptOutcome::Answer(answer.status),
            Err(Fault::Timeout) => AttemptOutcome::Pending,
            Err(Fault::NoConnection(_)) => AttemptOutcome::NoConnection,
        }
    }
}

/// Delivers by Okta's rules: `attempt` is called once, and once more if Okta would send once more.
/// `seen` learns how each attempt ended and what follows.
pub async fn deliver<T, F, E>(mut attempt: F, mut seen: impl FnMut(u8, T, Next)) -> Next
where
    F: FnMut() -> E,
    E: Future<Output = (AttemptOutcome, T)>,
{
    let clock = Instant::now();
    let mut current = Attempt::first(Duration::ZERO);
    loop {
        let (outcome, detail) = attempt().await;
        // A timeout is only known once the time is over, whatever a timer's precision.
        let now = match outcome {
            AttemptOutcome::Pending => clock.elapsed().max(current.deadline()),
            _ => clock.elapsed(),
        };
        let next = current.after(outcome, now);
        seen(current.number(), detail, next);
        match next {
            Next::Retry(retry) => current = retry,
            end => return end,
        }
    }
}

/// The innermost cause, which says most: "connection refused". The outer ones have the URL.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let reason = cause.to_string();
    // The number says nothing that the words before it do not.
    reason.split(" (os error").next().unwrap_or_default().to_owned()
}
