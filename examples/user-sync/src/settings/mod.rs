//! What the environment, or `.env`, says. What makes no sense is one line and exit code 2 at start.

mod auth;
mod environment;
mod source;

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::num::{NonZeroU64, NonZeroUsize};
use std::process;
use std::time::Duration;

use tracing_subscriber::filter::LevelFilter;

use crate::okta::{Credentials, ServiceApp};
use crate::store::Database;
use environment::Environment;
pub use source::Source;

const FIVE_MINUTES: NonZeroU64 = NonZeroU64::new(300).unwrap();

/// What the environment says, and for what it leaves open the file `.env` in the working directory:
///
/// - `LISTEN`: the address of the hook, `127.0.0.1:8082` if not set.
/// - `OKTA_HOOK_SECRET`: the exact value of the secret header, `Basic …` included if it is Basic;
///   without it a random one is made and printed.
/// - `OKTA_HOOK_SECRET_PREVIOUS`: one that is accepted too, while the secret is changed.
/// - `OKTA_HOOK_HEADER`: the name of the secret header, `authorization` if not set.
/// - `RUST_LOG`: `off`, `error`, `warn` (if not set), `info` or `debug`.
/// - `DATABASE`: the SQLite file, `users.db` if not set; or `postgres://…`, with the feature
///   `postgres`. What the URL leaves open is in `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`,
///   `PGDATABASE`, `PGSSLMODE` and `PGSSLROOTCERT`.
/// - `REPLICA`: the name of this process among those over the same database, its host's and number if
///   not set.
/// - `GROUP_COMMIT`: how many deliveries may share a transaction, 256 if not set: enough that the
///   disk is waited for rarely, few enough that nobody waits long.
/// - `PAGES`: the address of the pages, `127.0.0.1:8083` if not set. They show personal data.
/// - `okta_url`: the org, such as `https://acme.okta.com`. Without it no profile is fetched and no
///   gap repaired.
/// - `okta_key`: an API token of the org. Or
/// - `OKTA_CLIENT_ID`, `OKTA_PRIVATE_KEY` (a PEM, or the name of its file) and, if the app has several keys,
///   `OKTA_KEY_ID`: a service app of the org, with the scopes `okta.users.read okta.logs.read`.
/// - `GAP_REPAIR_SECONDS`: how often the System Log is read, 300 if not set.
///
/// The argument `--from nats://…` takes events from a stream instead of the hook: see [`Source`].
pub struct Settings {
    pub listen: SocketAddr,
    pub source: Source,
    /// When to answer 503 if the writer is not done: before Okta's three seconds are over.
    pub deadline: Duration,
    pub pages: SocketAddr,
    pub database: Database,
    /// The name of this process among those over the same database.
    pub replica: String,
    pub group: NonZeroUsize,
    pub org: Option<(String, Credentials)>,
    pub gap_repair_every: Duration,
}

impl Settings {
    pub fn from_env() -> Self {
        Self::try_from_env().unwrap_or_else(|error| refuse(&error))
    }

    fn try_from_env() -> Result<Self, String> {
        let environment = Environment::read()?;
        start_logging(&environment)?;
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let expected = "an address and port, such as 127.0.0.1:8082";
        let listen = environment.parsed("LISTEN", local(8082), expected)?;
        let pages = environment.parsed("PAGES", local(8083), expected)?;
        let expected = "a number of seconds, 1 or more";
        let seconds = environment.parsed("GAP_REPAIR_SECONDS", FIVE_MINUTES, expected)?;
        let group = const { NonZeroUsize::new(256).unwrap() };
        let group = environment.parsed("GROUP_COMMIT", group, "a number above 0")?;
        let org = org(&environment)?;
        let replica = environment.string("REPLICA")?.unwrap_or_else(replica);
        let database = environment.string("DATABASE")?.unwrap_or_else(|| "users.db".to_owned());
        let database = Database::parse(database, &|name| environment.string(name), &replica)?;
        let source = Source::from_env(&environment, listen)?;
        if listen == pages && pages.port() != 0 {
            return Err("LISTEN and PAGES: the hook and the pages must not share a port".to_owned());
        }
        let gap_repair_every = Duration::from_secs(seconds.get());
        let deadline = Duration::from_millis(2_500);
        Ok(Self {
            listen,
            source,
            deadline,
            pages,
            database,
            replica,
            group,
            org,
            gap_repair_every,
        })
    }
}

/// Starts logging to standard error.
fn start_logging(environment: &Environment) -> Result<(), String> {
    let level =
        environment.parsed("RUST_LOG", LevelFilter::WARN, "off, error, warn, info or debug")?;
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

fn org(environment: &Environment) -> Result<Option<(String, Credentials)>, String> {
    let token = environment.secret("okta_key")?;
    let app = (environment.string("OKTA_CLIENT_ID")?, environment.secret("OKTA_PRIVATE_KEY")?);
    let key_id = environment.string("OKTA_KEY_ID")?;
    let credentials = match (token, app) {
        (Some(_), (Some(_), _) | (_, Some(_))) => {
            return Err("okta_key and OKTA_CLIENT_ID: set one or the other".to_owned());
        }
        (Some(token), _) => {
            Some(Credentials::api_token(&token).map_err(|error| format!("okta_key: {error}"))?)
        }
        (None, (Some(client_id), Some(key))) => {
            let pem = private_key(key)?;
            let app = ServiceApp::new(&client_id, &pem)
                .map_err(|error| format!("OKTA_CLIENT_ID, OKTA_PRIVATE_KEY: {error}"))?;
            let app = match &key_id {
                Some(key_id) => app.with_key_id(key_id),
                None => app,
            };
            Some(Credentials::ServiceApp(app))
        }
        (None, (None, None)) => None,
        (None, _) => return Err("OKTA_CLIENT_ID and OKTA_PRIVATE_KEY: set both or none".to_owned()),
    };
    match (environment.string("okta_url")?, credentials) {
        (Some(url), Some(credentials)) => Ok(Some((url, credentials))),
        (None, None) => Ok(None),
        (Some(_), None) => {
            Err("okta_url is set, but neither okta_key nor OKTA_CLIENT_ID is".to_owned())
        }
        (None, Some(_)) => Err("okta_key or OKTA_CLIENT_ID is set, but okta_url is not".to_owned()),
    }
}

/// The PEM itself, or what is in the file of that name. Neither is repeated in an error: what is no
/// file's name may be a key.
fn private_key(value: String) -> Result<String, String> {
    if value.contains("-----BEGIN") {
        // On one line, as most people write it into a variable.
        return Ok(value.replace("\\n", "\n"));
    }
    std::fs::read_to_string(value)
        .map_err(|error| format!("OKTA_PRIVATE_KEY: neither a PEM nor a file's name: {error}"))
}

/// A name that no other process has at the same time: that of the machine or container, and the
/// number of the process.
fn replica() -> String {
    #[cfg(unix)]
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let host = std::env::var("COMPUTERNAME").unwrap_or_default();
    format!("{host}/{}", process::id())
}

/// Ends the process: it makes no sense to start like this.
pub fn refuse(error: &str) -> ! {
    eprintln!("{error}");
    process::exit(2);
}
