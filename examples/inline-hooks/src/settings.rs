//! What the environment says. What makes no sense is one line and exit code 2 at start.

use std::env::{self, VarError};
use std::fs;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::process;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use okta_hooks::{HeaderAuth, Receiver};
use tracing_subscriber::filter::LevelFilter;

use crate::legacy_users::LegacyUsers;
use crate::policies::registration::AllowedDomains;

/// What the environment says:
///
/// - `LISTEN`: the address to listen on, `127.0.0.1:8082` if not set.
/// - `OKTA_HOOK_SECRET`: the exact value of the secret header, `Basic …` included if it is Basic;
///   without it a random one is made and printed.
/// - `OKTA_HOOK_SECRET_PREVIOUS`: one that is accepted too, while the secret is changed.
/// - `OKTA_HOOK_HEADER`: the name of the secret header, `authorization` if not set.
/// - `ALLOWED_DOMAINS`: whose e-mail addresses may register, `example.com` if not set; several are
///   separated by commas. Those below one are others.
/// - `LEGACY_USERS`: the file with the users of the old system and their hashes; see
///   [`LegacyUsers::parse`]. Without it there are none.
/// - `RUST_LOG`: `off`, `error`, `warn` (if not set), `info` or `debug`.
pub struct Settings {
    pub listen: SocketAddr,
    pub receiver: Receiver,
    pub allowed_domains: AllowedDomains,
    pub legacy_users: LegacyUsers,
    /// When to answer without the policy if it is not done: before Okta's three seconds are over.
    pub deadline: Duration,
}

impl Settings {
    /// Reads them, starts logging to standard error, and prints what to enter in Okta for hooks at
    /// `paths`. Ends the process with code 2 if they make no sense.
    pub fn from_env(paths: &[&str]) -> Self {
        Self::try_from_env(paths).unwrap_or_else(|error| refuse(&error))
    }

    fn try_from_env(paths: &[&str]) -> Result<Self, String> {
        let level = parsed("RUST_LOG", LevelFilter::WARN, "off, error, warn, info or debug")?;
        let stderr = std::io::stderr;
        tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(stderr().is_terminal())
            .with_writer(stderr)
            // A log that cannot be written is no reason to panic, and so to answer nothing.
            .log_internal_errors(false)
            .init();
        let address = SocketAddr::from(([127, 0, 0, 1], 8082));
        let listen = parsed("LISTEN", address, "an address and port, such as 127.0.0.1:8082")?;
        Ok(Self {
            listen,
            allowed_domains: allowed_domains()?,
            legacy_users: legacy_users()?,
            receiver: Receiver::new(auth(listen, paths)?),
            deadline: Duration::from_millis(2_500),
        })
    }
}

fn allowed_domains() -> Result<AllowedDomains, String> {
    let list = string("ALLOWED_DOMAINS")?.unwrap_or_else(|| "example.com".to_owned());
    AllowedDomains::parse(&list).ok_or_else(|| {
        "ALLOWED_DOMAINS: expected domains, such as example.com,example.org".to_owned()
    })
}

fn legacy_users() -> Result<LegacyUsers, String> {
    let Some(file) = string("LEGACY_USERS")? else { return LegacyUsers::none() };
    fs::read_to_string(&file)
        .map_err(|error| error.to_string())
        .and_then(|lines| LegacyUsers::parse(&lines))
        .map_err(|error| format!("LEGACY_USERS: {file}: {error}"))
}

fn auth(listen: SocketAddr, paths: &[&str]) -> Result<HeaderAuth, String> {
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
            println!("  URL                    https://<your public name> and one of");
            println!("                         {}", paths.join(", "));
            println!("  Authentication field   {header}");
            println!("  Authentication secret  {secret}");
            println!("Ask as Okta does, whether somebody may register, and for a token:");
            let curl = format!("curl -i -H '{header}: {secret}' http://{listen}");
            println!("  {curl}/registration --data '{REGISTRATION}'");
            println!("  {curl}/token --data '{TOKEN}'");
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

/// Requests as short as they can be.
const REGISTRATION: &str = r#"{"eventType":"com.okta.user.pre-registration","data":{"userProfile":{"email":"ivo@other.example"}}}"#;
const TOKEN: &str = r#"{"eventType":"com.okta.oauth2.tokens.transform","data":{"context":{"user":{"profile":{"login":"ada@example.com"}}},"access":{"claims":{}}}}"#;

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
