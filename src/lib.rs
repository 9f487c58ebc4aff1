//! Receive Okta event hooks: typed, authenticated, each event once, and none silently lost.
//!
//! Okta tells the outside world about its users through event hooks: it verifies an HTTPS endpoint
//! once, with a GET that has to be answered with its challenge, then POSTs batches of events to it,
//! authenticated by one static header. Delivery is at least once and unordered; a 5xx or three
//! seconds of silence are retried once, a 4xx never. This crate is that endpoint, for any web
//! framework.
//!
//! # A whole service
//!
//! ```no_run
//! # #[cfg(feature = "tower")]
//! # mod service {
//! use okta_hooks::layer::{DedupeLayer, HookLayer};
//! use okta_hooks::{Delivery, EventType, HeaderAuth, Receiver, SeenEvents};
//! use std::time::Duration;
//! use tower::{ServiceBuilder, service_fn};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // The value an admin enters in Okta as the authentication secret.
//!     let secret = std::env::var("OKTA_HOOK_SECRET")?;
//!     let receiver = Receiver::new(HeaderAuth::new("authorization", secret)?);
//!     let hook = ServiceBuilder::new()
//!         .layer(HookLayer::new(receiver).with_deadline(|| tokio::time::sleep(DEADLINE)))
//!         .layer(DedupeLayer::new(SeenEvents::with_capacity(100_000)))
//!         .service(service_fn(handle));
//!     let app = axum::Router::new().route_service("/okta/hooks", hook);
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8082").await?;
//!     Ok(axum::serve(listener, app).await?)
//! }
//!
//! /// Okta waits three seconds for an answer.
//! const DEADLINE: Duration = Duration::from_millis(2_500);
//!
//! /// An error becomes a 503, and Okta sends the delivery once more.
//! async fn handle(delivery: Delivery) -> Result<(), std::io::Error> {
//!     for event in &delivery {
//!         match event.event_type() {
//!             EventType::USER_LIFECYCLE_CREATE => {
//!                 for user in event.user_targets() {
//!                     println!("created: {:?}", user.known_alternate_id());
//!                 }
//!             }
//!             other => println!("{other}"),
//!         }
//!     }
//!     Ok(())
//! }
//! # }
//! ```
//!
//! [Inline hooks](inline), which Okta asks before something happens, have a layer and functions of their
//! own.
//!
//! # Request flow
//!
//! | Stage | Function | Layer | What it decides |
//! |---|---|---|---|
//! | guard | [`Receiver::check`] | `HookLayer` | method and headers: verification, delivery, or a [`Rejection`] |
//! | decode | [`Receiver::decode`] | `HookLayer` | body: a [`Delivery`], or a [`Rejection`] that says where |
//! | dedupe | [`SeenEvents::claim`] | `DedupeLayer` | which events are new |
//!
//! Each stage is a plain function that does no IO, and a tower layer over it. [`Rejection::status`]
//! is the only place where a refusal becomes a status.
//!
//! # Where to look
//!
//! There are three ways to use it: [add it to a service](#a-whole-service),
#![cfg_attr(feature = "tower", doc = "mount [a layer](crate::layer) on a route,")]
#![cfg_attr(not(feature = "tower"), doc = "mount a layer (feature `tower`) on a route,")]
#![cfg_attr(
    any(doc, doctest),
    doc = "or [copy a starter](guide#starters). The [guide] leads through production."
)]
//!
//! - [`HeaderAuth`]: the secret header, its rotation, and the constant-time check.
//! - [`Authenticate`]: another check than that, such as of OAuth 2.0 tokens.
//! - [`Challenge`]: the answer to a verification.
//! - [`Delivery`], [`LogEvent`], [`event`]: what Okta sent, typed, to the byte. [`InvalidEvent`] is
//!   an element that is not one, [`SchemaMismatch`](event::SchemaMismatch) a malformed member.
//! - [`EventType`]: Okta's catalogue.
//! - [`SeenEvents`]: each event once.
//! - [`inline`]: the synchronous hooks, asked before something happens.
//! - [`system_log`]: what hooks lost, from the System Log API.
//! - `layer` (feature `tower`): the layers.
//! - `projection` (feature `projection`): what events do to a copy of Okta's users and groups.
//!
//! # Features
//!
//! - `tower` (on by default): the module `layer`.
//! - `simulate`: the module of that name, what Okta sends, for tests.
//! - `jiff`: `published_timestamp` and `event_timestamp`, times as `jiff::Timestamp`.
//! - `projection`: the module of that name; includes `jiff`.
//! - `tracing`: a span for each request that `layer::HookLayer` answers, and an event for each
//!   failure, without a value of the payload; includes `tower`.
//!
//! A feature adds items and never changes behaviour.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

mod auth;
mod authenticate;
mod dedupe;
mod delivery;
pub mod event;
mod event_type;
#[cfg(any(doc, doctest))]
pub mod guide;
mod header_lookup;
pub mod inline;
mod invalid_event;
mod json;
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub mod layer;
mod parse_error;
#[cfg(feature = "projection")]
#[cfg_attr(docsrs, doc(cfg(feature = "projection")))]
pub mod projection;
mod receiver;
mod rejection;
#[cfg(feature = "simulate")]
#[cfg_attr(docsrs, doc(cfg(feature = "simulate")))]
pub mod simulate;
pub mod system_log;
#[cfg(feature = "jiff")]
mod timestamp;
mod utf8;
mod verification;

pub use auth::{AuthError, ConfigError, HeaderAuth, MatchedSecret};
pub use authenticate::{Authenticate, Headers};
pub use dedupe::{Claim, Claimed, SeenEvents};
pub use delivery::Delivery;
pub use event::LogEvent;
pub use event_type::{EventType, EventTypeInfo, InvalidEventType};
pub use header_lookup::HeaderLookup;
pub use invalid_event::{InvalidEvent, InvalidReason};
pub use parse_error::{ParseError, ParseErrorKind};
pub use receiver::{Inbound, Receiver};
pub use rejection::Rejection;
pub use verification::{CHALLENGE_HEADER, Challenge, ChallengeError};

#[cfg(all(doctest, feature = "tower"))]
#[doc = include_str!("../README.md")]
struct Readme;
