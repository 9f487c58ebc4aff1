use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use bytes::Bytes;
use tower_service::Service;

use crate::delivery::Delivery;
use crate::invalid_event::InvalidEvent;
use crate::parse_error::ParseError;
use crate::rejection::Rejection;

/// What a delivery holds that no handler sees, for a place where it can be looked at later.
///
/// `Display` and `Debug` say where and why, never what; [`raw`](Self::raw) has the bytes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DeadLetter {
    /// The body is no delivery. Okta is told so with a 400 and never sends it again.
    #[non_exhaustive]
    Body {
        /// The body as received.
        raw: Bytes,
        /// What is wrong with it, and where.
        error: ParseError,
    },
    /// Some elements of the delivery are no events; the others are handled.
    #[non_exhaustive]
    Elements {
        /// The body as received.
        raw: Bytes,
        /// The elements, at least one.
        defects: Vec<InvalidEvent>,
    },
}

impl DeadLetter {
    /// The dead letter in what `raw` was decoded to, if there is one.
    pub(super) fn of(raw: Bytes, delivery: &Result<Delivery, Rejection>) -> Option<Self> {
        match delivery {
            Ok(delivery) if delivery.invalid_events().is_empty() => None,
            Ok(delivery) => {
                Some(Self::Elements { raw, defects: delivery.invalid_events().to_vec() })
            }
            Err(Rejection::Malformed(error)) => Some(Self::Body { raw, error: *error }),
            Err(_) => None,
        }
    }

    /// The whole body, as received.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        match self {
            Self::Body { raw, .. } | Self::Elements { raw, .. } => raw,
        }
    }
}

impl fmt::Display for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body { error, .. } => error.fmt(f),
            Self::Elements { defects, .. } => {
                let named: Vec<String> =
                    defects.iter().take(NAMED).map(ToString::to_string).collect();
                f.write_str(&named.join(", "))?;
                match defects.len().saturating_sub(NAMED) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
        }
    }
}

/// How many defects `Display` names: a body of brackets alone can hold hundreds of thousands.
const NAMED: usize = 3;

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
