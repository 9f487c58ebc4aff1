//! What is read from the System Log, and where to go on.

use jiff::Timestamp;

use super::Batch;

/// Times between which the System Log keeps nothing any more, and was not read either: what hooks
/// lost then stays lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrecoverable {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// A page of an org's System Log.
pub struct LogPage {
    pub org: String,
    pub events: Batch,
    /// The cursor of the page after it, if Okta told it.
    pub next: Option<String>,
}
