//! The Okta emulator: what Okta's console and a tunnel do for event hooks, on one machine.
//!
//! Run with
//!
//! ```text
//! cargo run -p okta-hooks-cli -- emulator
//! cargo run -p okta-hooks-cli -- help
//! ```

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    okta_hooks_cli::run_command_line().await
}
