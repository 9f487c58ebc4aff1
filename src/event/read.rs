//! How the parts of an event are read: leniently by the accessors, strictly by `defects()`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde_json::value::RawValue;

use crate::json;

/// A value that an accessor can read out of valid JSON.
///
/// `null` never gets here as a defect: it means the same as absence everywhere in a LogEvent.
pub(crate) trait Read<'a>: Sized {
    /// What [`FieldDefect`] says is expected.
    const EXPECTED: &'static str;

    /// The value, or `None` if `json` is of another shape, `null` or the empty text (absent).
    fn read(json: &'a str) -> Option<Self>;

    /// Reports what has another shape, here and below.
    fn check(json: &'a str, report: &mut Report) {
        if json != "null" && Self::read(json).is_none() {
            report.unexpected(Self::EXPECTED);
        }
    }
}

/// A place in an event whose shape is not the documented one.
///
/// `Display` says where and what was expected, never what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDefect {
    path: String,
    expected: &'static str,
}

impl FieldDefect {
    /// Where, from the event's own root: `client.ipChain[0].version`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What Okta documents there: `an object`, `a text`, `an integer`, …
    #[must_use]
    pub fn expected(&self) -> &'static str {
        self.expected
    }
}

impl fmt::Display for FieldDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.path, self.expected)
    }
}

/// Collects the defects of one event, and knows where the check stands.
#[derive(Default)]
pub(crate) struct Report {
    path: String,
    pub(crate) found: Vec<FieldDefect>,
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
        // A doubled key is one place.
        if self.seen.insert(self.path.clone()) {
            self.found.push(FieldDefect { path: self.path.clone(), expected });
        }
    }
}

impl<'a> Read<'a> for Cow<'a, str> {
    const EXPECTED: &'static str = "a text";

    fn read(json: &'a str) -> Option<Self> {
        json::string(json)
    }
}

/// Text that some sources write as a number: `version`, `postalCode`. Keeps the number's text.
#[derive(Clone, Debug)]
pub(crate) struct StringOrNumber<'a>(pub(crate) Cow<'a, str>);

impl<'a> Read<'a> for StringOrNumber<'a> {
    const EXPECTED: &'static str = "a text or a number";

    fn read(json: &'a str) -> Option<Self> {
        let is_number = json.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        if is_number { Some(Cow::Borrowed(json)) } else { json::string(json) }.map(Self)
    }
}

impl<'a> Read<'a> for bool {
    const EXPECTED: &'static str = "true or false";

    fn read(json: &'a str) -> Option<Self> {
        json.parse().ok()
    }
}

impl<'a> Read<'a> for i64 {
    const EXPECTED: &'static str = "an integer";

    fn read(json: &'a str) -> Option<Self> {
        json.parse().ok()
    }
}

impl<'a> Read<'a> for f64 {
    const EXPECTED: &'static str = "a number";

    fn read(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

impl<'a> Read<'a> for &'a RawValue {
    const EXPECTED: &'static str = "anything";

    fn read(json: &'a str) -> Option<Self> {
        json::raw(json).filter(|json| json.get() != "null")
    }
}

impl<'a, T: Read<'a>> Read<'a> for Vec<T> {
    const EXPECTED: &'static str = "an array";

    /// Elements of another shape are left out.
    fn read(json: &'a str) -> Option<Self> {
        if !json.starts_with('[') {
            return None;
        }
        let mut found = Self::new();
        json::for_each_element(json, |json| found.extend(T::read(json)));
        Some(found)
    }

    fn check(json: &'a str, report: &mut Report) {
        if json == "null" {
            return;
        }
        if !json.starts_with('[') {
            return report.unexpected(Self::EXPECTED);
        }
        let mut nth = 0;
        json::for_each_element(json, |json| {
            report.inside(format_args!("[{nth}]"), |report| T::check(json, report));
            nth += 1;
        });
    }
}
