//! A small Okta org on loopback, for tests: [`start`].

mod admin;
mod api;
mod api_auth;
mod api_tokens;
mod apps;
mod challenge;
mod chaos;
mod clock;
mod console;
mod custom_attributes;
mod data_lock;
mod deleted_hooks;
mod delivery_queue;
mod dpop;
mod errors;
mod event_filter;
mod event_log;
mod event_type_names;
mod faults;
mod filter;
mod forwarding_proxy;
mod groups;
mod hook_spec;
mod hooks;
mod in_process;
mod inline_hooks;
mod jwt;
mod listed;
mod middleware;
mod oauth;
mod org;
mod org_info;
mod paging;
mod public_url;
mod query_params;
mod rate_limits;
mod recorded_calls;
mod request_body;
mod router;
mod server;
mod shutdown;
mod state;
mod store;
mod system_log;
mod system_log_event;
mod unknown_paths;
mod users;
mod verify;

pub use in_process::{Emulator, Settings, StartError, start};

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use chaos::Chaos;
use server::Limits;
use shutdown::shutdown;
use state::App;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A small Okta org on this machine.
///
/// It has the APIs an event hook needs: create and verify a hook as in Okta's console, create and
/// change users, and the events of it are delivered to the hook, with Okta's time-out and retry.
/// Only this machine can reach it.
#[derive(clap::Args)]
#[command(
    args_override_self = true,
    after_help = "\
Try it, with the token it prints:
  curl -H 'Authorization: SSWS TOKEN' http://127.0.0.1:4040/api/v1/users
  curl -H 'Authorization: SSWS TOKEN' -H 'Content-Type: application/json' \\
    http://127.0.0.1:4040/api/v1/users -d '{\"profile\":{\"firstName\":\"John\",\
\"lastName\":\"Doe\",\"email\":\"john.doe@example.com\",\"login\":\"john.doe@example.com\"}}'
  curl http://127.0.0.1:4040/admin/calls

Events that were not delivered when it ends are not delivered later: Okta does not do that either.
The System Log still has them."
)]
pub(crate) struct Args {
    /// Where to listen; a loopback address [default: 127.0.0.1:4040, or 127.0.0.1:8084 with --forward]
    #[arg(long, env = "LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Listen for a tunnel, and pass on what comes to the receiver at this URL, recorded for the
    /// inspector; the org and the console are at --console then
    #[arg(long, value_name = "URL")]
    forward: Option<forwarding_proxy::Target>,
    /// With --forward: where the org and the console are; a loopback address
    #[arg(long, value_name = "ADDRESS", default_value = ORG, requires = "forward")]
    console: SocketAddr,
    /// Keep the org in this SQLite file (created if missing), secrets of hooks included
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// The API token to accept; without it a random one is made and printed
    #[arg(long, env = "OKTA_EMULATOR_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The client id of a service app that may ask for access tokens
    #[arg(long, value_name = "ID", requires = "client_key")]
    client_id: Option<String>,
    /// Its public key, RSA or EC, as PEM
    #[arg(long, value_name = "FILE", requires = "client_id")]
    client_key: Option<PathBuf>,
    /// The scopes granted to it, separated by spaces
    #[arg(long, default_value = oauth::ALL_SCOPES, value_name = "SCOPES")]
    client_scopes: String,
    /// Requires a DPoP proof of it (`dpop_bound_access_tokens`), as new apps in Okta do
    #[arg(long, requires = "client_id")]
    client_dpop: bool,
    /// How long to collect events before they are delivered together (Okta: some 10 to 25 s)
    #[arg(long, default_value_t = 200, value_name = "MILLISECONDS", value_parser = clap::value_parser!(u64).range(..=600_000))]
    collect_ms: u64,
    /// How many events go into one delivery at most
    #[arg(long, default_value_t = 100, value_name = "EVENTS", value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// Requests per minute and kind of endpoint before it answers 429
    #[arg(long, default_value_t = 10_000, value_name = "REQUESTS")]
    rate_limit: u32,
    /// How many calls the inspector keeps
    #[arg(long, default_value_t = 5000, value_name = "CALLS", value_parser = clap::value_parser!(u32).range(1..))]
    keep_calls: u32,
    /// How many events the System Log keeps at most, and no more than 256 MiB of them: the oldest go
    /// first
    #[arg(long, default_value_t = KEEP_EVENTS, value_name = "EVENTS", value_parser = clap::value_parser!(u32).range(1..))]
    keep_events: u32,
    /// Makes every random choice (ids, chaos) the same in every run over the same data; never secrets
    #[arg(long)]
    seed: Option<u64>,
    /// The URL that clients use, where a TLS front in between has another, such as
    /// https://localhost:8443: for links and the audience of assertions
    #[arg(long, value_name = "URL", value_parser = public_url::parse)]
    public_url: Option<String>,
    /// Print the URL and the API token as one line of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    chaos: Chaos,
}

const ORG: &str = "127.0.0.1:4040";
const KEEP_EVENTS: u32 = 100_000;
const TUNNEL: &str = "127.0.0.1:8084";

impl Args {
    /// Where the org is, and where a tunnel ends.
    fn addresses(&self) -> (SocketAddr, Option<SocketAddr>) {
        let listen =
            |otherwise: &str| self.listen.unwrap_or_else(|| otherwise.parse().expect("an address"));
        match self.forward {
            Some(_) => (self.console, Some(listen(TUNNEL))),
            None => (listen(ORG), None),
        }
    }
}

pub(crate) async fn run(args: Args) -> ExitCode {
    let (org, tunnel) = args.addresses();
    if !org.ip().is_loopback() || tunnel.is_some_and(|address| !address.ip().is_loopback()) {
        eprintln!(
            "--listen, --console: only a loopback address, such as 127.0.0.1:4040: there is no TLS here"
        );
        return ExitCode::from(2);
    }
    match serve(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: Args) -> Result<(), Box<dyn std::error::Error>> {
    let (org, tunnel) = args.addresses();
    let listener = bind(org).await?;
    let address = listener.local_addr()?;
    let (made_token, json) = (args.token.is_none(), args.json);
    let target = args.forward.clone();
    let app = Arc::new(App::new(args, address)?);
    // Before anybody is told that it is there: a signal that comes at once ends it cleanly, too.
    let shutdown = shutdown();
    let (stop, stopping) = watch::channel(());
    let mut servers = JoinSet::new();
    let limits = limits();
    let mut forwarding = None;
    if let (Some(tunnel), Some(target)) = (tunnel, target) {
        let tunnel = bind(tunnel).await?;
        forwarding = Some((tunnel.local_addr()?, target.to_string()));
        let proxy = forwarding_proxy::router(app.clone(), target);
        servers.spawn(server::serve(tunnel, proxy, limits, stopped(stopping.clone())));
    }
    match json {
        true => print_json(&app, forwarding),
        false => print_welcome(&app, made_token, forwarding),
    }
    servers.spawn(server::serve(listener, router::router(app), limits, stopped(stopping)));

    shutdown.await;
    drop(stop);
    while servers.join_next().await.is_some() {}
    Ok(())
}

/// Half of the files are for what the org sends. A live feed is a request without an end: when it is
/// to stop, nobody waits long for that.
fn limits() -> Limits {
    Limits {
        grace: Duration::from_secs(2),
        // As hyper has it: what is inspected here may be as large as any server takes it.
        head_bytes: 408 * 1024,
        ..Limits::new(server::open_files() / 4)
    }
}

async fn stopped(mut stopping: watch::Receiver<()>) {
    while stopping.changed().await.is_ok() {}
}

async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))
}

/// What is needed to talk to it. The last line is the one that programs wait for.
fn print_welcome(app: &App, made_token: bool, forwarding: Option<(SocketAddr, String)>) {
    if let Some((tunnel, target)) = forwarding {
        println!("Forwarding http://{tunnel}/ to {target}/");
    }
    println!(
        "An Okta emulator for development. Nothing here is Okta, and nothing leaves this machine"
    );
    println!("but the deliveries to the hooks you create.");
    println!("  Org URL    {}", app.base);
    if made_token {
        println!("  API token  {}", app.api_auth.api_token());
    } else {
        println!("  API token  as given");
    }
    println!("  Console    http://{}/", app.address);
    println!("Listening on http://{}", app.address);
}

/// The same for programs. The token is there, whoever chose it: it is what they asked for.
fn print_json(app: &App, forwarding: Option<(SocketAddr, String)>) {
    let tunnel = forwarding.map(|(tunnel, _)| format!("http://{tunnel}"));
    let welcome = serde_json::json!({
        "url": app.base, "token": app.api_auth.api_token(), "tunnel": tunnel,
    });
    println!("{welcome}");
}
