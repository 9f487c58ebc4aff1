//! The command line of `okta-hooks`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::http_client::HttpClient;
use crate::{check, emulator, inspect, replay, send, verify};

/// Plays Okta for a receiver of event hooks.
#[derive(Parser)]
#[command(
    name = "okta-hooks",
    after_help = "Exit codes: 0 it went well, 1 it did not, 2 the command line is wrong."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

// What each does is said where its arguments are.
#[derive(Subcommand)]
enum Command {
    Emulator(Box<emulator::Args>),
    Verify(verify::Args),
    Send(send::Args),
    Check(check::Args),
    Replay(replay::Args),
    Inspect(inspect::Args),
}

impl Command {
    /// What clap cannot check without repeating a secret.
    fn check(&self) -> Result<(), &'static str> {
        match self {
            Self::Emulator(_) | Self::Inspect(_) => Ok(()),
            Self::Verify(args) => args.destination.check(),
            Self::Send(args) => args.destination.check(),
            Self::Check(args) => args.destination.check(),
            Self::Replay(args) => args.auth.check(),
        }
    }
}

/// What `main` does: runs the command that the process was started with.
#[doc(hidden)]
pub async fn run_command_line() -> ExitCode {
    // What the server has to say, such as that no connection can be accepted.
    let _ = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::ERROR)
        .with_ansi(false)
        // A log that cannot be written is no reason to panic.
        .log_internal_errors(false)
        .try_init();
    // The TLS of reqwest takes what the process has installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let command = Cli::parse().command;
    if let Err(error) = command.check() {
        eprintln!("{error}");
        return ExitCode::from(2);
    }
    run(command).await.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

async fn run(command: Command) -> Result<ExitCode, String> {
    let client = HttpClient::new().map_err(|error| format!("no HTTP client: {error}"))?;
    match command {
        Command::Emulator(args) => Ok(emulator::run(*args).await),
        Command::Verify(args) => verify::run(args, &client).await,
        Command::Send(args) => send::run(args, &client).await,
        Command::Check(args) => check::run(args, &client).await,
        Command::Replay(args) => replay::run(args, &client).await,
        Command::Inspect(args) => Ok(inspect::run(args)),
    }
}
