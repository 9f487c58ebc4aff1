//! What the environment says. What makes no sense is one line and exit code 2 at start.

use std::env::{self, VarError};
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::process;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use okta_hooks::{HeaderAuth, Receiver, SeenEvents};
use tracing_subscriber::filter::LevelFilter;

/// What the environment says:
///
/// - `LISTEN`: the address to listen on, `127.0.0.1:8082` if not set.
/// - `OKTA_HOOK_SECRET`: the exact value of the secret header, `Basic …` included if it is Basic;
///   without it a random one is made and printed.
/// - `OKTA_HOOK_SECRET_PREVIOUS`: one that is accepted too, while the secret is changed.
/// - `OKTA_HOOK_HEADER`: the name of the secret header, `authorization` if not set.
/// - `RUST_LOG`: `off`, `error`, `warn` (if not set), `info` or `debug`.
pub struct Settings {
    pub listen: SocketAddr,
    pub receiver: Receiver,
    pub seen: SeenEvents,
    /// When to answer 503 if the handler is not done: before Okta's three seconds are over.
    pub deadline: Duration,
}

impl Settings {
    /// Reads them, starts logging to standard error, and prints what to enter in Okta for a hook at
    /// `path`. Ends the process with code 2 if they make no sense.
    pub fn from_env(path: &str) -> Self {
        Self::try_from_env(path).unwrap_or_else(|error| refuse(&error))
    }

    fn try_from_env(path: &str) -> Result<Self, String> {
        start_logging()?;
        let address = SocketAddr::from(([127, 0, 0, 1], 8082));
        let listen = parsed("LISTEN", address, "an address and port, such as 127.0.0.1:8082")?;
        Ok(Self {
            listen,
            receiver: Receiver::new(auth(listen, path)?),
            seen: SeenEvents::with_capacity(100_000),
            deadline: Duration::from_millis(2_500),
        })
    }
}

/// Starts logging to standard error.
pub fn start_logging() -> Result<(), String> {
    let level = parsed("RUST_LOG", LevelFilter::WARN, "off, error, warn, info or debug")?;
    let stderr = std::io::stderr;
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(stderr().is_terminal())
        .with_writer(stderr)
        // A log that cannot be written is no reason to panic, and so to answer nothing.
        .log_internal_errors(false)
        .init();
    Ok(())
}

fn auth(listen: SocketAddr, path: &str) -> Result<HeaderAuth, String> {
    let header = string("OKTA_HOOK_HEADER")?.unwrap_or_else(|| "authorization".to_owned());
    let made = |name: &str, secret: String| {
        HeaderAuth::new(&header, secret)
            .map_err(|error| format!("OKTA_HOOK_HEADER or {name}: {error}"))
    };
    let auth = match secret("OKTA_HOOK_SECRET")? {
        Some(secret) => made("OKTA_HOOK_SECRET", secret)?,
        None => {
            let secret = random_secret()?;
            println!("No OKTA_HOOK_SECRET is set, so this run has one of its own. Enter in Okta:");
            println!("  URL                    https://<your public name>{path}");
            println!("  Authentication field   {header}");
            println!("  Authentication secret  {secret}");
            println!("Verify it, and send a delivery, as Okta does:");
            let curl = format!("curl -i http://{listen}{path} -H '{header}: {secret}'");
            println!("  {curl} -H 'x-okta-verification-challenge: hello'");
            println!("  {curl} --data '{SAMPLE}'");
            made("OKTA_HOOK_SECRET", secret)?
        }
    };
    match secret("OKTA_HOOK_SECRET_PREVIOUS")? {
        Some(secret) => {
            let previous = made("OKTA_HOOK_SECRET_PREVIOUS", secret)?;
            auth.or(previous).map_err(|error| error.to_string())
        }
        None => Ok(auth),
    }
}

/// A delivery with one new user, as short as one can be.
const SAMPLE: &str = r#"{"eventId":"e1","data":{"events":[{"uuid":"u1","eventType":"user.lifecycle.create","target":[{"id":"00u1","type":"User","alternateId":"john.doe@example.com"}]}]}}"#;

fn random_secret() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| format!("no random bytes for a secret: {error}"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn secret(name: &str) -> Result<Option<String>, String> {
    match string(name)? {
        Some(secret) if secret.trim().is_empty() => Err(format!(
            "{name} is empty: set it to the secret that was entered in Okta, or unset it"
        )),
        secret => Ok(secret),
    }
}

fn parsed<T: FromStr>(name: &str, default: T, expected: &str) -> Result<T, String> {
    match string(name)? {
        Some(value) => value.parse().map_err(|_| format!("{name}: expected {expected}")),
        None => Ok(default),
    }
}

/// A variable's value; an error says its name and no value.
pub fn string(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name}: expected UTF-8")),
    }
}

/// Ends the process: it makes no sense to start like this.
pub fn refuse(error: &str) -> ! {
    eprintln!("{error}");
    process::exit(2);
}
