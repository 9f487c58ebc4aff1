//! What it costs to read a delivery, beside the fastest there is: `cargo bench -p peers --bench decode`.
//!
//! The body is that of the other benchmarks. `simd-json` changes its input, so it gets a copy each time,
//! which is counted; `sonic-rs` and `simd-json` use the vector instructions of this machine.

use std::hint::black_box;
use std::time::Instant;

use okta_hooks::Delivery;
use peers::{Table, body, describe, median};
use serde::Deserialize;
use serde::de::IgnoredAny;

const ROUNDS: usize = 15;
const TIMES: u32 = 2_000;

/// What a handler needs that looks at users: the least that one would write by hand.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "reading it is what is measured")]
struct Owned {
    event_id: Option<String>,
    data: Data,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "reading it is what is measured")]
struct Data {
    events: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "reading it is what is measured")]
struct Event {
    uuid: String,
    published: String,
    event_type: String,
    target: Option<Vec<Target>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "reading it is what is measured")]
struct Target {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    alternate_id: Option<String>,
    display_name: Option<String>,
}

type Way = (&'static str, &'static str, fn(&bytes::Bytes));

const WAYS: [Way; 9] = [
    ("`IgnoredAny` (serde_json)", "nothing: the floor of the parser", |body| {
        drop(black_box(serde_json::from_slice::<IgnoredAny>(body)));
    }),
    ("`Delivery`", "every member of each event, when it is asked for", |body| {
        drop(black_box(Delivery::from_bytes(body.clone())));
    }),
    ("`Delivery`, and the users", "the same, and each target that is a user", |body| {
        let delivery = Delivery::from_bytes(body.clone()).expect("a delivery");
        let users = delivery.events().iter().flat_map(|event| event.user_targets());
        black_box(users.filter(|user| user.alternate_id.is_some()).count());
    }),
    ("four members as a struct (serde_json)", "those; another type is an error", |body| {
        drop(black_box(serde_json::from_slice::<Owned>(body)));
    }),
    ("`Value` (serde_json)", "everything, as a tree", |body| {
        drop(black_box(serde_json::from_slice::<serde_json::Value>(body)));
    }),
    ("four members as a struct (simd-json)", "those; another type is an error", |body| {
        let mut copy = body.to_vec();
        drop(black_box(simd_json::serde::from_slice::<Owned>(&mut copy)));
    }),
    ("tree (simd-json)", "everything, as a tree", |body| {
        let mut copy = body.to_vec();
        drop(black_box(simd_json::to_owned_value(&mut copy)));
    }),
    ("four members as a struct (sonic-rs)", "those; another type is an error", |body| {
        drop(black_box(sonic_rs::from_slice::<Owned>(body)));
    }),
    ("tree (sonic-rs)", "everything, as a tree", |body| {
        drop(black_box(sonic_rs::from_slice::<sonic_rs::Value>(body)));
    }),
];

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let machine = describe();
    let body = bytes::Bytes::from(body());
    let mut found = WAYS.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, _, read), found) in WAYS.iter().zip(&mut found) {
            let started = Instant::now();
            (0..TIMES).for_each(|_| read(black_box(&body)));
            found.push(started.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES));
        }
    }
    println!("{} bytes, medians of {ROUNDS} rounds: {machine}", body.len());
    let medians = found.map(median);
    let mut table = Table::new(&["", "what is there then", "µs", "of the floor"]);
    for ((name, what, _), took) in WAYS.iter().zip(medians) {
        let ratio = format!("{:.2}", took / medians[0]);
        table.row(name, [(*what).to_owned(), format!("{took:.2}"), ratio]);
    }
    table.print();
}
