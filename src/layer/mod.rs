//! The tower layers over the pure functions. Feature `tower`, on by default.
//!
//! # Order
//!
//! From the outside in: what sees every answer, [`HookLayer`], [`DedupeLayer`], the handler.
//!
//! ```text
//! request ──▶ your own logging ──▶ HookLayer ──▶ DedupeLayer ──▶ your Service<Delivery>
//!                                  who may, what it is      what is new
//! ```
//!
//! `HookLayer` turns a `Service<Delivery>` into an HTTP service that never fails: every error has
//! become an answer by then. What stands within it takes and returns deliveries and errors, and what
//! stands around it requests and responses. Within it, `DedupeLayer` is outermost: what stands around
//! it would see events that were handled before.
//!
//! # Deadline
//!
//! Okta waits three seconds and then tries once more. [`HookLayer::with_deadline`] spans all of the
//! answer: reading the body, keeping the dead letter, waiting for a delivery of the same events, the
//! handler. When it elapses, what is at work is dropped, its events are released, and the answer is a
//! 503. `tower`'s `timeout` does less in either place: within `HookLayer` it bounds the handler alone,
//! around it it makes an error of what should be an answer, and the connection is dropped.
//!
//! What must be done although the deadline elapsed belongs into a task of its own, whose end the
//! handler awaits. The task takes the claim along, in place of `DedupeLayer`, which would release it at
//! the deadline: then Okta's next try waits for the task, and finds it done.
//!
//! ```
//! # use std::time::Instant;
//! # use okta_hooks::{Delivery, SeenEvents};
//! # use tower::BoxError;
//! # async fn store(delivery: &Delivery) -> Result<(), BoxError> { Ok(()) }
//! async fn handle(seen: SeenEvents, mut delivery: Delivery) -> Result<(), BoxError> {
//!     let Some(claim) = seen.claim_or_wait(&mut delivery, Instant::now).await else {
//!         return Ok(()); // It was handled before.
//!     };
//!     let task = tokio::spawn(async move {
//!         store(&delivery).await?;
//!         claim.commit(Instant::now());
//!         Ok(())
//!     });
//!     task.await?
//! }
//! ```
//!
//! # Logging
//!
//! Every answer that is not a success has a [`Rejection`](crate::Rejection) in its extensions, and a
//! [`HandlerError`] if a service of yours failed. A layer around the hook reads them; messages of a
//! `Rejection` say where and why, never what was sent. With feature `tracing` each request has a span
//! of the name `okta_hook` besides, with these fields, and each failure an event in it:
//!
//! | Field | |
//! |---|---|
//! | `secret` | the [index](crate::MatchedSecret::index) of the secret that came, for a change of secrets |
//! | `event_id`, `org`, `hook_id` | of the delivery, where they look like ids |
//! | `events`, `event_types`, `invalid_events` | how many, and the first ten types of Okta's catalogue |
//! | `new`, `seen` | how many events `DedupeLayer` handed on, and how many it did not |
//! | `outcome` | `accepted`, `verified`, `refused`, `incomplete`, `failed`, `deadline_elapsed`, `abandoned` (the client, or a timeout around the hook, did not wait for the answer) or `panicked` |
//! | `status`, `elapsed_us` | of the answer, and how long it took |
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use okta_hooks::layer::{DeadLetter, DedupeLayer, HandlerError, HookLayer};
//! use okta_hooks::{Delivery, HeaderAuth, Receiver, Rejection, SeenEvents};
//! use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let receiver = Receiver::new(HeaderAuth::bearer("s3cret")?);
//! let hook = ServiceBuilder::new()
//!     .map_response(log)
//!     .layer(
//!         HookLayer::new(receiver)
//!             .with_dead_letters(service_fn(keep))
//!             .with_deadline(|| tokio::time::sleep(Duration::from_millis(2_500))),
//!     )
//!     .layer(DedupeLayer::new(SeenEvents::with_capacity(100_000)))
//!     .service(service_fn(handle));
//!
//! /// The handler. An error becomes a 503, and Okta sends the delivery once more.
//! async fn handle(delivery: Delivery) -> Result<(), std::io::Error> {
//!     match delivery.event_id() {
//!         Some("e1") => Ok(()),
//!         _ => Err(std::io::Error::other("the disk is full")),
//!     }
//! }
//!
//! /// Where what is not a delivery, or not an event, goes.
//! async fn keep(letter: DeadLetter) -> Result<(), std::io::Error> {
//!     eprintln!("dead letter of {} bytes: {letter}", letter.raw().len());
//!     Ok(())
//! }
//!
//! fn log<B>(response: http::Response<B>) -> http::Response<B> {
//!     if let Some(error) = response.extensions().get::<HandlerError>() {
//!         eprintln!("a delivery was not handled: {error}");
//!     } else if let Some(rejection) = response.extensions().get::<Rejection>() {
//!         eprintln!("refused with {}: {rejection}", rejection.status());
//!     }
//!     response
//! }
//!
//! let post = |body: &'static str| {
//!     let request = http::Request::post("/hook").header("authorization", "Bearer s3cret");
//!     hook.clone().oneshot(request.body(body.to_owned()).expect("a valid request"))
//! };
//! let event = r#"{"eventId":"e1","data":{"events":[{"uuid":"u1","eventType":"user.session.start"}]}}"#;
//! assert_eq!(post(event).await?.status(), 204);
//! assert_eq!(post(event).await?.status(), 204); // It was handled before.
//! assert_eq!(post(r#"{"eventId":"e2","data":{"events":[]}}"#).await?.status(), 503);
//! assert_eq!(post("{").await?.status(), 400);
//! # Ok(())
//! # }
//! ```
//!
//! # Inline hooks
//!
//! [`InlineHookLayer`] is for Okta's synchronous hooks what `HookLayer` is for deliveries: it turns a
//! `Service<inline::Request>` into an HTTP service that always answers, with a fallback where the
//! service does not. Its span has the name `okta_inline_hook` and the fields `secret`, `event_id`,
//! `hook_type`, `outcome` (`answered` instead of `accepted`), `status` and `elapsed_us`.
//!
//! # Frameworks' own extractors
//!
//! They go with [`GuardLayer`] alone, since a `Delivery` is `Deserialize`: it is HTTP in and HTTP
//! out, and leaves the request's body to whatever reads it.

mod body_limit;
mod dead_letter;
mod decode;
mod decode_future;
mod dedupe;
mod guard;
mod handler_error;
mod hook;
mod inline_answer_future;
mod inline_hook;
mod oneshot;
mod response_body;
mod trace;

pub use dead_letter::{DeadLetter, Discard};
pub use decode::{Decode, DecodeLayer};
pub use decode_future::DecodeFuture;
pub use dedupe::{Dedupe, DedupeFuture, DedupeLayer};
pub use guard::{Guard, GuardFuture, GuardLayer};
pub use handler_error::HandlerError;
pub use hook::{Hook, HookFuture, HookLayer};
pub use inline_hook::{InlineHook, InlineHookFuture, InlineHookLayer};
pub use response_body::{GuardBody, ReplyBody};

/// An error of a service that these layers were given.
type BoxError = Box<dyn std::error::Error + Send + Sync>;
