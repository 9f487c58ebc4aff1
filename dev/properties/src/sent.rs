//! A request made of any bytes: what its head says, how its body arrives, and what becomes of it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use okta_hooks::layer::ReplyBody;
use okta_hooks::{CHALLENGE_HEADER, HeaderAuth, Receiver};
use tower::Service;

use crate::cost::linear;
use crate::marks::{MARK, assert_debug_hides, assert_hidden};
use crate::recorder::recorded;

/// The two secrets that the receiver accepts.
pub const SECRETS: [&str; 2] = ["Bearer new hunter2", "hunter2 of last year"];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum HandlerDoes {
    Succeed,
    Fail,
    NeverEnd,
}

/// A request, and what the service does with it.
pub struct Sent {
    pub method: Method,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub limit: usize,
    pub handler: HandlerDoes,
    pub keeps_dead_letters: bool,
    pub breaks: bool,
    frame: usize,
}

impl Sent {
    /// Three bytes choose, some are a header's value, the others are the body.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let ([head, service, length], rest) = bytes.split_first_chunk()?;
        let (value, body) = rest.split_at_checked(usize::from(*length))?;
        let method = match head & 3 {
            0 => Method::GET,
            1 => Method::from_bytes(value).unwrap_or(Method::PUT),
            _ => Method::POST,
        };
        let handler = match service & 3 {
            0 => HandlerDoes::Fail,
            1 => HandlerDoes::NeverEnd,
            _ => HandlerDoes::Succeed,
        };
        Some(Self {
            method,
            headers: headers(*head, value),
            body: Bytes::copy_from_slice(body),
            limit: if head & 0x80 == 0 { 16 * 1024 } else { 32 },
            handler,
            keeps_dead_letters: service & 4 == 0,
            breaks: service & 8 != 0,
            // At most some sixty of them.
            frame: usize::from(service >> 4).max(body.len() / 64),
        })
    }

    pub fn receiver(&self) -> Receiver {
        let auth = |secret| HeaderAuth::new("authorization", secret).expect("a secret");
        let auth = auth(SECRETS[0]).or(auth(SECRETS[1])).expect("the same header");
        Receiver::new(auth).with_body_limit(self.limit)
    }

    /// Whether the secret was sent, once.
    pub fn is_authorized(&self) -> bool {
        let mut values = self.headers.get_all(AUTHORIZATION).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => SECRETS.iter().any(|secret| *value == **secret),
            _ => false,
        }
    }

    /// Whether more is sent, or announced, than is read.
    pub fn is_too_long(&self) -> bool {
        let announced = self.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let digits = announced.filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
        let is_over =
            |digits: &str| digits.parse().map_or(true, |length: usize| length > self.limit);
        self.body.len() > self.limit
            || digits.is_some_and(|digits| !digits.is_empty() && is_over(digits))
    }

    /// Sends it to a service, which answers with this status, and returns the body of the answer. All
    /// else that is said, and all that is recorded, hides the mark.
    pub fn to<S>(&self, service: &mut S, per_byte: usize, status: u16) -> Bytes
    where
        S: Service<Request<Frames>, Response = Response<ReplyBody>, Error = Infallible>,
    {
        let mut request = Request::new(Frames::of(self));
        *request.method_mut() = self.method.clone();
        *request.headers_mut() = self.headers.clone();
        let answer = || {
            let Ok(response) = end_of(service.call(request));
            response
        };
        let (response, trace) = recorded(|| linear(self.body.len(), per_byte, answer));
        assert_eq!(response.status(), status, "{trace}");
        assert_hidden(trace);
        assert_debug_hides(response.headers());
        end_of(response.into_body().collect()).expect("it is in memory").to_bytes()
    }
}

fn headers(head: u8, value: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let secret = |nth: usize| HeaderValue::from_static(SECRETS[nth]);
    let sent = || HeaderValue::from_bytes(value).ok();
    match head >> 2 & 7 {
        0 => drop(sent().map(|value| headers.insert(AUTHORIZATION, value))),
        1 => drop(headers.insert(AUTHORIZATION, secret(1))),
        2 => drop([0, 0].map(|nth| headers.append(AUTHORIZATION, secret(nth)))),
        _ => drop(headers.insert(AUTHORIZATION, secret(0))),
    }
    if let Some(value) = sent() {
        match head >> 5 & 3 {
            0 => drop(headers.append(CHALLENGE_HEADER, value)),
            1 => drop(headers.append(CONTENT_LENGTH, value)),
            2 => drop([value.clone(), value].map(|value| headers.append(CHALLENGE_HEADER, value))),
            _ => drop(headers.append("x-forwarded-for", value)),
        }
    }
    headers
}

/// A body in frames of so many bytes, each of which has to be waited for, with trailers at its end.
pub struct Frames {
    left: Bytes,
    frame: usize,
    breaks: bool,
    is_ready: bool,
    has_trailers: bool,
}

impl Frames {
    fn of(sent: &Sent) -> Self {
        let left = sent.body.clone();
        Self { left, frame: sent.frame, breaks: sent.breaks, is_ready: false, has_trailers: true }
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        self.is_ready = !self.is_ready;
        if self.is_ready {
            return Poll::Pending;
        }
        if !self.left.is_empty() {
            let length = self.frame.clamp(1, self.left.len());
            return Poll::Ready(Some(Ok(Frame::data(self.left.split_to(length)))));
        }
        if self.breaks {
            return Poll::Ready(Some(Err(MARK)));
        }
        let trailers = std::mem::take(&mut self.has_trailers).then(HeaderMap::new);
        Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers))))
    }
}

/// Polls until the end, which comes: a body is short, and a handler that never ends has a deadline.
fn end_of<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// A deadline that elapses when the handler is asked, and does not while a body is read.
pub fn deadline(sent: &Sent) -> impl Fn() -> Deadline + Clone + use<> {
    // A poll for each frame, and for what is around them.
    let polls = 8 + sent.body.len() / sent.frame.max(1);
    move || Deadline { polls }
}

pub struct Deadline {
    polls: usize,
}

impl Future for Deadline {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.polls.checked_sub(1) {
            Some(left) => {
                self.polls = left;
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}
