//! A guide to running a hook in production.
//!
//! It has no items. Each section is one question that comes up between a hook that works and one
//! that can be left alone.
//!
//! # Starters
//!
//! The repository's `examples` are projects to copy, each a crate with a README and a test of its own:
//! `axum`, `actix`, `warp` and `hyper` greet every user who is added; `jetstream` does so behind a stream;
//! `user-sync` keeps users and groups in a database. `cp -r examples/axum ../my-hook`, replace the path in its `Cargo.toml` by a version, and
//! `cargo run`. The command `okta-hooks` (crate `okta-hooks-cli`) plays Okta for all of them.
//!
//! # TLS in front
//!
//! Okta calls `https://` URLs only, with a certificate that a public authority signed. Something in
//! front of the service ends TLS: a load balancer, a reverse proxy, a tunnel. It has three more jobs:
//!
//! - **Timeouts and a bound on connections.** `axum::serve` and its like wait for a half-sent request
//!   as long as it takes. A proxy that waits for the headers and the body itself (nginx:
//!   `client_header_timeout 5s; client_body_timeout 5s; keepalive_timeout 30s;`) keeps such
//!   connections away.
//! - **The header, untouched.** The secret comes in a header; a proxy that strips or adds
//!   `Authorization` breaks the hook, or opens it.
//! - **No answer of its own that is a 4xx** where the service is away or busy. Okta never retries
//!   after one. 502, 503 and 504 are retried once. A rate limit that answers 429 loses events.
//!
//! # Answering in time
//!
//! Okta waits three seconds, then tries once more, then drops the delivery.
#![cfg_attr(feature = "tower", doc = "`HookLayer::with_deadline` spans the whole answer.")]
//! Whatever takes longer than that goes to a queue, a table or a log that survives a crash, and the
//! answer follows when it is there: a spawned task that dies with the process is an event that was
//! acknowledged and lost.
//!
//! # Rotating the secret
//!
//! The secret is part of the hook in Okta, and changing it there makes Okta verify the endpoint
//! anew. Deliveries on their way carry the old one. So the service accepts both for a while:
//!
//! 1. Deploy with the new secret accepted beside the old one.
//! 2. Change it in Okta, and verify.
//! 3. Watch which one comes. When the old one has not come for some minutes (Okta's one retry is soon
//!    after the first try), deploy without it.
//!
//! ```
//! use http::{HeaderMap, HeaderValue};
//! use okta_hooks::{HeaderAuth, Inbound, Receiver};
//!
//! let current = HeaderAuth::new("authorization", "new s3cret")?;
//! let previous = HeaderAuth::new("authorization", "old s3cret")?;
//! let receiver = Receiver::new(current.or(previous)?);
//!
//! let mut headers = HeaderMap::new();
//! headers.insert("authorization", HeaderValue::from_static("old s3cret"));
//! let Inbound::Delivery { secret: Some(secret), .. } = receiver.check("POST", &headers)? else {
//!     panic!("a POST is a delivery")
//! };
//! assert_eq!(secret.index(), 1, "the previous one: it is still in use");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `HookLayer` and `InlineHookLayer` put the same [`MatchedSecret`](crate::MatchedSecret) into the response's
//! extensions, `GuardLayer` into the request's.
//!
//! # Another check than a secret header
//!
//! Okta can send OAuth 2.0 access tokens to inline hooks, and something in front of a service may add
//! a header of its own. [`Authenticate`](crate::Authenticate) takes a function for such a check, for
//! event hooks too. It gets the headers and nothing else, and has to answer at once: what it needs,
//! such as the keys of the issuer, a task of your own fetches and renews. Check of a token the
//! signature, by the algorithm you expect and no other; `iss`, `aud`, `exp`; and `cid` or `scp` as
//! configured. A 401 is not retried, so the keys have to be there before the hook is active.
//!
//! # Inline hooks
//!
//! Okta waits for the answer while somebody signs in. What helps an event hook is wrong here: a queue
//! answers nothing, and there is no second try to wait for (tokens and telephony are never retried,
//! others once after a 5xx or a timeout).
//!
//! - **Decide what no answer means**, per type of hook: the table of
//!   [`inline::Fallback`](crate::inline::Fallback) says what Okta does then, and what it is told instead.
//!   A claim that a resource server relies on wants
//!   [`with_token_error`](crate::inline::Fallback::with_token_error): a token without it may be worse than
//!   none.
#![cfg_attr(
    feature = "tower",
    doc = "  Then the layer needs to know [the type of its hook](crate::layer::InlineHookLayer::with_hook_type), as a body that is malformed or late says none."
)]
//! - **A deadline of 2.5 s at most**, and one of its own, shorter, for whatever the handler calls.
#![cfg_attr(
    feature = "tower",
    doc = "  [`InlineHookLayer`](crate::layer::InlineHookLayer) answers when it elapses."
)]
//! - **Alert on fallbacks**: they are 200 or 204, so that a log of statuses shows nothing. The
//!   [`Rejection`](crate::Rejection) in the response's extensions does, and the span's `outcome`; in Okta
//!   the System Log event `inline_hook.executed`.
//! - **Bodies have passwords and one-time codes in clear text.** A proxy or a tunnel that logs bodies
//!   logs them.
//! - **Test the answers**, not only the handler: feature `simulate` makes the requests of every type, and
//!   says what Okta would do with what came back.
//!
//! # Each event once, on several replicas
//!
//! [`SeenEvents`](crate::SeenEvents) remembers in memory, for one process. Okta's retry may reach
//! another replica, and a restart forgets. Where an event must not count twice, its key belongs into
//! the database that its effect goes to, in the same transaction: the event's `uuid`, unique. The
//! same key then covers the System Log, whose pages repeat what came by hook. The example `user-sync`
//! does this.
//!
//! Events come in any order. Of two values the one with the later `published` stays; the module
//! `projection` (feature of that name) is that rule for users and groups, ties and wrong clocks
//! included.
//!
//! # Dead letters
//!
//! A body that is not a delivery is answered with a 400, and Okta never sends it again. An element
//! that is not an event must not keep the others from being handled, and is acknowledged with them.
//! Both are kept by whoever keeps them: without `with_dead_letters` the bytes are gone.
//!
//! ```
//! # #[cfg(feature = "tower")] {
//! use okta_hooks::layer::{DeadLetter, HookLayer};
//! use okta_hooks::{HeaderAuth, Receiver};
//! use std::io::Error;
//! use std::time::UNIX_EPOCH;
//! use tokio::fs::File;
//! use tokio::io::AsyncWriteExt;
//! use tower::service_fn;
//!
//! # fn layer() -> Result<(), okta_hooks::ConfigError> {
//! let receiver = Receiver::new(HeaderAuth::bearer("s3cret")?);
//! let layer = HookLayer::new(receiver).with_dead_letters(service_fn(async |letter: DeadLetter| {
//!     // Where it is malformed goes to the log; what it says stays in a place for such data. Two of
//!     // one name are an error, so that the second comes again.
//!     let time = UNIX_EPOCH.elapsed().map_err(Error::other)?.as_nanos();
//!     eprintln!("dead letter {time} of {} bytes: {letter}", letter.raw().len());
//!     tokio::fs::create_dir_all("dead-letters").await?;
//!     let mut file = File::create_new(format!("dead-letters/{time}.json")).await?;
//!     file.write_all(letter.raw()).await?;
//!     file.flush().await?; // tells what went wrong with the writing, as `sync_all` does not
//!     file.sync_all().await
//! }));
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! An error of that service is a 503, so that Okta tries again: a full disk loses nothing the first
//! time, and the events beside the dead letter are handled all the same.
//!
//! # What was never delivered
//!
//! A hook loses what happens in every outage longer than a moment, and Okta deactivates nothing. It says
//! so in one place, the System Log, as the event `event_hook.delivery`. The log keeps every event for 90
//! days; [`system_log`](crate::system_log) reads it on a schedule from a cursor that is stored with what it
//! brought, and [`SeenEvents::claim_events`](crate::SeenEvents::claim_events) or the database's unique key
//! leaves out what had come already.
//!
//! # What to alert on
//!
//! | Signal | Means |
//! |---|---|
//! | `event_hook.delivery` in the System Log | a delivery failed, and Okta says why: the surest signal, and one to read from Okta, as it does not come by hook |
//! | 401s, and no 204 meanwhile | the secret differs from Okta's: every delivery is lost. A 401 alone may be anybody on the internet |
//! | a 400 or a dead letter | Okta sends a shape this service does not know; the bytes are kept |
//! | a 413 | a batch over the limit is lost; raise [`Receiver::with_body_limit`](crate::Receiver::with_body_limit) |
//! | 503 twice for one `eventId` | the delivery is lost to the hook; gap repair has to bring it |
//! | no delivery for longer than usual | the hook is inactive or unverified in Okta, or the way to here is cut |
//! | gap repair finds events of a subscribed type | deliveries were lost: when, is in their `published` |
//! | the previous secret still comes | a rotation is not finished |
//!
//! The refusals are in the response's extensions as [`Rejection`](crate::Rejection); with feature
//! `tracing` each request is a span with its delivery id, counts, outcome and time.
//!
//! # Which engine keeps the events
//!
//! Okta caps an org at 400,000 events a day: 4.6 a second, with peaks when a directory is imported. That
//! day, each event in a delivery of its own and 32 of them under way, is on two shared cores:
//!
//! | | 400,000 events | Measured by |
//! |---|---|---|
//! | SQLite | less than a minute | `cargo bench -p peers --bench durable` |
//! | PostgreSQL | a minute and a half, with `user-sync` and the server on these cores | `cargo bench -p user-sync --features postgres --bench postgres` |
//! | JetStream | less than a minute, not synced to disk | `cargo bench -p jetstream-hook` |
//!
//! So volume does not decide. What decides is who must go on when one process or machine does not, and
//! how many services want the events.
//!
//! | Take | When | It is | Beside it |
//! |---|---|---|---|
//! | SQLite | one machine, and a restart may refuse deliveries for a moment | `user-sync` as it is: one process, one file | nothing |
//! | PostgreSQL | a deployment or a dead machine must not refuse a delivery | `user-sync` on two replicas or more behind a load balancer, over one database | a PostgreSQL that has its own standby |
//! | JetStream | several services want the events, in any language, each at its own pace | `jetstream`: the hook publishes, each consumer has its place in the stream; `user-sync --from nats://…` is one of them | a nats-server, or three on three machines |
//!
//! They compose: a sync over either database can be a consumer of the stream. Start with SQLite; the
//! handler stays the same on all three, since it is a `Service<Delivery>`.
//!
//! What an acknowledged delivery survives, and what is refused meanwhile (a 503, or no answer at all, which
//! Okta retries once):
//!
//! | What happens | SQLite | PostgreSQL | JetStream |
//! |---|---|---|---|
//! | `kill -9` of a process | survives; refused until it is back | survives; the other replica answers | survives; another `receive` answers, another consumer goes on, after 30 s with what the dead one had |
//! | `kill -9` of the engine | is in that process | survives; refused until it is back | survives; refused until it is back |
//! | power loss | survives: synced before the answer | survives with `synchronous_commit` on, its default | **up to two minutes are lost** with one server's defaults; with three, if all lose power; not with `sync_interval: always` (2.10 or later), many times slower |
//! | the machine or its disk is gone | lost since the last backup | survives on a standby named in `synchronous_standby_names`; otherwise what had not reached it is lost | survives on the other two of three (`NATS_REPLICAS=3`); lost with one |
//! | the engine cannot be reached | does not happen | refused within Okta's three seconds, back by itself | the same; three servers go on as long as two see each other |
//! | the leader changes | does not happen | refused until the standby is promoted, which is not PostgreSQL's own job | refused for 4 to 9 s, while another is elected |
//! | an event comes twice | one effect: its `uuid` is a key | one effect, whichever replica got it | stored twice; one effect where the consumer has a key, as `user-sync` does |
//! | it is full | refused | refused | refused: the stream drops nothing to make room, but for what is older than its `max_age` |
//!
//! Servers before 2.11 can acknowledge a message and lose it with their leadership, if it has a
//! `Nats-Msg-Id`. The example sends none, and takes an acknowledgment without a sequence number for a
//! failure.
//!
//! **What stays the System Log's job**, on all three: what happened while nobody accepted deliveries for
//! longer than Okta's two tries, or while the hook was inactive, or what Okta never sent. Only
//! [`system_log`](crate::system_log) brings that back. `user-sync` reads it on a schedule, also over the
//! stream; a consumer of your own has to, or has to read what `user-sync` keeps.
