//! The generator of `src/event_type/catalog.rs`, the library's table of event types.
//!
//! When Okta has published a new catalogue, bring it into the form of a CSV file with the columns
//! of [`COLUMNS`], then
//!
//! ```text
//! cargo run -p xtask -- catalog event-types.csv
//! OKTA_EVENT_TYPES=event-types.csv cargo test -p xtask
//! ```
//!
//! The first writes the table, the second compares what was compiled with the file, column by
//! column. Then the numbers in `tests/catalog.rs` and the release named in the docs of `EventType`
//! and `EventTypeInfo` want a look.
//!
//! What is compiled needs no generator: the table is in the repository, and a test holds that it is
//! what the generator writes.

mod csv;
mod name;
mod render;

use std::path::{Path, PathBuf};

pub use csv::{COLUMNS, read};
pub use name::constant_name;
pub use render::render;

/// A row of the catalogue.
#[derive(Debug, PartialEq)]
pub struct Row<'a> {
    /// The type, as it is on the wire.
    pub event_type: &'a str,
    pub category: &'a str,
    pub tags: Vec<&'a str>,
    pub release: &'a str,
    pub created: &'a str,
    pub hook_eligible: bool,
    pub beta: bool,
    pub internal: bool,
    pub targets: Vec<&'a str>,
}

/// Where the table is.
#[must_use]
pub fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/event_type/catalog.rs")
}
