//! Okta's events in a NATS JetStream stream, for any number of consumers.
//!
//! Run with
//!
//! ```text
//! nats-server -js
//! cargo run -p jetstream-hook -- receive
//! cargo run -p jetstream-hook -- consume
//! ```
//!
//! and try the `curl` lines that the first one prints. `settings.rs`, `nats/settings.rs` and `consume.rs`
//! have the environment variables.

mod consume;
mod event_log;
mod handler;
mod receive;
mod settings;
mod shutdown;

use jetstream_hook::nats;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["receive"] => receive::run().await,
        ["consume"] => consume::run().await,
        _ => settings::refuse("expected one argument: receive or consume"),
    }
}
