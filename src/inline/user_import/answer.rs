use serde_json::{Value, json};

use super::{ImportResult, Request};
use crate::inline::answer::{
    AnswerError, AnswerErrorKind, Command, Failure, attributes, command_type, finish,
};

/// An answer in the making to [`Request`]. Without a change it is 204, and Okta does what
/// [`Request::action`] says. `Debug` shows no value.
///
/// ```
/// use okta_hooks::inline::user_import;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let request = user_import::Request::from_slice(br#"{"eventType":"com.okta.import.transform"}"#)?;
/// let answer = request
///     .answer()
///     .with_profile_attribute("department", "Sales")
///     .link_user("00u9kq3f7TzWmXb2a5d7")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Answer {
    app_profile: Vec<(String, Value)>,
    profile: Vec<(String, Value)>,
    actions: Vec<Action>,
    debug: Vec<(String, Value)>,
}

#[derive(Clone)]
enum Action {
    Create,
    Link { id: String },
}

impl Request {
    /// Starts an answer.
    pub fn answer(&self) -> Answer {
        Answer { app_profile: vec![], profile: vec![], actions: vec![], debug: vec![] }
    }

    /// Starts an answer that reports an error, which Okta writes to its System Log.
    pub fn fail(&self, summary: impl Into<String>) -> Failure {
        Failure::new(self.0.hook_type(), summary.into())
    }
}

impl Answer {
    /// Sets an attribute of the application's profile: `com.okta.appUser.profile.update`.
    pub fn with_app_attribute(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.app_profile.push((name.into(), value.into()));
        self
    }

    /// Sets an attribute of Okta's profile: `com.okta.user.profile.update`.
    pub fn with_profile_attribute(
        mut self,
        name: impl Into<String>,
        value: impl Into<Value>,
    ) -> Self {
        self.profile.push((name.into(), value.into()));
        self
    }

    /// Creates a user in Okta, whatever matched.
    pub fn create_user(mut self) -> Self {
        self.actions.push(Action::Create);
        self
    }

    /// Links it to the user in Okta with this id.
    pub fn link_user(mut self, id: impl Into<String>) -> Self {
        self.actions.push(Action::Link { id: id.into() });
        self
    }

    fn commands(&self) -> Result<Vec<Command>, AnswerError> {
        let app_profile = attributes(command_type::APP_PROFILE_UPDATE, &self.app_profile)?;
        let profile = attributes(command_type::PROFILE_UPDATE, &self.profile)?;
        let mut commands: Vec<Command> = app_profile.into_iter().chain(profile).collect();
        match &self.actions[..] {
            [] => {}
            [Action::Create] => commands.push(result(&ImportResult::CREATE_USER)),
            [Action::Link { id }] => commands.extend(link(id)?),
            _ => {
                let twice = AnswerError::new(AnswerErrorKind::Duplicate);
                return Err(twice.command(command_type::ACTION_UPDATE));
            }
        }
        Ok(commands)
    }
}

finish! { Answer of USER_IMPORT, errors:
    ///
    /// That is: an attribute of an empty name, named twice, or of the value `null`; a user both created
    /// and linked; an empty id.
}

fn result(result: &ImportResult) -> Command {
    let value = json!({ "result": result.as_str() });
    Command { kind: command_type::ACTION_UPDATE, value }
}

/// One without the other is not enough.
fn link(id: &str) -> Result<[Command; 2], AnswerError> {
    let kind = command_type::USER_UPDATE;
    if id.is_empty() {
        return Err(AnswerError::new(AnswerErrorKind::Empty).command(kind).at("id"));
    }
    let user = Command { kind, value: json!({ "id": id }) };
    Ok([result(&ImportResult::LINK_USER), user])
}
