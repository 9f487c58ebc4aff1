use serde_json::{Value, json};

use super::{Request, RequestType};
use crate::inline::answer::{
    AnswerError, AnswerErrorKind, Command, Failure, attributes, command_type, finish,
};

/// An answer in the making to [`Request`] that lets the registration, or the change of the profile,
/// go on. Without an attribute it is 204. `Debug` shows no value.
///
/// ```
/// use okta_hooks::inline::registration;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let request = registration::Request::from_slice(br#"{"eventType":"com.okta.user.pre-registration"}"#)?;
/// let answer = request.answer().with_attribute("employeeNumber", "1842").build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Answer {
    request: Request,
    attributes: Vec<(String, Value)>,
    says_allow: bool,
    debug: Vec<(String, Value)>,
}

impl Request {
    /// Starts an answer that allows it.
    pub fn answer(&self) -> Answer {
        let (attributes, debug) = (Vec::new(), Vec::new());
        Answer { request: self.clone(), attributes, says_allow: false, debug }
    }

    /// Starts an answer that denies it: the user sees `summary`, and beside an input the causes that
    /// name it.
    pub fn deny(&self, summary: impl Into<String>) -> Failure {
        Failure::new(self.0.hook_type(), summary.into())
            .with_denial(command_type::ACTION_UPDATE, json!({ "registration": "DENY" }))
    }
}

impl Answer {
    /// Sets an attribute of the user that Okta's schema has, whether the user entered it or not; the
    /// command is the one for the flow that the request belongs to. A password cannot be set.
    pub fn with_attribute(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// Says `ALLOW`, which is what Okta does anyway.
    pub fn with_explicit_allow(mut self) -> Self {
        self.says_allow = true;
        self
    }

    fn commands(&self) -> Result<Vec<Command>, AnswerError> {
        let profile = match self.attributes.is_empty() {
            true => None,
            false => attributes(profile_update(&self.request)?, &self.attributes)?,
        };
        let allow = self.says_allow.then(|| Command {
            kind: command_type::ACTION_UPDATE,
            value: json!({ "registration": "ALLOW" }),
        });
        Ok(profile.into_iter().chain(allow).collect())
    }
}

finish! { Answer of REGISTRATION, errors:
    ///
    /// That is: an attribute of an empty name, named twice, or of the value `null`; the password;
    /// any attribute where the request is of an unknown `requestType`.
}

/// The command that sets attributes in the flow of `request`.
pub(crate) fn profile_update(request: &Request) -> Result<&'static str, AnswerError> {
    match request.request_type() {
        None | Some(RequestType::SELF_SERVICE) => Ok(command_type::PROFILE_UPDATE),
        Some(RequestType::PROGRESSIVE_PROFILE) => Ok(command_type::PROGRESSIVE_UPDATE),
        Some(_) => Err(AnswerError::new(AnswerErrorKind::UnknownRequestType)),
    }
}
