//! `check`: the conformance of a receiver, from the outside.

mod auth;
mod concurrency;
mod finding;
mod inline;
mod observed_page;
mod payloads;
mod probe;
mod rules;
mod verification;

use std::process::ExitCode;
use std::time::Duration;

use okta_hooks::simulate::{Failure, Next};
use serde_json::json;

use crate::destination::{self, Destination};
use crate::http_client::HttpClient;
use crate::terminal::{bad, good, print_json};
use finding::Finding;
use probe::{Probe, Role, describe};

/// Checks how a receiver behaves, in any language: it only needs its URL and secret.
///
/// It is verified, and gets deliveries of all kinds: each way a secret can be wrong, malformed
/// bodies, large ones, batches, duplicates, many at once. What fell short is explained: why it
/// matters with Okta, and how to do it right.
///
/// The deliveries are about made-up users, check-…@example.com: use a receiver that may have them.
///
/// With --inline it is a receiver of inline hooks: it is asked what Okta asks, and its answers are
/// looked at as Okta does. Messages are for +1 555 555 0142, which is nobody's number.
#[derive(clap::Args)]
#[command(after_help = "\
Exit codes: 0 nothing but advice was found, 1 there are faults, 2 the command line is wrong.

Examples:
  OKTA_HOOK_SECRET='Basic dXNl…' okta-hooks check http://127.0.0.1:8082/userCreated
  okta-hooks check URL --secret s3cret --observe http://127.0.0.1:8083/getUsers
  okta-hooks check --inline registration http://127.0.0.1:8082/registration")]
pub struct Args {
    #[command(flatten)]
    pub destination: Destination,
    /// Check a receiver of inline hooks of this type instead
    #[arg(long, value_name = "KIND", conflicts_with = "observe")]
    inline: Option<inline::Kind>,
    /// A page that shows the logins received: then it is checked that none is lost or counted twice
    #[arg(long, value_name = "URL", value_parser = destination::url)]
    observe: Option<String>,
    /// How long it may take until that page shows what was accepted
    #[arg(long, value_name = "SECONDS", default_value_t = 5, requires = "observe", value_parser = clap::value_parser!(u64).range(..=86_400))]
    observe_seconds: u64,
    /// The size of a body that has to be refused
    #[arg(long, value_name = "BYTES", default_value_t = 12 * 1024 * 1024, value_parser = clap::value_parser!(u32).range(1..=1_000_000_000))]
    large: u32,
    /// Deliveries or requests at the same time
    #[arg(long, value_name = "DELIVERIES", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    burst: u32,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, client: &HttpClient) -> Result<ExitCode, String> {
    let findings = match args.inline {
        Some(kind) => inline::check(kind, &args.destination, client, args.large, args.burst).await,
        None => findings(&args, client).await,
    };
    let faults = findings.iter().any(Finding::is_fault);
    if args.json {
        let findings = findings.iter().map(Finding::to_json).collect::<Vec<_>>();
        print_json(&json!({ "ok": !faults, "findings": findings }));
    } else {
        let before = std::iter::once(None).chain(findings.iter().map(Some));
        findings.iter().zip(before).for_each(|(finding, before)| finding.print(before));
        let verdict = if faults { bad("it falls short") } else { good("it holds") };
        print_line!("{verdict}: {}", finding::count(&findings));
    }
    Ok(if faults { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn findings(args: &Args, client: &HttpClient) -> Vec<Finding> {
    let probe = Probe::new(client, &args.destination);
    let (reached, mut findings) = verification::check(&probe).await;
    if !reached {
        return findings;
    }
    let (plain, goes_on) = plain(&probe).await;
    findings.extend(plain);
    if !goes_on {
        return findings;
    }
    findings.extend(auth::check(&probe).await);
    findings.extend(payloads::valid(&probe).await);
    findings.extend(payloads::hostile(&probe, args.large).await);
    findings.extend(concurrency::check(&probe, args.burst).await);
    findings.extend(match &args.observe {
        Some(url) => {
            let patience = Duration::from_secs(args.observe_seconds);
            observed_page::check(&probe, url, patience).await
        }
        None => observed_page::not_observed(),
    });
    findings
}

/// A delivery that is as usual. If it is refused, nothing else would show anything.
async fn plain(probe: &Probe<'_>) -> (Vec<Finding>, bool) {
    let login = probe.login();
    let body = Probe::body(vec![Probe::event(&login).to_json()]);
    let (exchange, next) = probe.deliver(body, &[(&login, Role::First)]).await;
    let rule = match next {
        Next::Accepted => {
            let held = [&rules::DELIVERY, &rules::REDIRECT, &rules::TOO_SLOW];
            return (held.into_iter().map(Finding::held).collect(), true);
        }
        Next::Lost(Failure::Timeout) => &rules::TOO_SLOW,
        Next::Lost(Failure::Status(status)) if status.is_redirection() => &rules::REDIRECT,
        _ => &rules::DELIVERY,
    };
    (vec![Finding::short(rule, describe(&exchange))], false)
}
