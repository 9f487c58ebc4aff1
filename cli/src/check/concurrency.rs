//! Many deliveries at once, and how long it takes.

use std::time::Duration;

use futures_util::future::join_all;
use okta_hooks::simulate::{Failure, Next};

use super::finding::Finding;
use super::probe::{Probe, Role, describe};
use super::rules;

/// What is slower than this leaves little of Okta's three seconds to the network.
const SLOW: Duration = Duration::from_secs(1);

pub async fn check(probe: &Probe<'_>, burst: u32) -> Vec<Finding> {
    let one = || async {
        let login = probe.login();
        let body = Probe::body(vec![Probe::event(&login).to_json()]);
        probe.deliver(body, &[(&login, Role::First)]).await
    };
    let ends = join_all((0..burst).map(|_| one())).await;
    let refused = ends.iter().find(|(_, next)| match next {
        Next::Lost(Failure::Status(status)) => status.is_client_error(),
        _ => false,
    });
    let refused = refused
        .map(|(exchange, _)| format!("{burst} deliveries at once: one was {}", describe(exchange)));
    let slowest = probe.slowest();
    let slow = format!("the slowest answer took {} ms", slowest.as_millis());
    vec![
        Finding::unless(&rules::BUSY, refused.into_iter().collect()),
        Finding::unless(&rules::SLOW, if slowest > SLOW { vec![slow] } else { Vec::new() }),
    ]
}
