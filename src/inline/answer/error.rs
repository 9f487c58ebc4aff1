use std::fmt;

/// Why an answer cannot be built: it says something that Okta does not accept.
///
/// Nothing of an answer is ever left out silently: what cannot be said is this error, and Okta never
/// sees any of it. `Display` says which command and where in it, never what was to be said there.
///
/// ```
/// use okta_hooks::inline::{AnswerErrorKind, token};
///
/// let request = token::Request::from_slice(
///     br#"{"eventType":"com.okta.oauth2.tokens.transform","data":{"access":{"claims":{}}}}"#,
/// )?;
/// let patch = token::Patch::new().add("tenant", "acme").add("iss", "https://example.com");
/// let error = request.answer().patch_access(patch).build().unwrap_err();
/// assert_eq!(error.kind(), AnswerErrorKind::Reserved);
/// assert_eq!(error.path(), Some("/claims/iss"));
/// assert_eq!(error.to_string(), "com.okta.access.patch at /claims/iss: Okta reserves the claim");
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerError {
    kind: AnswerErrorKind,
    command: Option<&'static str>,
    path: Option<String>,
}

impl AnswerError {
    pub(in crate::inline) fn new(kind: AnswerErrorKind) -> Self {
        Self { kind, command: None, path: None }
    }

    pub(in crate::inline) fn command(mut self, command: &'static str) -> Self {
        self.command = Some(command);
        self
    }

    pub(in crate::inline) fn at(mut self, path: impl fmt::Display) -> Self {
        self.path = Some(path.to_string());
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> AnswerErrorKind {
        self.kind
    }

    /// The `type` of the command it is in; `None` if it is in none.
    #[must_use]
    pub fn command_type(&self) -> Option<&'static str> {
        self.command
    }

    /// Where in the command, or in the answer: a JSON Pointer, or the name of an attribute.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.command, &self.path) {
            (Some(command), Some(path)) => write!(f, "{command} at {path}: {}", self.kind),
            (Some(place), None) => write!(f, "{place}: {}", self.kind),
            (None, Some(place)) => write!(f, "{place}: {}", self.kind),
            (None, None) => self.kind.fmt(f),
        }
    }
}

impl std::error::Error for AnswerError {}

/// What an [`AnswerError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerErrorKind {
    /// A value is `null`, or has one in it. Okta documents none in an answer.
    #[error("null is not accepted")]
    Null,
    /// A name, a path, an id or a message is empty.
    #[error("it is empty")]
    Empty,
    /// The claim is one that only Okta sets in this type of token.
    #[error("Okta reserves the claim")]
    Reserved,
    /// A token lives for 300 to 86,400 seconds.
    #[error("the lifetime is not between 300 and 86,400 seconds")]
    Lifetime,
    /// The request asks for no token of this type.
    #[error("the request asks for no such token")]
    NotRequested,
    /// There is nothing to replace, to remove or to add to.
    #[error("the request has nothing there")]
    MissingTarget,
    /// There is something to be replaced where something new was to be added.
    #[error("the request has it already")]
    Exists,
    /// Okta lets nobody change what is there.
    #[error("it cannot be changed")]
    NotAllowed,
    /// The same is said twice.
    #[error("it is there more than once")]
    Duplicate,
    /// The request is of a `requestType` that this release does not know, and so are its commands.
    #[error("the request is of an unknown requestType")]
    UnknownRequestType,
    /// Okta takes answers below 256 KB.
    #[error("the answer is 256 KB or longer")]
    TooLong,
}
