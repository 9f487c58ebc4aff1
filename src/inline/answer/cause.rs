use std::fmt;

use serde_json::{Map, Value};

/// One cause of a [`Failure`](super::Failure): what is wrong, and with which input.
///
/// Whoever registers sees the message beside the input that [`with_location`](Self::with_location)
/// names. `Debug` shows none of it.
///
/// Source: Okta, [Inline hooks](https://developer.okta.com/docs/concepts/inline-hooks/#error),
/// `error.errorCauses`.
#[derive(Clone)]
#[must_use]
pub struct ErrorCause {
    summary: String,
    reason: Option<String>,
    location: Option<(LocationType, String)>,
    domain: Option<String>,
}

impl ErrorCause {
    /// `errorSummary`: what is wrong, for people.
    pub fn new(summary: impl Into<String>) -> Self {
        Self { summary: summary.into(), reason: None, location: None, domain: None }
    }

    /// `reason`: what is wrong, for programs. Any string, such as `EMAIL_DOMAIN`.
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// `location`: the input in the body of the request, such as `data.userProfile.email`.
    pub fn with_location(self, location: impl Into<String>) -> Self {
        self.with_location_in(LocationType::Body, location)
    }

    /// `locationType` and `location`: the input, and which part of the request it is in.
    pub fn with_location_in(mut self, part: LocationType, location: impl Into<String>) -> Self {
        self.location = Some((part, location.into()));
        self
    }

    /// `domain`: where the cause lies. Any string, such as `end-user` or `external-service`.
    pub fn with_domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    pub(super) fn summary(&self) -> &str {
        &self.summary
    }

    pub(super) fn to_json(&self) -> Value {
        let mut json = Map::new();
        let mut insert = |name: &str, value: &str| json.insert(name.into(), value.into());
        insert("errorSummary", &self.summary);
        if let Some((part, location)) = &self.location {
            insert("locationType", part.as_str());
            insert("location", location);
        }
        self.reason.iter().for_each(|reason| drop(insert("reason", reason)));
        self.domain.iter().for_each(|domain| drop(insert("domain", domain)));
        json.into()
    }
}

impl fmt::Debug for ErrorCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorCause").finish_non_exhaustive()
    }
}

/// The part of a request that an input is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocationType {
    /// The body.
    Body,
    /// A header.
    Header,
    /// The URL.
    Url,
    /// The query.
    Query,
}

impl LocationType {
    fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Header => "header",
            Self::Url => "url",
            Self::Query => "query",
        }
    }
}
