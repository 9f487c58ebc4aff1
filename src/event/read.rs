//! How the parts of an event are read: leniently by the accessors, strictly by
//! `schema_mismatches()`.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::schema_mismatch::Report;
use crate::json;

/// A value that an accessor can read out of valid JSON.
///
/// `null` never is a mismatch: it means the same as absence everywhere in a LogEvent.
pub(crate) trait Read<'a>: Sized {
    /// What a [`SchemaMismatch`](super::SchemaMismatch) says is expected.
    const EXPECTED: &'static str;

    /// The value, or `None` if `json` is of another shape, `null`, or empty because it is absent.
    fn read(json: &'a str) -> Option<Self>;

    /// Reports what has another shape, here and below.
    fn check(json: &'a str, report: &mut Report) {
        if json != "null" && Self::read(json).is_none() {
            report.unexpected(Self::EXPECTED);
        }
    }
}

impl<'a> Read<'a> for Cow<'a, str> {
    const EXPECTED: &'static str = "a string";

    fn read(json: &'a str) -> Option<Self> {
        json::string(json)
    }
}

/// A string that some sources write as a number: `version`, `postalCode`. Keeps the number's digits.
#[derive(Clone, Debug)]
pub(crate) struct StringOrNumber<'a>(pub(crate) Cow<'a, str>);

impl<'a> Read<'a> for StringOrNumber<'a> {
    const EXPECTED: &'static str = "a string or a number";

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

impl<'a> Read<'a> for Cow<'a, RawValue> {
    const EXPECTED: &'static str = "anything";

    fn read(json: &'a str) -> Option<Self> {
        Read::read(json).map(Cow::Borrowed)
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
