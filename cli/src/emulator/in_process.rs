//! An org in the process of a test.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::watch;

use super::chaos::Chaos;
use super::server::Limits;
use super::state::App;
use super::{Args, KEEP_EVENTS, bind, limits, oauth, router, server, stopped};

/// How the org is to be. [`Settings::new`] is an org in memory with a random API token that delivers
/// the events of 50 ms together.
#[derive(Clone, Default)]
#[must_use]
pub struct Settings {
    data: Option<PathBuf>,
    token: Option<String>,
    client: Option<(String, PathBuf)>,
    client_dpop: bool,
    collect: Option<Duration>,
    rate_limit: Option<u32>,
    seed: Option<u64>,
}

impl Settings {
    /// An org in memory, that delivers soon.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the org in this SQLite file, created if missing. Without it, the org is in memory.
    pub fn with_data(mut self, file: impl Into<PathBuf>) -> Self {
        self.data = Some(file.into());
        self
    }

    /// The API token to accept. Without it a random one is made.
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// A service app that may ask for access tokens: its id, and the PEM file with its public key.
    pub fn with_client(mut self, id: impl Into<String>, key: impl Into<PathBuf>) -> Self {
        self.client = Some((id.into(), key.into()));
        self
    }

    /// Requires a DPoP proof of the service app (`dpop_bound_access_tokens`), as new apps in Okta do.
    pub fn with_client_dpop(mut self) -> Self {
        self.client_dpop = true;
        self
    }

    /// How long to collect events before they are delivered together. Without it, 50 ms.
    pub fn with_collect(mut self, collect: Duration) -> Self {
        self.collect = Some(collect);
        self
    }

    /// Requests per minute and kind of endpoint before it answers 429. Without it, 10,000.
    pub fn with_rate_limit(mut self, requests: u32) -> Self {
        self.rate_limit = Some(requests);
        self
    }

    /// Makes every random choice but secrets the same in every run over the same data: an org that is
    /// opened again gives other ids than before.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    fn args(self) -> Args {
        let (client_id, client_key) = self.client.unzip();
        let collect = self.collect.unwrap_or(Duration::from_millis(50));
        Args {
            listen: None,
            forward: None,
            console: ([127, 0, 0, 1], 0).into(),
            data: self.data,
            token: self.token,
            client_id,
            client_key,
            client_scopes: oauth::ALL_SCOPES.to_owned(),
            client_dpop: self.client_dpop,
            collect_ms: u64::try_from(collect.as_millis()).unwrap_or(u64::MAX),
            batch: 100,
            rate_limit: self.rate_limit.unwrap_or(10_000),
            keep_calls: 1000,
            keep_events: KEEP_EVENTS,
            seed: self.seed,
            public_url: None,
            json: false,
            chaos: Chaos::default(),
        }
    }
}

/// `Debug` shows no secret.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("data", &self.data).finish_non_exhaustive()
    }
}

/// Why there is no org. The message says what is wrong with the settings, or with the machine.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

/// A running org. It ends when this is dropped.
#[must_use = "the org ends when this is dropped"]
pub struct Emulator {
    url: String,
    token: String,
    stop: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts an org on a free port of 127.0.0.1, in a thread of its own: for tests, with or without an
/// asynchronous runtime. Any number of them can run side by side.
///
/// # Errors
///
/// [`StartError`] if no port can be had, or a file of the settings cannot be used.
///
/// # Examples
///
/// ```
/// use okta_hooks_cli::emulator;
///
/// let org = emulator::start(emulator::Settings::new().with_seed(7))?;
///
/// let users = format!("{}/api/v1/users", org.url());
/// let authorization = format!("SSWS {}", org.token());
/// # let _ = (users, authorization);
/// # Ok::<(), emulator::StartError>(())
/// ```
pub fn start(settings: Settings) -> Result<Emulator, StartError> {
    // The TLS of reqwest takes what the process has installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (started, welcome) = mpsc::sync_channel(1);
    let (stop, stopping) = watch::channel(());
    let thread = thread::spawn(move || run(settings.args(), &started, stopping));
    let ended = || StartError("the thread of the org ended".to_owned());
    let (url, token) = welcome.recv().map_err(|_| ended())?.map_err(StartError)?;
    Ok(Emulator { url, token, stop: Some(stop), thread: Some(thread) })
}

type Welcome = Result<(String, String), String>;

fn run(args: Args, started: &mpsc::SyncSender<Welcome>, stopping: watch::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let serving = runtime.map_err(|error| error.to_string()).and_then(|runtime| {
        let (listener, app) = runtime.block_on(prepare(args))?;
        let _ = started.send(Ok((app.base.clone(), app.api_auth.api_token().to_owned())));
        let limits = Limits { grace: Duration::from_millis(200), ..limits() };
        let router = router::router(app);
        runtime.block_on(server::serve(listener, router, limits, stopped(stopping)));
        Ok(())
    });
    if let Err(why) = serving {
        let _ = started.send(Err(why));
    }
}

async fn prepare(args: Args) -> Result<(tokio::net::TcpListener, Arc<App>), String> {
    let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let app = App::new(args, address).map_err(|error| error.to_string())?;
    Ok((listener, Arc::new(app)))
}

impl Emulator {
    /// The org's URL without a slash at its end, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The API token that it accepts, for `Authorization: SSWS …`.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}

/// `Debug` shows no secret.
impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // What it panicked with was printed already.
            let _ = thread.join();
        }
    }
}
