use serde_json::{Map, Value};

use super::error::{AnswerError, AnswerErrorKind};
use super::patch::has_null;

/// The types of commands.
pub(crate) mod command_type {
    pub(crate) const ACCESS_PATCH: &str = "com.okta.access.patch";
    pub(crate) const IDENTITY_PATCH: &str = "com.okta.identity.patch";
    pub(crate) const ASSERTION_PATCH: &str = "com.okta.assertion.patch";
    pub(crate) const ACTION_UPDATE: &str = "com.okta.action.update";
    pub(crate) const PROFILE_UPDATE: &str = "com.okta.user.profile.update";
    pub(crate) const PROGRESSIVE_UPDATE: &str = "com.okta.user.progressive.profile.update";
    pub(crate) const APP_PROFILE_UPDATE: &str = "com.okta.appUser.profile.update";
    pub(crate) const USER_UPDATE: &str = "com.okta.user.update";
    pub(crate) const TELEPHONY_ACTION: &str = "com.okta.telephony.action";
}

/// One command of an answer.
pub(crate) struct Command {
    pub(crate) kind: &'static str,
    /// An object, or an array.
    pub(crate) value: Value,
}

/// The command that sets attributes; none if there are no attributes.
pub(crate) fn attributes(
    kind: &'static str,
    attributes: &[(String, Value)],
) -> Result<Option<Command>, AnswerError> {
    let mut members = Map::new();
    for (name, value) in attributes {
        let wrong = match name.as_str() {
            "" => Some(AnswerErrorKind::Empty),
            "password" => Some(AnswerErrorKind::NotAllowed),
            _ if has_null(value) => Some(AnswerErrorKind::Null),
            _ => members.insert(name.clone(), value.clone()).map(|_| AnswerErrorKind::Duplicate),
        };
        if let Some(wrong) = wrong {
            return Err(AnswerError::new(wrong).command(kind).at(name));
        }
    }
    Ok((!members.is_empty()).then(|| Command { kind, value: members.into() }))
}
