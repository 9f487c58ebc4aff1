//! The events and their parts, as `spec`-like tables in Rust: one struct per object of a LogEvent.
//!
//! [`LogEvent`] is the handle to start from; its accessors hand out the parts. In every part a
//! field that is missing, `null`, or of another shape reads as `None` or an empty list. Fields
//! keep Okta's names in Rust's case; a field called `type` on the wire is `kind`. Strings are
//! `Cow<str>`, borrowed from the event unless they had escapes.
//!
//! # Keeping a part
//!
//! A [`LogEvent`] is owned and cheap to clone: to keep all of an event, keep that. A part borrows
//! from its event; `into_owned` makes one that does not.
//!
//! ```
//! use okta_hooks::LogEvent;
//! use okta_hooks::event::Target;
//!
//! fn first_target(json: &[u8]) -> Option<Target<'static>> {
//!     let event = LogEvent::from_slice(json).ok()?;
//!     event.targets().into_iter().next().map(Target::into_owned)
//! }
//! let kept = first_target(br#"{"eventType":"x","target":[{"id":"00u9kq3f7TzWmXb2a5d7"}]}"#);
//! assert_eq!(kept.and_then(|target| target.id).as_deref(), Some("00u9kq3f7TzWmXb2a5d7"));
//! ```
//!
//! # Open sets
//!
//! Where Okta documents a set of values it adds to it at any time, so no such set is an `enum`.
//! Each is a type of its own that holds any string, with constants for the values that have a name
//! in this release: [`OutcomeResult::SUCCESS`], [`TargetType::USER_GROUP`]. Constants work as
//! patterns. Values compare with each other and with strings, sort and hash by their string, case
//! included, and `serde` reads and writes it. So a value that a later release gives a name goes on
//! comparing as before. [`EventType`](crate::EventType) is made in the same way.
//!
//! ```
//! use okta_hooks::LogEvent;
//! use okta_hooks::event::OutcomeResult;
//!
//! let event = LogEvent::from_slice(br#"{"eventType":"x","outcome":{"result":"RATE_LIMIT"}}"#)?;
//! match event.outcome().and_then(|outcome| outcome.result) {
//!     Some(OutcomeResult::SUCCESS | OutcomeResult::ALLOW) => unreachable!(),
//!     Some(other) => assert_eq!(other, "RATE_LIMIT"),
//!     None => unreachable!(),
//! }
//! # Ok::<(), okta_hooks::ParseError>(())
//! ```

mod actor;
mod authentication_context;
mod client;
mod debug_context;
mod device;
mod free_form;
mod geography;
pub(crate) mod index;
mod ip_address;
mod log_event;
pub(crate) mod macros;
mod outcome;
mod placeholder;
pub(crate) mod read;
mod request;
pub(crate) mod scan;
pub(crate) mod schema_mismatch;
mod security_context;
mod severity;
mod target;
mod transaction;

pub use actor::{Actor, ActorType};
pub use authentication_context::{
    AuthenticationContext, AuthenticationProvider, CredentialProvider, CredentialType, Issuer,
};
pub use client::{Client, DeviceClass, UserAgent};
pub use debug_context::DebugContext;
pub use device::{Device, DiskEncryptionType, ScreenLockType};
pub use free_form::FreeForm;
pub use geography::{GeographicalContext, Geolocation};
pub use ip_address::{IpAddress, IpDetails, IpServiceCategory, IpServiceType, IpVersion};
pub use log_event::LogEvent;
pub use outcome::{Outcome, OutcomeResult};
pub use placeholder::is_placeholder;
pub use request::Request;
pub use schema_mismatch::SchemaMismatch;
pub use security_context::{
    BehaviorResult, BotProtection, Risk, RiskLevel, SecurityContext, UserBehavior,
};
pub use severity::Severity;
pub use target::{ChangeDetails, Target, TargetType};
pub use transaction::{Transaction, TransactionType};

use read::StringOrNumber;
