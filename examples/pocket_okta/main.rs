//! The pocket Okta: what Okta's console and a tunnel do for event hooks, on one machine.
//!
//! Run with
//!
//! ```text
//! cargo run --features simulate --example pocket_okta -- serve
//! cargo run --features simulate --example pocket_okta -- help
//! ```

mod serve;
mod wire;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Plays Okta for a receiver of event hooks.
#[derive(Parser)]
#[command(
    name = "pocket_okta",
    after_help = "Exit codes: 0 it went well, 1 it did not, 2 the command line is wrong."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A small Okta org on this machine: hooks, users, groups, System Log, tokens.
    Serve(serve::Args),
}

#[tokio::main]
async fn main() -> ExitCode {
    // The TLS of reqwest takes what the process has installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match Cli::parse().command {
        Command::Serve(args) => serve::run(args).await,
    }
}
