//! Each way a secret can be wrong.

use okta_hooks::simulate;

use super::finding::Finding;
use super::probe::{Probe, describe, status};
use super::rules::{self, Rule};
use crate::destination::Auth;
use crate::http_client::Exchange;

/// What a way to be wrong is about: deliveries and requests of inline hooks have words of their own.
pub struct AuthRules {
    pub missing: &'static Rule,
    pub wrong: &'static Rule,
    pub almost: &'static Rule,
    pub doubled: &'static Rule,
    pub status: &'static Rule,
}

const OF_DELIVERIES: AuthRules = AuthRules {
    missing: &rules::AUTH_MISSING,
    wrong: &rules::AUTH_WRONG,
    almost: &rules::AUTH_ALMOST,
    doubled: &rules::AUTH_DOUBLED,
    status: &rules::AUTH_STATUS,
};

pub async fn check(probe: &Probe<'_>) -> Vec<Finding> {
    let auth = &probe.to.auth;
    let mut findings = secrets(auth, &OF_DELIVERIES, async |headers| {
        let body = Probe::body(vec![Probe::event(&probe.login()).to_json()]);
        probe.send(probe.request_with(body, headers)).await
    })
    .await;
    if let Some(secret) = &auth.secret {
        findings.push(verification(probe, &auth.header, &wrong(secret)).await);
    }
    findings
}

/// A way to be wrong: the rule it is about, in words, and the headers sent.
type Case<'a> = (&'static Rule, &'a str, Vec<(&'a str, &'a str)>);

/// Sends each wrong secret with `send`, which makes a request that is as usual otherwise.
pub async fn secrets(
    auth: &Auth,
    rules: &AuthRules,
    send: impl AsyncFn(&[(&str, &str)]) -> Exchange,
) -> Vec<Finding> {
    let AuthRules { missing, wrong: other, almost, doubled, status: by_4xx } = *rules;
    let Some(secret) = auth.secret.as_deref() else {
        let why = "no secret was given: see --secret";
        return [missing, other, almost].map(|rule| Finding::skipped(rule, why)).into();
    };
    let mut server_errors = Vec::new();
    let header = auth.header.as_str();
    let wrong = wrong(secret);
    let mut longer = secret.to_owned();
    longer.push('x');
    let mut shorter = secret.to_owned();
    shorter.pop();
    let swapped: String = secret.chars().map(swap_case).collect();
    let cases: [Case<'_>; 7] = [
        (missing, "no header", vec![]),
        (missing, "an empty value", vec![(header, "")]),
        (other, "another value", vec![(header, &wrong)]),
        (almost, "one character more", vec![(header, &longer)]),
        (almost, "one character less", vec![(header, &shorter)]),
        (almost, "upper and lower case swapped", vec![(header, &swapped)]),
        (doubled, "right and wrong", vec![(header, secret), (header, &wrong)]),
    ];
    let mut accepted: Vec<(&Rule, String)> = Vec::new();
    for (rule, what, headers) in cases {
        // A secret of one character, or without letters, has no such variant.
        if headers == [(header, secret)] || headers.iter().any(|(_, value)| value.trim() != *value)
        {
            continue;
        }
        let exchange = send(&headers).await;
        match status(&exchange) {
            Some(200..=299) => accepted.push((rule, format!("accepts {what}"))),
            Some(400..=499) => {}
            _ => server_errors.push(format!("{what}: {}", describe(&exchange))),
        }
    }
    let of = |rule: &Rule| {
        let found = accepted.iter().filter(|(other, _)| other.id == rule.id);
        found.map(|(_, what)| what.clone()).collect()
    };
    let mut findings: Vec<Finding> =
        [missing, other, almost, doubled].map(|rule| Finding::unless(rule, of(rule))).into();
    findings.push(Finding::unless(by_4xx, server_errors));
    findings
}

async fn verification(probe: &Probe<'_>, header: &str, wrong: &str) -> Finding {
    let verification = simulate::verification().seed(fastrand::u64(..));
    let request = verification.to_request(&probe.to.url, &[(header, wrong)]);
    let exchange: Exchange = probe.send(request.expect("the arguments were checked")).await;
    let passed = exchange.result.as_ref().is_ok_and(|answer| {
        verification.check(answer.status, &answer.headers, &answer.body).is_ok()
    });
    match passed {
        true => Finding::short(&rules::AUTH_VERIFICATION, "answers with a wrong secret"),
        false => Finding::held(&rules::AUTH_VERIFICATION),
    }
}

/// Another value of the same length and scheme.
fn wrong(secret: &str) -> String {
    let (scheme, rest) = match secret.split_once(' ') {
        Some((scheme, rest)) => (format!("{scheme} "), rest),
        None => (String::new(), secret),
    };
    let other = |c: char| if c == 'x' { 'y' } else { 'x' };
    scheme + &rest.chars().map(other).collect::<String>()
}

fn swap_case(c: char) -> char {
    if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }
}
