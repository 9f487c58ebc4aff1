//! Nothing that is shown has a value that was sent: the seeds have this mark in all of theirs.

use std::fmt::{Debug, Display};

/// In secrets and values of payloads, and in nothing that this crate says.
pub const MARK: &str = "hunter2";

#[track_caller]
pub fn assert_hidden(shown: impl Display) {
    let shown = shown.to_string();
    assert!(!shown.to_ascii_lowercase().contains(MARK), "{shown}");
    // The mark's bytes, as a list of numbers.
    assert!(!shown.contains("104, 117, 110"), "{shown}");
}

#[track_caller]
pub fn assert_debug_hides(value: &impl Debug) {
    assert_hidden(format_args!("{value:?}"));
}
