use std::fmt;

use http::StatusCode;

use crate::inline::AnswerErrorKind;

/// One thing that is wrong with an answer. `Display` says where and what Okta expects, never what was
/// found there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    path: String,
    kind: FindingKind,
}

impl Finding {
    pub(super) fn new(path: String, kind: FindingKind) -> Self {
        Self { path, kind }
    }

    /// Where in the body: a JSON Pointer, such as `/commands/0/value`; empty if it is about the whole
    /// answer.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> FindingKind {
        self.kind
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => self.kind.fmt(f),
            path => write!(f, "{path}: {}", self.kind),
        }
    }
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindingKind {
    /// There was no complete answer in time, or no connection.
    #[error("no complete answer within three seconds")]
    Timeout,
    /// A redirect, which Okta does not follow.
    #[error("answered with status {} and a redirect, which Okta does not follow", .0.as_u16())]
    Redirect(StatusCode),
    /// 401 or 403: the secret is not the one the receiver expects.
    #[error("refused with status {}", .0.as_u16())]
    Refused(StatusCode),
    /// Any other status but 200 and 204.
    #[error("answered with status {} instead of 200 or 204", .0.as_u16())]
    Status(StatusCode),
    /// 204 where the type of hook takes only 200.
    #[error("answered with status 204, where Okta takes only 200")]
    NoContent,
    /// 256 KB or longer.
    #[error("the body is 256 KB or longer")]
    TooLong,
    /// A web page.
    #[error("the body is a web page, not JSON")]
    Html,
    /// Not JSON.
    #[error("the body is not JSON")]
    NotJson,
    /// A value of another shape.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A member that Okta does not know.
    #[error("Okta knows no such member")]
    UnknownMember,
    /// `null`: a member without a value has to be left out.
    #[error("null: leave the member out")]
    Null,
    /// A command that this type of hook does not have, or not in this flow.
    #[error("Okta takes no such command here")]
    UnknownCommand,
    /// An operation of a patch that this type of hook does not have.
    #[error("Okta takes no such operation here")]
    UnknownOperation,
    /// What is removed has a value.
    #[error("an operation that removes has no value")]
    RemoveWithValue,
    /// A string that is none of those that Okta knows there.
    #[error("not a value that Okta knows here")]
    UnknownValue,
    /// The command that has to be there, too.
    #[error("the command {0} is missing")]
    MissingCommand(&'static str),
    /// A command beside `error`.
    #[error("Okta executes no command beside an error")]
    NotExecuted,
    /// What an answer cannot be built with.
    #[error("{0}")]
    Answer(AnswerErrorKind),
}
