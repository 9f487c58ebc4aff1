//! The verification, and what looks like it.

use http::Method;
use okta_hooks::simulate::{self, Attempt};

use super::finding::Finding;
use super::probe::{Probe, describe, status};
use super::rules;
use crate::diagnosis;
use crate::http_client::{self, Fault};

/// Whether there is anything to talk to, and what was found.
pub async fn check(probe: &Probe<'_>) -> (bool, Vec<Finding>) {
    let (reached, first) = once(probe, None).await;
    if let Some(what) = first {
        let again = Finding::skipped(&rules::VERIFICATION_AGAIN, "the first one failed");
        return (reached, vec![Finding::short(&rules::VERIFICATION, what), again]);
    }
    let (_, again) = once(probe, None).await;
    let (_, odd) = once(probe, Some(r#"quote" backslash\ <b>"#)).await;
    (
        true,
        vec![
            Finding::held(&rules::VERIFICATION),
            Finding::unless(&rules::VERIFICATION_AGAIN, again.into_iter().collect()),
            Finding::unless(&rules::VERIFICATION_JSON, odd.into_iter().collect()),
            without_challenge(probe).await,
        ],
    )
}

async fn once(probe: &Probe<'_>, challenge: Option<&str>) -> (bool, Option<String>) {
    let mut verification = simulate::verification().seed(fastrand::u64(..));
    if let Some(challenge) = challenge {
        verification = verification.challenge(challenge);
    }
    let auth = &probe.to.auth;
    let request = verification
        .to_request(&probe.to.url, &auth.configured())
        .expect("the arguments were checked");
    let mut found = (true, None);
    let attempt = || async {
        let exchange = probe.client.exchange(request.clone(), Attempt::TIMEOUT).await;
        (exchange.outcome(), exchange)
    };
    http_client::deliver(attempt, |_, exchange, _| {
        let reached = !matches!(exchange.result, Err(Fault::NoConnection(_)));
        let diagnosis = diagnosis::of(&exchange, &verification, auth.sends());
        found = (reached, diagnosis.map(|found| format!("{}. {}", found.what, found.fix)));
    })
    .await;
    found
}

async fn without_challenge(probe: &Probe<'_>) -> Finding {
    let exchange = probe.method(Method::GET).await;
    match status(&exchange) {
        Some(400..=499) => Finding::held(&rules::VERIFICATION_EMPTY),
        _ => Finding::short(&rules::VERIFICATION_EMPTY, describe(&exchange)),
    }
}
