//! Receive Okta event hooks.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

mod auth;
mod dedupe;
mod defect;
mod delivery;
pub mod event;
mod event_type;
mod header_lookup;
mod json;
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub mod layer;
mod parse_error;
mod receiver;
mod rejection;
#[cfg(feature = "simulate")]
#[cfg_attr(docsrs, doc(cfg(feature = "simulate")))]
pub mod simulate;
#[cfg(feature = "jiff")]
mod timestamp;
mod verification;

pub use auth::{AuthError, ConfigError, HeaderAuth, MatchedSecret};
pub use dedupe::{Claim, Claimed, SeenEvents};
pub use defect::Defect;
pub use delivery::Delivery;
pub use event::LogEvent;
pub use event_type::{EventType, EventTypeInfo, InvalidEventType};
pub use header_lookup::HeaderLookup;
pub use parse_error::{ParseError, ParseErrorKind};
pub use receiver::{Inbound, Receiver};
pub use rejection::Rejection;
#[cfg(feature = "jiff")]
#[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
pub use timestamp::TimeError;
pub use verification::{CHALLENGE_HEADER, Challenge, ChallengeError};
