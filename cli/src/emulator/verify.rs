//! The one-time verification, as the org makes it.

use std::sync::Arc;

use okta_hooks::simulate::{self, Attempt};
use serde_json::Value;

use super::errors::OktaError;
use super::recorded_calls::{Finished, Recorded, next_name};
use super::state::App;
use crate::http_client;

/// Asks the hook's URL, twice if it has to be, and notes what came of it.
pub async fn verify(app: &Arc<App>, id: &str) -> Result<Value, OktaError> {
    let (_, hook) = app.org().hook(id)?;
    let verification = simulate::verification().seed(app.rng().u64(..));
    let request = verification
        .to_request(&hook.channel.uri, &hook.channel.configured())
        .map_err(|_| OktaError::internal())?;
    let recorded = Recorded::of(&request);
    let mut passed = false;
    let attempt = || async {
        let exchange = app.client.exchange(request.clone(), Attempt::TIMEOUT).await;
        (exchange.outcome(), exchange)
    };
    http_client::deliver(attempt, |attempt, exchange, next| {
        let answer = exchange.result.as_ref().ok();
        passed = answer.is_some_and(|answer| {
            verification.check(answer.status, &answer.headers, &answer.body).is_ok()
        });
        app.calls.add(Finished {
            kind: "verification",
            hook: hook.id.clone(),
            attempt,
            request: recorded.clone(),
            exchange,
            next: next_name(next),
            note: (!passed).then_some("the answer does not verify the hook"),
        });
    })
    .await;
    let verified = app.change(|org| org.set_verified(id, &hook.channel, passed))?;
    verified.ok_or_else(|| OktaError::validation("eventHook", hook.unverifiable()))
}
