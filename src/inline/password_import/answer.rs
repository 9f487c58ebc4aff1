use serde_json::{Value, json};

use super::{CredentialStatus, Request};
use crate::inline::answer::{AnswerError, Command, command_type, finish};

/// An answer in the making to [`Request`]. `Debug` does not show which.
///
/// ```
/// use okta_hooks::inline::password_import;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let request = password_import::Request::from_slice(
/// #     br#"{"eventType":"com.okta.user.credential.password.import"}"#)?;
/// # let is_right = |_| true;
/// let answer = match is_right(request.credential()) {
///     true => request.verified(),
///     false => request.unverified(),
/// };
/// let answer = answer.build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Answer {
    status: CredentialStatus,
    debug: Vec<(String, Value)>,
}

impl Request {
    /// Starts an answer that calls the password right: the user is signed in, and Okta keeps the
    /// password. Okta's policies for passwords are not applied to it.
    pub fn verified(&self) -> Answer {
        Answer { status: CredentialStatus::VERIFIED, debug: Vec::new() }
    }

    /// Starts an answer that calls the password wrong: the user is not signed in, and Okta asks again
    /// the next time.
    pub fn unverified(&self) -> Answer {
        Answer { status: CredentialStatus::UNVERIFIED, debug: Vec::new() }
    }
}

impl Answer {
    #[expect(clippy::unnecessary_wraps, reason = "as the other builders have it")]
    fn commands(&self) -> Result<Vec<Command>, AnswerError> {
        let value = json!({ "credential": self.status.as_str() });
        Ok(vec![Command { kind: command_type::ACTION_UPDATE, value }])
    }
}

finish! { Answer of PASSWORD_IMPORT }
