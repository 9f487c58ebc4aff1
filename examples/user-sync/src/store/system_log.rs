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

impl Unrecoverable {
    /// From the string that it was stored as.
    pub fn parse(stored: &str) -> Option<Self> {
        let (from, until) = stored.split_once('/')?;
        Some(Self { from: from.parse().ok()?, until: until.parse().ok()? })
    }
}

/// As it is stored.
impl std::fmt::Display for Unrecoverable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.from, self.until)
    }
}

/// A page of an org's System Log.
pub struct LogPage {
    pub org: String,
    pub events: Batch,
    /// The cursor of the page after it, if Okta told it.
    pub next: Option<String>,
}
