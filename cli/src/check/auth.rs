//! Each way a secret can be wrong.

use okta_hooks::simulate;

use super::finding::Finding;
use super::probe::{Probe, describe, status};
use super::rules::{self, Rule};
use crate::http_client::Exchange;

/// A way to be wrong: the rule it is about, in words, and the headers sent.
type Case<'a> = (&'static Rule, &'a str, Vec<(&'a str, &'a str)>);

pub async fn check(probe: &Probe<'_>) -> Vec<Finding> {
    let auth = &probe.to.auth;
    let Some(secret) = auth.secret.as_deref() else {
        let why = "no secret was given: see --secret";
        let all = [&rules::AUTH_MISSING, &rules::AUTH_WRONG, &rules::AUTH_ALMOST];
        return all.into_iter().map(|rule| Finding::skipped(rule, why)).collect();
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
        (&rules::AUTH_MISSING, "no header", vec![]),
        (&rules::AUTH_MISSING, "an empty value", vec![(header, "")]),
        (&rules::AUTH_WRONG, "another value", vec![(header, &wrong)]),
        (&rules::AUTH_ALMOST, "one character more", vec![(header, &longer)]),
        (&rules::AUTH_ALMOST, "one character less", vec![(header, &shorter)]),
        (&rules::AUTH_ALMOST, "upper and lower case swapped", vec![(header, &swapped)]),
        (&rules::AUTH_DOUBLED, "right and wrong", vec![(header, secret), (header, &wrong)]),
    ];
    let mut accepted: Vec<(&Rule, String)> = Vec::new();
    for (rule, what, headers) in cases {
        // A secret of one character, or without letters, has no such variant.
        if headers == [(header, secret)] || headers.iter().any(|(_, value)| value.trim() != *value)
        {
            continue;
        }
        let body = Probe::body(vec![Probe::event(&probe.login()).to_json()]);
        let exchange = probe.send(probe.request_with(body, &headers)).await;
        match status(&exchange) {
            Some(200..=299) => accepted.push((rule, format!("accepts {what}"))),
            Some(400..=499) => {}
            _ => server_errors.push(format!("{what}: {}", describe(&exchange))),
        }
    }
    let all = [&rules::AUTH_MISSING, &rules::AUTH_WRONG, &rules::AUTH_ALMOST, &rules::AUTH_DOUBLED];
    let of = |rule: &Rule| {
        let found = accepted.iter().filter(|(other, _)| other.id == rule.id);
        found.map(|(_, what)| what.clone()).collect()
    };
    let mut findings: Vec<Finding> =
        all.into_iter().map(|rule| Finding::unless(rule, of(rule))).collect();
    findings.push(Finding::unless(&rules::AUTH_STATUS, server_errors));
    findings.push(verification(probe, header, &wrong).await);
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
