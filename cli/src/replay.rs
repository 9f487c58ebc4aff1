//! `replay`: recorded calls again, as they were or changed.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use okta_hooks::simulate::Attempt;
use serde_json::Value;

use crate::content::Content;
use crate::destination::{self, Auth};
use crate::http_client::HttpClient;
use crate::new_ids;
use crate::summary::Summary;
use crate::terminal::{dim, printable};

/// Makes recorded calls again, once each, as they were or changed.
///
/// The file holds calls as the emulator's inspector has them: the JSON of GET /admin/calls, or
/// one call per line. There the secrets are masked unless it was asked with reveal=1; give --secret
/// to put one in their place.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  curl 'http://127.0.0.1:4040/admin/calls?reveal=1' > calls.json
  okta-hooks replay calls.json --to http://127.0.0.1:8082/userCreated --replace john.doe=jane.doe")]
pub struct Args {
    /// The recorded calls (- for standard input)
    file: PathBuf,
    /// Send them here instead
    #[arg(long, value_name = "URL", value_parser = destination::url)]
    to: Option<String>,
    #[command(flatten)]
    pub auth: Auth,
    /// Replace a string in all bodies
    #[arg(long, value_name = "TEXT=OTHER", value_parser = pair)]
    replace: Vec<(String, String)>,
    /// Give each delivery a new eventId and its events new uuids, as of events that have just
    /// happened; so it is with --replace
    #[arg(long, conflicts_with = "same_ids")]
    new_ids: bool,
    /// With --replace: keep the ids, which receivers that remember them have seen already
    #[arg(long)]
    same_ids: bool,
    /// Set a header
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, client: &HttpClient) -> Result<ExitCode, String> {
    let text = match args.file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin()),
        false => fs::read_to_string(&args.file),
    };
    let text = text.map_err(|error| format!("{}: {error}", args.file.display()))?;
    let recorded = calls(&text).map_err(|why| format!("{}: {why}", args.file.display()))?;
    // All are read before the first is sent.
    let requests: Vec<Request<Bytes>> = recorded
        .iter()
        .zip(1..)
        .map(|(call, n)| request(&args, call).map_err(|why| format!("call {n}: {why}")))
        .collect::<Result<_, _>>()?;
    let mut summary = Summary::default();
    let mut deliveries = 0;
    for ((request, call), n) in requests.into_iter().zip(&recorded).zip(1..) {
        let content = Content::of(request.body());
        deliveries += usize::from(content.events > 0);
        let line = describe(call["id"].as_u64().unwrap_or(n), &request, &content);
        let exchange = client.exchange(request, Attempt::TIMEOUT).await;
        if !args.json {
            let status = exchange.result.as_ref().map(|answer| answer.status.as_u16().to_string());
            print_line!("{} {line}", status.unwrap_or_else(|_| "---".to_owned()));
        }
        summary.add_once(&exchange);
    }
    summary.print(args.json);
    if !args.json && deliveries > 0 && !args.makes_new() {
        print_line!("{}", dim(SAME_IDS));
    }
    Ok(summary.exit_code())
}

const SAME_IDS: &str = "The ids are those of before: a receiver that remembers them answers and does \
    nothing. With --new-ids they are new.";

impl Args {
    fn makes_new(&self) -> bool {
        self.new_ids || (!self.replace.is_empty() && !self.same_ids)
    }
}

/// `call 4, user.lifecycle.create john.doe@example.com: POST http://127.0.0.1:8082/userCreated`.
fn describe(number: u64, request: &Request<Bytes>, content: &Content) -> String {
    let about = content.in_words();
    let comma = if about.is_empty() { "" } else { ", " };
    let target = dim(&format!("{} {}", request.method(), request.uri()));
    format!("call {number}{comma}{}: {target}", printable(&about))
}

/// The calls in an array, or one after another.
fn calls(text: &str) -> Result<Vec<Value>, String> {
    let mut calls = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter() {
        match value {
            Ok(Value::Array(more)) => calls.extend(more),
            Ok(call) => calls.push(call),
            Err(error) => return Err(format!("not JSON at line {}", error.line())),
        }
    }
    if calls.is_empty() { Err("there is no call in it".to_owned()) } else { Ok(calls) }
}

fn request(args: &Args, call: &Value) -> Result<Request<Bytes>, String> {
    let recorded = &call["request"];
    let text =
        |member: &str| recorded[member].as_str().ok_or(format!("no string in request.{member}"));
    let mut body = text("body")?.to_owned();
    for (from, to) in &args.replace {
        body = body.replace(from, to);
    }
    if args.makes_new() {
        // What is not a delivery, a verification for one, has no ids.
        body = new_ids::replace(&body).unwrap_or(body);
    }
    let url = match &args.to {
        Some(url) => url,
        None => text("url")?,
    };
    let builder = Request::builder().method(text("method")?).uri(url);
    let mut request = builder.body(Bytes::from(body)).map_err(|error| error.to_string())?;
    let own = args.auth.secret.as_ref().map(|secret| (args.auth.header.clone(), secret.clone()));
    let set: Vec<_> = own.into_iter().chain(args.set.iter().cloned()).collect();
    let is_set = |name: &str| set.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    let mut has_secret = args.auth.secret.is_some();
    for header in recorded["headers"].as_array().into_iter().flatten() {
        let (name, value) = (header["name"].as_str(), header["value"].as_str());
        let (Some(name), Some(value)) = (name, value) else { continue };
        if is_set(name) || matches!(name, "host" | "content-length") {
            continue;
        }
        has_secret |= header["secret"] == true;
        if header["secret"] == true && value.starts_with('•') {
            return Err(format!(
                "the header {name} is masked: give --secret, or record it revealed"
            ));
        }
        add(&mut request, name, value)?;
    }
    if has_secret && !args.auth.may_send_to(url) {
        return Err(destination::UNENCRYPTED.to_owned());
    }
    for (name, value) in &set {
        add(&mut request, name, value)?;
    }
    Ok(request)
}

fn add(request: &mut Request<Bytes>, name: &str, value: &str) -> Result<(), String> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "not the name of a header")?;
    let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| "not a header's value")?;
    request.headers_mut().append(name, value);
    Ok(())
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE is expected")?;
    if name.is_empty() { Err("NAME=VALUE is expected") } else { Ok((name.into(), value.into())) }
}
