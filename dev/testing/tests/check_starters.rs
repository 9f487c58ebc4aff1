//! `okta-hooks check` finds nothing wrong with the starters.

use std::process::Output;

use okta_hooks_testing::process::Server;
use okta_hooks_testing::workspace::binary;
use serde_json::Value;

const SECRET: &str = "Basic aHVudGVyMjpodW50ZXIy";

const NO_FAULT: [String; 0] = [];

async fn run(arguments: &[&str]) -> Output {
    tokio::process::Command::new(binary("okta-hooks"))
        .args(arguments)
        .env("OKTA_HOOK_SECRET", SECRET)
        .env_remove("OKTA_HOOK_HEADER")
        .output()
        .await
        .expect("it runs")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {output:?}"))
}

/// The ids of the findings with a verdict, in the order of the checks.
fn found(report: &Value, verdict: &str) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let with = findings.iter().filter(|finding| finding["verdict"] == verdict);
    with.map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
}

macro_rules! passes {
    ($($test:ident: $program:literal,)*) => {$(
        #[tokio::test]
        async fn $test() {
            let mut server = Server::start(binary($program), &[("OKTA_HOOK_SECRET", SECRET)]);
            server.read_output();
            let url = format!("http://{}/userCreated", server.address);
            let output = run(&["check", &url, "--json"]).await;
            let report = json(&output);
            assert_eq!(found(&report, "fault"), NO_FAULT, "{report:#}");
            // A busy machine may be slow.
            let advice = found(&report, "advice").into_iter().filter(|id| id != "slow");
            assert_eq!(advice.collect::<Vec<_>>(), NO_FAULT, "{report:#}");
            assert_eq!(output.status.code(), Some(0));
        }
    )*};
}

passes! {
    check_passes_the_axum_example: "axum-hook",
    check_passes_the_actix_example: "actix-hook",
    check_passes_the_warp_example: "warp-hook",
    check_passes_the_hyper_example: "hyper-hook",
}
