//! The console with as many calls as are kept: what filtering and scrolling cost its main thread.
//!
//! `OKTA_HOOKS_BROWSER=chromium cargo bench -p okta-hooks-cli --bench console`

use std::net::SocketAddr;

use futures_util::future::join_all;
use okta_hooks::EventType;
use okta_hooks::simulate;
use okta_hooks_testing::console::{console, tab};
use okta_hooks_testing::devtools::Page;
use okta_hooks_testing::hook::{Hook, SECRET};
use okta_hooks_testing::process::Server;
use serde_json::{Value, json};

const CALLS: usize = 5_000;
const AT_ONCE: usize = 8;

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // As with other benchmarks, `-- --test` only shows that it works.
    let measured = std::env::args().any(|argument| argument == "--bench");
    let shown = std::env::args().any(|argument| argument == "--test");
    let calls = if measured && !shown { CALLS } else { 100 };
    let hook = Hook::start().await;
    let receiver = format!("http://{}", hook.address);
    let arguments = ["emulator", "--console", "127.0.0.1:0", "--forward", receiver.as_str()];
    let server = Server::start_with(env!("CARGO_BIN_EXE_okta-hooks"), &arguments, &[]);
    make_calls(server.announced("Forwarding"), calls).await;
    let Some(mut page) = console(&server, 1280) else { return };
    tab(&mut page, "inspector");
    page.wait_until(&format!("document.querySelector('#calls-count').textContent === '{calls}'"));
    println!("{calls} calls");
    for filter in ["john", "status:2xx type:user.lifecycle target:john-7", "-status:2xx", ""] {
        let [script, frame] = filter_times(&mut page, filter);
        println!("filter {filter:?}: {script:.1} ms of script, {frame:.1} ms until it is drawn");
    }
    let [tasks, longest] = scroll(&mut page);
    println!("scrolling from end to end: {tasks} long tasks, the longest {longest:.0} ms");
}

/// Deliveries through the recording proxy, each of another person.
async fn make_calls(proxy: SocketAddr, calls: usize) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let send = |n: usize| {
        let event = simulate::event(EventType::USER_LIFECYCLE_CREATE);
        let delivery = simulate::delivery().seed(n as u64);
        let delivery = delivery.event(event.user(format!("john-{n}@example.com")));
        let body = delivery.to_json().to_string();
        let request = client.post(format!("http://{proxy}/hook")).body(body);
        request.header("authorization", SECRET).send()
    };
    for from in (0..calls).step_by(AT_ONCE) {
        for answer in join_all((from..calls.min(from + AT_ONCE)).map(send)).await {
            assert_eq!(answer.expect("an answer").status(), 204);
        }
    }
}

fn numbers(value: &Value) -> [f64; 2] {
    [0, 1].map(|n| value[n].as_f64().expect("a number"))
}

fn filter_times(page: &mut Page, filter: &str) -> [f64; 2] {
    let script = format!(
        "new Promise((done) => {{ const field = document.querySelector('#filter'); \
         field.value = {}; const start = performance.now(); \
         field.dispatchEvent(new Event('input')); const script = performance.now() - start; \
         requestAnimationFrame(() => requestAnimationFrame(() => done([script, performance.now() - start]))); }})",
        json!(filter)
    );
    numbers(&page.eval(&script))
}

fn scroll(page: &mut Page) -> [f64; 2] {
    let script = "new Promise((done) => { const tasks = []; \
        new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ entryTypes: ['longtask'] }); \
        const list = document.querySelector('#calls'); let steps = 0; \
        const step = () => { steps += 1; list.scrollTop = list.scrollHeight * (steps / 200); \
            if (steps < 200) requestAnimationFrame(step); \
            else setTimeout(() => done([tasks.length, Math.max(0, ...tasks.map((one) => one.duration))]), 500); }; \
        step(); })";
    numbers(&page.eval(script))
}
