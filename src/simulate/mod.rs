//! What Okta sends, for tests: verification requests, deliveries, and when Okta sends again.
//! Feature `simulate`.
//!
//! Nothing here does IO or reads a clock. Ids and times follow from a
//! [seed](DeliveryBuilder::seed), so the same code makes the same bytes in every run, and the same
//! seed twice makes a duplicate.
//!
//! - [`delivery`] starts a [`DeliveryBuilder`], [`event`] an [`EventBuilder`] for one event of it; a
//!   [`TargetBuilder`] makes what an event is about.
//! - [`verification`] starts a [`VerificationBuilder`], for the request that comes first, which also
//!   says whether an answer passes.
//! - [`inline`] makes the requests of inline hooks, and says what Okta does with an answer.
//! - [`Attempt`] knows Okta's retry rule: what it does after each outcome.
//!
//! The facts are those of Okta's documentation and of captured deliveries; every value is invented:
//! addresses are from the ranges for documentation, ids only look like Okta's.
//!
//! # Examples
//!
//! ```
//! use okta_hooks::{EventType, HeaderAuth, Inbound, Receiver, simulate};
//!
//! let receiver = Receiver::new(HeaderAuth::new("authorization", "s3cret")?);
//!
//! let request = simulate::delivery()
//!     .event(EventType::USER_LIFECYCLE_CREATE)
//!     .user("john.doe@example.com")
//!     .to_request("https://hooks.example.com/okta", &[("authorization", "s3cret")])?;
//!
//! let inbound = receiver.check(request.method(), request.headers())?;
//! assert!(matches!(inbound, Inbound::Delivery { .. }));
//! let delivery = receiver.decode(request.into_body())?;
//! let user = &delivery.events()[0].targets()[0];
//! assert_eq!(user.alternate_id.as_deref(), Some("john.doe@example.com"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attempt;
mod build;
mod delivery;
mod event;
mod facts;
pub mod inline;
mod nulls;
mod request;
mod seed;
mod target;
mod time;
mod verification;

pub use attempt::{Attempt, AttemptOutcome, Failure, Next};
pub use delivery::{DeliveryBuilder, delivery};
pub use event::{EventBuilder, event};
pub use nulls::Nulls;
pub use target::TargetBuilder;
pub use time::timestamp;
pub use verification::{VerificationBuilder, VerificationFault, verification};
