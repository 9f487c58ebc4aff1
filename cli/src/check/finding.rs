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

    pub fn print(&self) {
        let Rule { id, title, why, fix, advice } = self.rule;
        let id = dim(&format!("[{id}]"));
        match &self.verdict {
            Verdict::Held => print_line!("{}  {title} {id}", good("held   ")),
            Verdict::Skipped(why) => print_line!("{}  {title} {id}: {why}", dim("skipped")),
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
    format!(
        "{} held, {} faults, {} advice, {} skipped",
        of("held"),
        of("fault"),
        of("advice"),
        of("skipped")
    )
}
