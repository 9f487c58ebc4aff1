//! The one-time verification, as the org makes it.

use std::sync::{Arc, OnceLock};

use okta_hooks::simulate::{self, Attempt};
use serde_json::{Value, json};

use super::errors::OktaError;
use super::hooks::Hook;
use super::recorded_calls::{Call, Ending, Recorded, Start, next_name};
use super::state::App;
use crate::diagnosis::{self, Diagnosis, Secret};
use crate::http_client;

/// How a verification went.
pub struct Verification {
    hook: Hook,
    /// The hook as it is now, if it passed.
    verified: Option<Value>,
    call: Option<Call>,
    diagnosis: Option<Diagnosis>,
}

/// As Okta's API answers.
pub async fn verify(app: &Arc<App>, id: &str) -> Result<Value, OktaError> {
    let Verification { hook, verified, .. } = run(app, id).await?;
    verified.ok_or_else(|| OktaError::validation("eventHook", hook.unverifiable()))
}

/// Asks the hook's URL, twice if it has to be, and notes what came of it.
pub async fn run(app: &Arc<App>, id: &str) -> Result<Verification, OktaError> {
    let (_, hook) = app.org().hook(id)?;
    let challenge = simulate::verification().seed(app.rng().u64(..));
    let request = challenge
        .to_request(&hook.channel.uri, &hook.channel.configured())
        .map_err(|_| OktaError::internal())?;
    let first = OnceLock::new();
    let attempt = || async {
        let call = app.calls.open(Start {
            kind: "verification",
            hook: hook.id.clone(),
            hook_name: hook.name.clone(),
            first_attempt: first.get().copied().flatten(),
            replay_of: None,
            source: None,
            request: Recorded::of(&request),
        });
        first.get_or_init(|| call.first_attempt());
        let exchange = app.client.exchange(request.clone(), Attempt::TIMEOUT).await;
        (exchange.outcome(), (call, exchange))
    };
    let secret = match hook.channel.auth {
        Some(_) => Secret::Sent,
        None => Secret::MissingInHook,
    };
    let (mut call, mut diagnosis) = (None, None);
    http_client::deliver(attempt, |_, (open, exchange), next| {
        diagnosis = diagnosis::of(&exchange, &challenge, secret);
        let note = diagnosis.as_ref().map(|_| "the answer does not verify the hook");
        let next = match (next_name(next), note) {
            ("accepted", Some(_)) => "lost",
            (next, _) => next,
        };
        call = Some(open.close(Ending { exchange, next, note, answered: None }));
    })
    .await;
    let passed = diagnosis.is_none();
    let verified = app.change(|org| org.set_verified(id, &hook.channel, passed))?;
    Ok(Verification { hook, verified, call, diagnosis })
}

impl Verification {
    /// For the console: what happened, and what to do about it.
    pub fn to_json(&self) -> Value {
        let found = self.diagnosis.as_ref();
        json!({
            "verified": self.verified.is_some(),
            "call": self.call.as_ref().map(|call| call.id),
            "what": found.map(|found| found.what.as_str()),
            "fix": found.map(|found| found.fix),
            "answer": found.and_then(|found| found.answer.as_deref()),
        })
    }
}
