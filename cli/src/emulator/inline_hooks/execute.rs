//! A call of an inline hook, to see what the receiver answers and what Okta would do with it.

use std::sync::Arc;

use bytes::Bytes;
use http::Request as HttpRequest;
use okta_hooks::inline::{Answer, Request};
use okta_hooks::simulate::inline::{Effect, Verdict};
use okta_hooks::simulate::{self, Attempt};
use serde_json::{Value, json};

use super::{InlineHook, invalid};
use crate::emulator::errors::OktaError;
use crate::emulator::recorded_calls::{Call, Ending, Recorded, Start};
use crate::emulator::state::App;
use crate::http_client::Exchange;

/// What is wrong with an answer may be a lot; this much says enough.
const MAX_CAUSES: usize = 20;

/// How a call went.
pub struct Execution {
    pub verdict: Verdict,
    call: Arc<Call>,
    body: Bytes,
}

/// The request of a hook of this type, as Okta would make it, to be edited.
pub fn sample(app: &App, hook: &InlineHook) -> Result<Value, OktaError> {
    let sample = simulate::inline::request(&hook.hook_type());
    let sample = sample.ok_or_else(|| invalid("type: not a type of inline hook"))?;
    let login = app.org().users.newest().map(|user| user.login().to_owned());
    let sample = match login {
        Some(login) => sample.user(login),
        None => sample,
    };
    let now = app.org().clock.now();
    Ok(sample.seed(app.rng().u64(..)).sent_at(now).to_json())
}

/// Posts `body` to the hook, once more after a 5xx or a timeout where Okta would; without a body,
/// that of [`sample`].
pub async fn run(app: &Arc<App>, hook: &InlineHook, body: Bytes) -> Result<Execution, OktaError> {
    let body = match body.trim_ascii() {
        b"" | b"{}" => sample(app, hook)?.to_string().into(),
        _ => body,
    };
    let asked = Request::from_bytes(body.clone())
        .map_err(|_| invalid("The payload must be an object with a string in eventType"))?;
    if asked.hook_type() != hook.hook_type() {
        return Err(invalid("The payload's eventType is that of another type of inline hook"));
    }
    let mut first = None;
    loop {
        let execution = attempt(app, hook, &asked, &body, first).await?;
        if first.is_some() || !execution.verdict.is_retried() {
            note(app, hook, &execution.verdict)?;
            return Ok(execution);
        }
        first = Some(execution.call.id);
    }
}

async fn attempt(
    app: &App,
    hook: &InlineHook,
    asked: &Request,
    body: &Bytes,
    first_attempt: Option<u64>,
) -> Result<Execution, OktaError> {
    let request = request(hook, body.clone())?;
    let open = app.calls.open(Start {
        kind: "inline",
        hook: hook.id.clone(),
        hook_name: hook.name.clone(),
        first_attempt,
        replay_of: None,
        source: None,
        request: Recorded::of(&request),
    });
    // One byte more than Okta takes is too long already.
    let enough = Answer::MAX_LEN + 1;
    let exchange = app.client.exchange_up_to(enough, request, Attempt::TIMEOUT).await;
    let (verdict, body) = judge(asked, &exchange);
    let next = match verdict.effect() {
        Effect::NotUsed if first_attempt.is_none() && verdict.is_retried() => "retry",
        Effect::NotUsed => "lost",
        _ => "accepted",
    };
    let note = Some(verdict.consequence());
    let call = open.close(Ending { exchange, next, note, answered: None });
    Ok(Execution { verdict, call: Arc::new(call), body })
}

/// With the headers of an event hook's delivery, which are the same.
fn request(hook: &InlineHook, body: Bytes) -> Result<HttpRequest<Bytes>, OktaError> {
    let request = simulate::delivery().to_request(&hook.channel.uri, &hook.channel.configured());
    let mut request = request.map_err(|_| OktaError::malformed())?;
    *request.body_mut() = body;
    Ok(request)
}

fn judge(asked: &Request, exchange: &Exchange) -> (Verdict, Bytes) {
    match &exchange.result {
        Ok(answer) => {
            let verdict = Verdict::of(asked, answer.status, &answer.headers, &answer.body);
            (verdict, answer.body.clone())
        }
        Err(_) => (Verdict::timed_out(asked), Bytes::new()),
    }
}

fn note(app: &Arc<App>, hook: &InlineHook, verdict: &Verdict) -> Result<(), OktaError> {
    let Some(finding) = verdict.findings().first() else { return Ok(()) };
    app.change(|org| {
        org.record_inline_failure(hook, &finding.to_string());
        Ok(())
    })
}

impl Execution {
    /// As Okta's API answers: with the receiver's answer, or what is wrong with it.
    pub fn to_answer(&self) -> Result<Value, OktaError> {
        let findings = self.verdict.findings().iter().take(MAX_CAUSES);
        let causes: Vec<String> = findings.map(ToString::to_string).collect();
        if !causes.is_empty() {
            return Err(OktaError::validation_of("inlineHook", causes));
        }
        // After a 204 there is none.
        Ok(serde_json::from_slice(&self.body).unwrap_or_else(|_| json!({})))
    }

    /// For the console: what Okta would do, and why.
    pub fn to_json(&self) -> Value {
        let findings: Vec<Value> = self
            .verdict
            .findings()
            .iter()
            .take(MAX_CAUSES)
            .map(|finding| json!({ "path": finding.path(), "what": finding.kind().to_string() }))
            .collect();
        json!({
            "call": self.call.id,
            "effect": effect(self.verdict.effect()),
            "consequence": self.verdict.consequence(),
            "findings": findings,
        })
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Applied => "applied",
        Effect::Unchanged => "unchanged",
        Effect::PatchRefused => "patch refused",
        Effect::Denied => "denied",
        Effect::Failed => "failed",
        _ => "not used",
    }
}
