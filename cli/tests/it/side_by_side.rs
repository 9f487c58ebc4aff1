//! What the emulator does at the same time never waits for each other without an end.

use std::time::Duration;

use futures_util::future::join_all;
use okta_hooks_testing::hook::Hook;
use okta_hooks_testing::process::Server;

use crate::PROGRAM;
use crate::emulator::{CREATE, Org, TOKEN};

/// An org with more threads than there are cores, whose events are deliveries of their own.
fn busy_org() -> Org {
    let arguments = ["emulator", "--token", TOKEN, "--batch", "1", "--collect-ms", "0"];
    let settings = [("TOKIO_WORKER_THREADS", "16")];
    let server = Server::start_with(PROGRAM, &arguments, &settings);
    let _ = rustls::crypto::ring::default_provider().install_default();
    Org { server, client: reqwest::Client::builder().no_proxy().build().unwrap() }
}

#[tokio::test]
async fn previews_while_events_are_delivered_are_answered_and_so_are_the_deliveries() {
    let (org, hook) = (busy_org(), Hook::start().await);
    let id = org.verified_hook(&hook, &[CREATE]).await;
    let preview = format!("/admin/hooks/{id}/preview");
    let sample = format!("/admin/sample?hook={id}");
    let person = async |name: usize| {
        for number in 0..50 {
            org.create_user(&format!("{name}-{number}@example.com")).await;
            Org::ok(org.get(&preview).await);
            Org::ok(org.get(&sample).await);
        }
    };
    let all = join_all((0..8).map(person));
    let ended = tokio::time::timeout(Duration::from_secs(60), all).await;
    assert!(ended.is_ok(), "an answer never came");
    assert_eq!(hook.events(400).await.len(), 400);
}
