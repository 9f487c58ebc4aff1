//! What Okta would do with the answers.

use std::time::Duration;

use futures_util::future::join_all;
use okta_hooks::simulate::inline::Effect;

use super::super::finding::Finding;
use super::super::rules::Rule;
use super::probe::{Outcome, Probe, of_rule};
use super::{Kind, cases, rules};

/// What was found, and whether there is anything to go on with.
pub async fn check(probe: &Probe<'_>) -> (Vec<Finding>, bool) {
    let mut wrong: Vec<(&'static Rule, String)> = Vec::new();
    for (nth, (what, request)) in cases::of(probe).into_iter().enumerate() {
        let outcome = probe.ask(&request).await;
        let is_none = outcome.effect == Effect::NotUsed;
        wrong.extend(outcome.wrong.into_iter().map(|(rule, it)| (rule, format!("{what}: {it}"))));
        if nth == 0 && is_none {
            // Nothing else would show anything.
            let fell_short = rules::OF_ANSWERS.iter().map(|rule| of_rule(rule, &wrong));
            return (fell_short.filter(Finding::is_fault).collect(), false);
        }
    }
    let of_kind = rules::OF_ANSWERS.iter().filter(|rule| rules::is_about(rule, probe.kind));
    let mut findings: Vec<Finding> = of_kind.map(|rule| of_rule(rule, &wrong)).collect();
    if probe.kind == Kind::PasswordImport {
        findings.push(made_up_password(probe).await);
    }
    (findings, true)
}

/// A password that nobody can have chosen.
async fn made_up_password(probe: &Probe<'_>) -> Finding {
    let password: String = (0..24).map(|_| fastrand::alphanumeric()).collect();
    let request = probe.plain().with("/data/context/credential/password", password);
    match probe.ask(&request).await.effect {
        Effect::Applied => Finding::short(&rules::ANY_PASSWORD, "VERIFIED"),
        _ => Finding::held(&rules::ANY_PASSWORD),
    }
}

/// What is slower than this leaves little of Okta's three seconds to the network.
const SLOW: Duration = Duration::from_secs(1);

pub async fn many_at_once(probe: &Probe<'_>, burst: u32) -> Vec<Finding> {
    let slowest_alone = probe.slowest();
    let one = || async { probe.ask(&probe.plain()).await };
    let outcomes = join_all((0..burst).map(|_| one())).await;
    let refused = outcomes.into_iter().filter(|Outcome { effect, .. }| *effect == Effect::NotUsed);
    let refused: Vec<String> =
        refused.flat_map(|outcome| outcome.wrong).map(|(_, it)| it).collect();
    let busy = refused.first().map(|first| {
        format!("{burst} requests at once: {} without an answer, the first {first}", refused.len())
    });
    let slow = format!("the slowest answer took {} ms", slowest_alone.as_millis());
    vec![
        Finding::unless(&rules::BUSY, busy.into_iter().collect()),
        Finding::unless(&rules::SLOW, if slowest_alone > SLOW { vec![slow] } else { Vec::new() }),
    ]
}
