//! What a check found, and how it is printed.

use serde_json::{Value, json};

use super::rules::Rule;
use crate::terminal::{bad, dim, good, warn};

pub struct Finding {
    pub rule: &'static Rule,
    pub verdict: Verdict,
}

pub enum Verdict {
    Held,
    /// What was seen instead.
    Short(String),
    /// Why it was not looked at.
    Skipped(&'static str),
}

impl Finding {
    pub fn held(rule: &'static Rule) -> Self {
        Self { rule, verdict: Verdict::Held }
    }

    pub fn short(rule: &'static Rule, what: impl Into<String>) -> Self {
        Self { rule, verdict: Verdict::Short(what.into()) }
    }

    pub fn skipped(rule: &'static Rule, why: &'static str) -> Self {
        Self { rule, verdict: Verdict::Skipped(why) }
    }

    /// Held if nothing was found.
    pub fn unless(rule: &'static Rule, found: Vec<String>) -> Self {
        if found.is_empty() { Self::held(rule) } else { Self::short(rule, found.join("; ")) }
    }

    pub fn is_fault(&self) -> bool {
        matches!(self.verdict, Verdict::Short(_)) && !self.rule.advice
    }

    fn is_skipped_for(&self, reason: &str) -> bool {
        matches!(self.verdict, Verdict::Skipped(other) if other == reason)
    }

    fn name(&self) -> &'static str {
        match self.verdict {
            Verdict::Held => "held",
            Verdict::Short(_) if self.rule.advice => "advice",
            Verdict::Short(_) => "fault",
            Verdict::Skipped(_) => "skipped",
        }
    }

    pub fn to_json(&self) -> Value {
        let what = match &self.verdict {
            Verdict::Held => None,
            Verdict::Short(what) => Some(what.as_str()),
            Verdict::Skipped(why) => Some(*why),
        };
        let Rule { id, title, why, fix, .. } = self.rule;
        json!({ "id": id, "title": title, "verdict": self.name(), "what": what, "why": why, "fix": fix })
    }

    /// `before` is the one printed before it: the same hint is not repeated.
    pub fn print(&self, before: Option<&Self>) {
        let Rule { id, title, why, fix, advice } = self.rule;
        let id = dim(&format!("[{id}]"));
        match &self.verdict {
            Verdict::Held => print_line!("{}  {title} {id}", good("held   ")),
            Verdict::Skipped(why) => {
                let repeated = before.is_some_and(|other| other.is_skipped_for(why));
                let why = if repeated { String::new() } else { format!(": {why}") };
                print_line!("{}  {title} {id}{why}", dim("skipped"));
            }
            Verdict::Short(what) => {
                let mark = if *advice { warn("advice ") } else { bad("FAULT  ") };
                print_line!("{mark}  {title} {id}: {what}");
                print_line!("         why: {why}");
                print_line!("         fix: {fix}");
            }
        }
    }
}

pub fn count(findings: &[Finding]) -> String {
    let of = |name: &str| findings.iter().filter(|finding| finding.name() == name).count();
    let faults = of("fault");
    let plural = if faults == 1 { "" } else { "s" };
    format!(
        "{} held, {faults} fault{plural}, {} advice, {} skipped",
        of("held"),
        of("advice"),
        of("skipped")
    )
}
