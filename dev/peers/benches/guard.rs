//! What it costs to ask for the secret, beside tower-http's layers: `cargo bench -p peers --bench guard`.
//!
//! Each is called as a service, without a socket, with a delivery that has the right secret, in front
//! of a service that only answers.

use std::convert::Infallible;
use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use okta_hooks::layer::GuardLayer;
use okta_hooks::{HeaderAuth, Receiver};
use peers::{SECRET, Table, describe, median};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::validate_request::ValidateRequestHeaderLayer;

const ROUNDS: usize = 15;
const TIMES: u32 = 20_000;

type Body = Full<Bytes>;

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let machine = describe();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let rows = runtime.block_on(rounds());
    println!("medians of {ROUNDS} rounds: {machine}");
    let mut table = Table::new(&["", "ns"]);
    for (name, took) in rows {
        table.row(name, [format!("{took:.0}")]);
    }
    table.print();
}

async fn rounds() -> [(&'static str, f64); 4] {
    let auth = HeaderAuth::new("authorization", SECRET).expect("a secret");
    let mut bare = service_fn(answer);
    let mut guarded = ServiceBuilder::new()
        .layer(GuardLayer::new(Receiver::new(auth)))
        .service(service_fn(answer));
    let mut validated = ServiceBuilder::new()
        .layer(
            ValidateRequestHeaderLayer::has_header_value("authorization", SECRET).expect("a name"),
        )
        .service(service_fn(answer));
    let mut limited = ServiceBuilder::new()
        .layer(RequestBodyLimitLayer::new(1 << 20))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_millis(2_500),
        ))
        .service(service_fn(answer));
    let mut found = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        found[0].push(time(&mut bare).await);
        found[1].push(time(&mut guarded).await);
        found[2].push(time(&mut validated).await);
        found[3].push(time(&mut limited).await);
    }
    let names = [
        "the service alone",
        "`GuardLayer`",
        "tower-http: a header that is compared with `==`",
        "tower-http: body limit and timeout",
    ];
    let mut names = names.into_iter();
    found.map(|found| (names.next().unwrap_or_default(), median(found)))
}

/// Nanoseconds for each request, from the start to the answer.
async fn time<S, B>(service: &mut S) -> f64
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: std::fmt::Debug,
{
    let mut took = Duration::ZERO;
    for _ in 0..TIMES {
        let request = Request::post("/hook").header("authorization", SECRET);
        let request = request.header("content-type", "application/json");
        let request = request.body(Body::default()).expect("a request");
        let started = Instant::now();
        let answered = service.ready().await.expect("it is ready").call(request).await;
        took += started.elapsed();
        let status = black_box(answered).expect("it answers").status();
        assert_eq!(status, StatusCode::NO_CONTENT);
    }
    took.as_secs_f64() * 1e9 / f64::from(TIMES)
}

async fn answer<B>(_: Request<B>) -> Result<Response<Body>, Infallible> {
    Ok(no_content())
}

fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
