//! `verify`: the one-time verification, with a diagnosis when it fails.

use std::process::ExitCode;

use okta_hooks::simulate::{self, Attempt};
use serde_json::json;

use crate::destination::Destination;
use crate::diagnosis::{self, Diagnosis};
use crate::http_client::{self, HttpClient};
use crate::terminal::{bad, dim, good, print_json};

/// Verifies a URL as Okta does, and names what is wrong if it fails.
///
/// Okta sends a GET with a challenge in X-Okta-Verification-Challenge, and expects status 200 with
/// {"verification":"<the challenge>"} within three seconds. After a 5xx or a timeout it asks once more.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub destination: Destination,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, client: &HttpClient) -> Result<ExitCode, String> {
    let Destination { url, auth } = &args.destination;
    let verification = simulate::verification().seed(fastrand::u64(..));
    let request = verification
        .to_request(url, &auth.configured())
        .map_err(|error| format!("the request cannot be made: {error}"))?;
    let attempt = || async {
        let exchange = client.exchange(request.clone(), Attempt::TIMEOUT).await;
        (exchange.outcome(), exchange)
    };
    let mut tries: Vec<(u64, Option<Diagnosis>)> = Vec::new();
    http_client::deliver(attempt, |_, exchange, _| {
        let millis = exchange.duration.as_millis() as u64;
        tries.push((millis, diagnosis::of(&exchange, &verification, auth.sends())));
    })
    .await;
    let verified = matches!(tries.last(), Some((_, None)));
    if args.json {
        let tries = tries.iter().map(|(millis, found)| {
            let what = found.as_ref().map(|found| found.what.as_str());
            let fix = found.as_ref().map(|found| found.fix);
            let answer = found.as_ref().and_then(|found| found.answer.as_deref());
            json!({ "durationMs": millis, "fault": what, "fix": fix, "answer": answer })
        });
        print_json(&json!({ "verified": verified, "attempts": tries.collect::<Vec<_>>() }));
    } else {
        tries.iter().for_each(|(millis, found)| print(*millis, found.as_ref()));
    }
    Ok(if verified { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(millis: u64, found: Option<&Diagnosis>) {
    let time = dim(&format!("({millis} ms)"));
    match found {
        None => print_line!("{} {time}", good("verified")),
        Some(found) => {
            print_line!("{}: {} {time}", bad("not verified"), found.what);
            found.print_details();
        }
    }
}
