//! The events and their parts, as `spec`-like tables in Rust: one struct per object of a LogEvent.
//!
//! [`LogEvent`] is the handle to start from; its accessors hand out the parts. In every part a
//! field that is missing, `null`, or of another shape reads as `None` or an empty list. Fields
//! keep Okta's names in Rust's case; a field called `type` on the wire is `kind`. Texts are
//! `Cow<str>`, borrowed from the event unless they had escapes. Small sets of values are open
//! enums: any other value is kept in `Other`.

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
mod outcome;
mod part;
mod placeholder;
mod read;
mod schema_mismatch;
mod security_context;
mod target;
mod transaction;

pub use actor::Actor;
pub use authentication_context::{
    AuthenticationContext, AuthenticationProvider, CredentialProvider, CredentialType, Issuer,
};
pub use client::{Client, UserAgent};
pub use debug_context::DebugContext;
pub use device::{Device, DiskEncryptionType, ScreenLockType};
pub use free_form::FreeForm;
pub use geography::{GeographicalContext, Geolocation};
pub use ip_address::{IpAddress, IpDetails, IpServiceCategory, IpVersion, Request};
pub use log_event::LogEvent;
pub use outcome::{Outcome, OutcomeResult, Severity};
pub use placeholder::is_placeholder;
pub use schema_mismatch::SchemaMismatch;
pub use security_context::{
    BehaviorResult, BotProtection, Risk, RiskLevel, SecurityContext, UserBehavior,
};
pub use target::{ChangeDetails, Target};
pub use transaction::{Transaction, TransactionType};

use read::StringOrNumber;
