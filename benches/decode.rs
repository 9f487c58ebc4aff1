//! What it costs to read a delivery, or the request of an inline hook, beside serde_json's own ways of reading the same bytes.
//!
//! `cargo bench --bench decode` prints times and allocations. `cargo bench --bench decode --
//! instructions` counts instructions under valgrind instead, which come out the same on a busy
//! machine.

use std::env;
use std::hint::black_box;
use std::process::Command;

use bytes::Bytes;
use divan::{AllocProfiler, Bencher};
use http::{HeaderMap, HeaderValue};
use okta_hooks::{Delivery, HeaderAuth, inline};
use serde::de::IgnoredAny;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// One event with every part, pretty-printed.
const PRETTY: &str = include_str!("delivery.json");

/// The request of a token hook.
const TOKEN_REQUEST: &str = include_str!("../tests/inline/token.json");

/// The same without white space.
fn compact(pretty: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(pretty).expect("JSON");
    value.to_string()
}

/// The same event `n` times.
fn batch(n: usize) -> String {
    let mut value: serde_json::Value = serde_json::from_str(PRETTY).expect("a delivery");
    let event = value["data"]["events"][0].clone();
    value["data"]["events"] = vec![event; n].into();
    value.to_string()
}

fn body(name: &str) -> Bytes {
    Bytes::from(match name {
        "pretty" => PRETTY.to_owned(),
        "compact" => compact(PRETTY),
        "token request" => compact(TOKEN_REQUEST),
        _ => batch(10),
    })
}

/// A way of reading a body. Each keeps what it read until the end of the measurement.
fn read(way: &str, name: &str, body: &Bytes) {
    match way {
        "okta-hooks" if name == "token request" => {
            drop(black_box(inline::Request::from_bytes(body.clone())));
        }
        "owned struct" if name == "token request" => {
            drop(black_box(serde_json::from_slice::<owned::TokenRequest>(body)));
        }
        "okta-hooks" => drop(black_box(Delivery::from_bytes(body.clone()))),
        "owned struct" => drop(black_box(serde_json::from_slice::<owned::Delivery>(body))),
        "Value" => drop(black_box(serde_json::from_slice::<serde_json::Value>(body))),
        "IgnoredAny" => drop(black_box(serde_json::from_slice::<IgnoredAny>(body))),
        _ => {}
    }
}

const BODIES: [&str; 4] = ["pretty", "compact", "ten events", "token request"];
const WAYS: [&str; 4] = ["okta-hooks", "owned struct", "Value", "IgnoredAny"];

#[divan::bench(args = BODIES)]
fn okta_hooks(bencher: Bencher<'_, '_>, name: &str) {
    bench(bencher, "okta-hooks", name);
}

#[divan::bench(args = BODIES)]
fn owned_struct(bencher: Bencher<'_, '_>, name: &str) {
    bench(bencher, "owned struct", name);
}

#[divan::bench(args = BODIES)]
fn value(bencher: Bencher<'_, '_>, name: &str) {
    bench(bencher, "Value", name);
}

#[divan::bench(args = BODIES)]
fn ignored_any(bencher: Bencher<'_, '_>, name: &str) {
    bench(bencher, "IgnoredAny", name);
}

fn bench(bencher: Bencher<'_, '_>, way: &str, name: &str) {
    let body = body(name);
    bencher
        .counter(divan::counter::BytesCount::new(body.len()))
        .bench(|| read(way, name, black_box(&body)));
}

/// Indexing, and then what a typical handler asks of an event.
#[divan::bench]
fn okta_hooks_and_user_targets(bencher: Bencher<'_, '_>) {
    let body = body("pretty");
    bencher.bench(|| {
        let delivery = Delivery::from_bytes(body.clone()).expect("a delivery");
        delivery
            .events()
            .iter()
            .flat_map(|event| event.user_targets().map(|user| user.kind.is_some()))
            .count()
    });
}

#[divan::bench(args = ["s3cret that is right", "s3cret that is wrong"])]
fn header_auth(bencher: Bencher<'_, '_>, sent: &str) {
    let auth = HeaderAuth::new("x-secret", "s3cret that is right").expect("a secret");
    let value = HeaderValue::from_str(sent).expect("a header value");
    let headers = HeaderMap::from_iter([(auth.name().clone(), value)]);
    bencher.bench(|| auth.check(black_box(&headers)));
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    match arguments.iter().position(|argument| argument == "instructions") {
        None => divan::main(),
        Some(at) => match &arguments[at + 1..] {
            [way, name, ..] if BODIES.contains(&name.as_str()) => {
                let body = body(name);
                (0..ROUNDS).for_each(|_| read(way, name, &body));
            }
            _ => count_instructions(),
        },
    }
}

const ROUNDS: usize = 200;

fn count_instructions() {
    println!("{:12} {}", "", BODIES.map(|name| format!("{name:>14}")).concat());
    for way in WAYS {
        let counted =
            BODIES.map(|name| (instructions(way, name) - instructions("nothing", name)) / ROUNDS);
        println!("{way:12} {}", counted.map(|count| format!("{count:>14}")).concat());
    }
}

/// How many instructions this program takes to read a body in one way, start and end included.
fn instructions(way: &str, name: &str) -> usize {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().expect("a program has a path"))
        .args(["instructions", way, name])
        .output()
        .expect("valgrind is installed");
    let log = String::from_utf8_lossy(&output.stderr);
    let collected = log.lines().find_map(|line| line.split_once("Collected : "));
    collected.and_then(|(_, count)| count.trim().parse().ok()).expect("callgrind counts")
}

/// A delivery as one would write it by hand with serde: every part a struct that owns its strings.
mod owned {
    use serde::Deserialize;
    use serde_json::{Map, Value};

    type Text = Option<String>;
    type Json = Option<Map<String, Value>>;

    macro_rules! owned {
        ($($name:ident { $($field:ident: $ty:ty,)* })*) => {$(
            #[derive(Deserialize)]
            #[serde(rename_all = "camelCase", default)]
            #[derive(Default)]
            #[allow(dead_code, reason = "reading it is what is measured")]
            pub struct $name { $($field: $ty,)* }
        )*};
    }

    owned! {
        Delivery { event_id: Text, event_time: Text, source: Text, data: Data, }
        Data { events: Vec<LogEvent>, }
        LogEvent {
            uuid: Text, published: Text, event_type: Text, version: Text, severity: Text,
            display_message: Text, legacy_event_type: Text, actor: Option<Entity>,
            client: Option<Client>, device: Json, outcome: Option<Outcome>,
            target: Option<Vec<Entity>>, transaction: Option<Transaction>, debug_context: Json,
            authentication_context: Option<AuthenticationContext>, security_context: Option<SecurityContext>,
        }
        Entity { id: Text, alternate_id: Text, display_name: Text, detail_entry: Json, }
        Client {
            user_agent: Option<UserAgent>, zone: Text, device: Text, id: Text, ip_address: Text,
            geographical_context: Option<Geography>, ip_chain: Option<Vec<Ip>>,
        }
        UserAgent { raw_user_agent: Text, os: Text, browser: Text, }
        Geography { city: Text, state: Text, country: Text, postal_code: Text, geolocation: Option<Geolocation>, }
        Geolocation { lat: Option<f64>, lon: Option<f64>, }
        Ip { ip: Text, geographical_context: Option<Geography>, version: Text, source: Text, }
        Outcome { result: Text, reason: Text, }
        Transaction { id: Text, detail: Json, }
        AuthenticationContext {
            authentication_provider: Text, credential_provider: Text, credential_type: Text,
            authentication_step: Option<i64>, external_session_id: Text, root_session_id: Text, interface: Text,
        }
        TokenRequest { event_id: Text, event_time: Text, event_type: Text, source: Text, data: TokenData, }
        TokenData { context: TokenContext, identity: Json, access: Json, }
        TokenContext { protocol: Json, session: Json, user: Json, policy: Json, }
        SecurityContext { as_number: Option<i64>, as_org: Text, isp: Text, domain: Text, is_proxy: Option<bool>, }
    }
}
