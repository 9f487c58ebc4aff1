use std::fmt;

use serde_json::{Value, json};

use super::cause::ErrorCause;
use super::command::Command;
use super::draft::Draft;
use super::error::{AnswerError, AnswerErrorKind};
use super::wire::Answer;
use crate::inline::HookType;

/// An answer in the making that says no: the member `error`, and no command but the one that denies.
///
/// What Okta does then depends on the type of the hook: see the method of the request that makes it,
/// such as [`registration::Request::deny`](crate::inline::registration::Request::deny). Commands are not
/// executed beside an error, so there is no way to add one. `Debug` shows no value.
///
/// ```
/// use okta_hooks::inline::{ErrorCause, registration};
///
/// let request = registration::Request::from_slice(br#"{"eventType":"com.okta.user.pre-registration"}"#)?;
/// let cause = ErrorCause::new("Use your company address.")
///     .with_reason("EMAIL_DOMAIN")
///     .with_location("data.userProfile.email")
///     .with_domain("end-user");
/// let answer = request.deny("Registration refused.").with_cause(cause).build()?;
/// assert_eq!(answer.status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Failure {
    hook_type: HookType,
    denial: Option<(&'static str, Value)>,
    summary: String,
    causes: Vec<ErrorCause>,
    debug: Vec<(String, Value)>,
}

impl Failure {
    pub(in crate::inline) fn new(hook_type: HookType, summary: String) -> Self {
        Self { hook_type, denial: None, summary, causes: Vec::new(), debug: Vec::new() }
    }

    /// Adds the command that denies.
    pub(in crate::inline) fn with_denial(mut self, kind: &'static str, value: Value) -> Self {
        self.denial = Some((kind, value));
        self
    }

    /// Adds a cause.
    pub fn with_cause(mut self, cause: ErrorCause) -> Self {
        self.causes.push(cause);
        self
    }

    /// Adds a member to `debugContext`, which Okta copies into its System Log event
    /// `inline_hook.response.processed`. Not for what must not be read there.
    pub fn with_debug(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.debug.push((name.into(), value.into()));
        self
    }

    /// The finished answer.
    ///
    /// # Errors
    ///
    /// [`AnswerError`] if a message is empty, in whose place people would see one of Okta's; if
    /// `debugContext` has `null` or a member twice; if it is 256 KB or longer.
    pub fn build(self) -> Result<Answer, AnswerError> {
        self.check_messages()?;
        let mut error = json!({ "errorSummary": self.summary });
        if !self.causes.is_empty() {
            error["errorCauses"] = self.causes.iter().map(ErrorCause::to_json).collect();
        }
        let denial = self.denial.map(|(kind, value)| Command { kind, value });
        Draft {
            hook_type: self.hook_type,
            commands: denial.into_iter().collect(),
            error: Some(error),
            debug: self.debug,
        }
        .build()
    }

    fn check_messages(&self) -> Result<(), AnswerError> {
        let empty = AnswerError::new(AnswerErrorKind::Empty);
        if self.summary.is_empty() {
            return Err(empty.at("/error/errorSummary"));
        }
        match self.causes.iter().position(|cause| cause.summary().is_empty()) {
            Some(nth) => Err(empty.at(format_args!("/error/errorCauses/{nth}/errorSummary"))),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("hook_type", &self.hook_type)
            .field("causes", &self.causes.len())
            .finish_non_exhaustive()
    }
}
