use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tower_service::Service;

use crate::delivery::Delivery;
use crate::invalid_event::InvalidEvent;
use crate::parse_error::ParseError;
use crate::rejection::Rejection;

/// What a request holds that no handler sees, for a place where it can be looked at later.
///
/// `Display` and `Debug` say where and why, never what; [`raw`](Self::raw) has the bytes.
#[derive(Clone)]
#[non_exhaustive]
pub enum DeadLetter {
    /// The body is not a delivery. Okta is told so with a 400 and never sends it again.
    #[non_exhaustive]
    Body {
        /// The body as received.
        raw: Bytes,
        /// What is wrong with it, and where.
        error: ParseError,
    },
    /// Some elements of the delivery are not events; the others are handled.
    #[non_exhaustive]
    InvalidEvents {
        /// The body as received.
        raw: Bytes,
        /// The elements, at least one.
        invalid_events: Arc<[InvalidEvent]>,
    },
}

impl DeadLetter {
    /// The dead letter in what `raw` was decoded to, if there is one.
    pub(super) fn of(raw: Bytes, delivery: &Result<Delivery, Rejection>) -> Option<Self> {
        match delivery {
            Ok(delivery) if delivery.invalid_events().is_empty() => None,
            Ok(delivery) => {
                let invalid_events = delivery.shared_invalid_events();
                Some(Self::InvalidEvents { raw, invalid_events })
            }
            Err(Rejection::Malformed(error)) => Some(Self::Body { raw, error: *error }),
            Err(_) => None,
        }
    }

    /// The whole body, as received.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        match self {
            Self::Body { raw, .. } | Self::InvalidEvents { raw, .. } => raw,
        }
    }
}

impl fmt::Display for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body { error, .. } => error.fmt(f),
            Self::InvalidEvents { invalid_events, .. } => {
                let first = invalid_events.iter().take(MAX_NAMED);
                let named: Vec<String> = first.map(ToString::to_string).collect();
                f.write_str(&named.join(", "))?;
                match invalid_events.len().saturating_sub(MAX_NAMED) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
        }
    }
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Body { .. } => "Body",
            Self::InvalidEvents { .. } => "InvalidEvents",
        };
        f.debug_struct(name)
            .field("len", &self.raw().len())
            .field("reason", &format_args!("{self}"))
            .finish_non_exhaustive()
    }
}

/// How many elements are named: a body of brackets alone can hold hundreds of thousands.
const MAX_NAMED: usize = 3;

/// The service for dead letters that keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct Discard;

impl Service<DeadLetter> for Discard {
    type Response = ();
    type Error = Infallible;
    type Future = Ready<Result<(), Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: DeadLetter) -> Self::Future {
        ready(Ok(()))
    }
}
