//! Where the malformed members of one event are collected.

use std::collections::HashSet;
use std::fmt;

/// A member of an event whose shape is not the documented one, from
/// [`LogEvent::schema_mismatches`](crate::LogEvent::schema_mismatches). It reads as absent.
///
/// `Display` says where and what was expected, never what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaMismatch {
    path: String,
    expected: &'static str,
}

impl SchemaMismatch {
    /// Where, from the event's own root: `client.ipChain[0].version`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What Okta documents there: `an object`, `a string`, `an integer`, …
    #[must_use]
    pub fn expected(&self) -> &'static str {
        self.expected
    }
}

impl fmt::Display for SchemaMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.path, self.expected)
    }
}

/// Collects the mismatches of one event, and knows where the check stands.
#[derive(Default)]
pub(crate) struct Report {
    path: String,
    pub(crate) found: Vec<SchemaMismatch>,
    /// The paths found so far: a sender can make as many as fit a body.
    seen: HashSet<String>,
}

impl Report {
    pub(crate) fn inside(&mut self, step: fmt::Arguments<'_>, check: impl FnOnce(&mut Self)) {
        let outside = self.path.len();
        let step = step.to_string();
        if !self.path.is_empty() && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(&step);
        check(self);
        self.path.truncate(outside);
    }

    pub(crate) fn unexpected(&mut self, expected: &'static str) {
        // Duplicates of one key are one place.
        if self.seen.insert(self.path.clone()) {
            self.found.push(SchemaMismatch { path: self.path.clone(), expected });
        }
    }
}
