//! `send`: a delivery, or thousands.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use indicatif::ProgressBar;
use okta_hooks::EventType;
use okta_hooks::simulate::{self, Attempt};
use serde_json::Value;

use crate::destination::Destination;
use crate::editor;
use crate::http_client::{self, HttpClient};
use crate::summary::Summary;
use crate::terminal::{dim, printable};

/// Delivers events to a hook as Okta does: three seconds, and once more after a 5xx or a timeout.
///
/// Events get new ids each time; --duplicate sends the same delivery twice, as Okta may.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  okta-hooks send http://127.0.0.1:8082/userCreated --target john.doe@example.com
  okta-hooks send URL --type user.lifecycle.deactivate --target john.doe@example.com --edit
  okta-hooks send URL --target 'user{number}@example.com' --batch 10 --count 1000 --rate 200")]
pub struct Args {
    #[command(flatten)]
    pub destination: Destination,
    /// The type of the events
    #[arg(long = "type", value_name = "TYPE", default_value = "user.lifecycle.create")]
    event_type: EventType,
    /// The login of the user they are about; {number} in it becomes one
    #[arg(long, value_name = "LOGIN", default_value = "john.doe@example.com")]
    target: String,
    /// Send this body instead (JSON; - for standard input)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["batch", "shuffle"])]
    file: Option<PathBuf>,
    /// Print the body before it is sent
    #[arg(long, conflicts_with_all = ["json", "count"])]
    show: bool,
    /// Edit the body in $EDITOR first
    #[arg(long, conflicts_with = "count")]
    edit: bool,
    /// Events in each delivery
    #[arg(long, default_value_t = 1, value_name = "EVENTS", value_parser = clap::value_parser!(u64).range(..=100_000))]
    batch: u64,
    /// Deliveries
    #[arg(long, default_value_t = 1, value_name = "DELIVERIES", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    count: u64,
    /// Deliveries per second; without it, one after another
    #[arg(long, value_name = "PER_SECOND", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: Option<u32>,
    /// Send each delivery twice
    #[arg(long)]
    duplicate: bool,
    /// Put the events of a delivery into any order
    #[arg(long)]
    shuffle: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, client: &HttpClient) -> Result<ExitCode, String> {
    if !args.event_type.info().is_some_and(|info| info.hook_eligible) {
        eprintln!("note: no hook can subscribe to this type, as far as this program knows");
    }
    let fixed = fixed_body(&args)?;
    let summary = Arc::new(Mutex::new(Summary::default()));
    let bar = if args.count > 1 { ProgressBar::new(args.count) } else { ProgressBar::hidden() };
    let all = deliver_all(&args, client, fixed, &summary, &bar);
    // Who has seen enough still wants to know what became of the rest.
    let stopped = tokio::select! {
        // First, so that it is listened for before anything is sent.
        biased;
        _ = tokio::signal::ctrl_c() => true,
        result = all => result.map(|()| false)?,
    };
    bar.finish_and_clear();
    let summary = summary.lock().unwrap_or_else(PoisonError::into_inner);
    summary.print(args.json);
    if stopped {
        eprintln!("stopped before all {} deliveries were made", args.count);
        return Ok(ExitCode::FAILURE);
    }
    Ok(summary.exit_code())
}

async fn deliver_all(
    args: &Args,
    client: &HttpClient,
    fixed: Option<Bytes>,
    summary: &Arc<Mutex<Summary>>,
    bar: &ProgressBar,
) -> Result<(), String> {
    let mut pace = args.rate.map(|rate| tokio::time::interval(Duration::from_secs(1) / rate));
    let mut under_way = tokio::task::JoinSet::new();
    for n in 0..args.count {
        if let Some(pace) = &mut pace {
            pace.tick().await;
        }
        // What is over keeps its memory until somebody asks.
        while under_way.try_join_next().is_some() {}
        let body = fixed.clone().unwrap_or_else(|| made(args, n).to_string().into());
        let request = request(&args.destination, body)?;
        let job = (client.clone(), request, args.duplicate, summary.clone(), bar.clone());
        match args.rate {
            Some(_) => drop(under_way.spawn(deliver(job))),
            None => deliver(job).await,
        }
    }
    while under_way.join_next().await.is_some() {}
    Ok(())
}

async fn deliver(
    (client, request, twice, summary, bar): (
        HttpClient,
        Request<Bytes>,
        bool,
        Arc<Mutex<Summary>>,
        ProgressBar,
    ),
) {
    for _ in 0..if twice { 2 } else { 1 } {
        let attempt = || async {
            let exchange = client.exchange(request.clone(), Attempt::TIMEOUT).await;
            (exchange.outcome(), exchange)
        };
        http_client::deliver(attempt, |_, exchange, next| {
            summary.lock().unwrap_or_else(PoisonError::into_inner).add(&exchange, next);
        })
        .await;
    }
    bar.inc(1);
}

/// The request that Okta would make, with any body.
pub fn request(to: &Destination, body: Bytes) -> Result<Request<Bytes>, String> {
    let request = simulate::delivery().to_request(&to.url, &to.auth.configured());
    let mut request = request.map_err(|error| format!("the request cannot be made: {error}"))?;
    *request.body_mut() = body;
    Ok(request)
}

/// The body of all deliveries, where it is from a file or an editor, or is printed first.
fn fixed_body(args: &Args) -> Result<Option<Bytes>, String> {
    let from_file = args.file.as_ref().map(|path| {
        let read = match path.as_os_str() == "-" {
            true => std::io::read_to_string(std::io::stdin()),
            false => fs::read_to_string(path),
        };
        read.map_err(|error| format!("{}: {error}", path.display()))
    });
    let from_file = from_file.transpose()?;
    if args.count > 1 {
        return Ok(from_file.map(Bytes::from));
    }
    let made = || serde_json::to_string_pretty(&made(args, 0)).expect("it is JSON");
    let mut body = from_file.unwrap_or_else(made);
    if args.edit {
        body = editor::edit(&body)?;
    }
    if args.show {
        print_line!("{}", dim(&format!("POST {}", args.destination.url)));
        print_line!("{}", printable(&body));
    }
    Ok(Some(body.into()))
}

fn made(args: &Args, n: u64) -> Value {
    let now = SystemTime::now();
    let mut events: Vec<Value> = (0..args.batch)
        .map(|nth| {
            let login = args.target.replace("{number}", &(n * args.batch + nth).to_string());
            let event = simulate::event(args.event_type.clone()).user(login);
            event.seed(fastrand::u64(..)).published(now).to_json()
        })
        .collect();
    if args.shuffle {
        fastrand::shuffle(&mut events);
    }
    let delivery = simulate::delivery().seed(fastrand::u64(..)).sent_at(now);
    events.into_iter().fold(delivery, simulate::DeliveryBuilder::json).to_json()
}
