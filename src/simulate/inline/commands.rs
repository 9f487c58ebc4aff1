//! What the commands of an answer do, by the type of the hook.

use serde_json::Value;

use super::finding::FindingKind;
use super::operation;
use super::review::{Command, Review};
use super::verdict::Effect;
use crate::inline::answer::{Op, Operation, command_type as is};
use crate::inline::saml::answer as saml;
use crate::inline::token::answer::Token;
use crate::inline::{AnswerErrorKind, Request};

impl Review<'_> {
    /// What Okta does with these commands, where there is no error beside them.
    pub(super) fn effect(&mut self, commands: &[Command<'_>]) -> Effect {
        match self.request {
            Request::Token(request) => {
                let mut access = Token::Access.of(request);
                let mut identity = Token::Identity.of(request);
                self.patches(commands, &ALL_OPS, |kind, operation| {
                    let (token, target) = match kind == is::ACCESS_PATCH {
                        true => (Token::Access, &mut access),
                        false => (Token::Identity, &mut identity),
                    };
                    let target = target.as_mut().ok_or(AnswerErrorKind::NotRequested)?;
                    token.apply(operation, target)
                })
            }
            Request::Saml(request) => {
                let mut assertion = saml::assertion(request);
                self.patches(commands, &ALL_OPS[..2], |_, operation| {
                    saml::apply(operation, &mut assertion)
                })
            }
            Request::Registration(_) => self.registration(commands),
            Request::PasswordImport(_) => self.password(commands),
            Request::UserImport(_) => self.user_import(commands),
            Request::Telephony(_) => self.telephony(commands),
            Request::Other(_) => applied(commands.len()),
        }
    }

    fn patches(
        &mut self,
        commands: &[Command<'_>],
        allowed: &[Op],
        mut apply: impl FnMut(&str, &Operation) -> Result<(), AnswerErrorKind>,
    ) -> Effect {
        let before = self.findings.len();
        for Command { kind, value, path } in commands {
            let Some(operations) = value.as_array() else {
                self.note(format_args!("{path}/value"), FindingKind::Expected("an array"));
                continue;
            };
            for (nth, json) in operations.iter().enumerate() {
                let done = operation::read(json, allowed).and_then(|operation| {
                    apply(kind, &operation).map_err(|why| ("", FindingKind::Answer(why)))
                });
                if let Err((member, finding)) = done {
                    self.note(format_args!("{path}/value/{nth}{member}"), finding);
                }
            }
        }
        match self.findings.len() == before {
            true => applied(commands.len()),
            false => Effect::PatchRefused,
        }
    }

    /// Whether a command has an object for its value, without `null` in it.
    fn is_object(&mut self, command: &Command<'_>) -> bool {
        let path = format!("{}/value", command.path);
        let Some(members) = command.value.as_object() else {
            self.note(path, FindingKind::Expected("an object"));
            return false;
        };
        for (name, _) in members.iter().filter(|(_, value)| value.is_null()) {
            self.note(format_args!("{path}/{name}"), FindingKind::Null);
        }
        true
    }

    /// The string `name` in the value of a command, if it is one of those that Okta knows.
    fn choice<'j>(&mut self, command: &Command<'j>, name: &str, known: &[&str]) -> Option<&'j str> {
        if !self.is_object(command) {
            return None;
        }
        let choice = command.value[name].as_str().filter(|choice| known.contains(choice));
        if choice.is_none() {
            self.note(format_args!("{}/value/{name}", command.path), FindingKind::UnknownValue);
        }
        choice
    }

    fn registration(&mut self, commands: &[Command<'_>]) -> Effect {
        let (mut executed, mut is_denied) = (0, false);
        for command in commands {
            let is_executed = match command.kind {
                is::ACTION_UPDATE => {
                    let choice = self.choice(command, "registration", &["ALLOW", "DENY"]);
                    is_denied |= choice == Some("DENY");
                    choice.is_some()
                }
                _ => self.is_object(command),
            };
            executed += usize::from(is_executed);
        }
        if is_denied { Effect::Denied } else { applied(executed) }
    }

    fn password(&mut self, commands: &[Command<'_>]) -> Effect {
        let known = ["VERIFIED", "UNVERIFIED"];
        let said = commands.iter().filter_map(|it| self.choice(it, "credential", &known)).last();
        match said {
            Some("VERIFIED") => Effect::Applied,
            Some(_) => Effect::Denied,
            None => Effect::Unchanged,
        }
    }

    fn user_import(&mut self, commands: &[Command<'_>]) -> Effect {
        let has_user = commands.iter().any(|command| command.kind == is::USER_UPDATE);
        let mut executed = 0;
        for command in commands {
            let is_executed = match command.kind {
                is::ACTION_UPDATE => {
                    let choice = self.choice(command, "result", &["CREATE_USER", "LINK_USER"]);
                    if choice == Some("LINK_USER") && !has_user {
                        self.note(&command.path, FindingKind::MissingCommand(is::USER_UPDATE));
                    }
                    choice.is_some() && (choice != Some("LINK_USER") || has_user)
                }
                is::USER_UPDATE => self.is_object(command) && self.has_string(command, "id"),
                _ => self.is_object(command),
            };
            executed += usize::from(is_executed);
        }
        applied(executed)
    }

    fn has_string(&mut self, command: &Command<'_>, name: &str) -> bool {
        let is_string = command.value[name].is_string();
        if !is_string {
            let path = format!("{}/value/{name}", command.path);
            self.note(path, FindingKind::Expected("a string"));
        }
        is_string
    }

    fn telephony(&mut self, commands: &[Command<'_>]) -> Effect {
        let Some(Command { value, path, .. }) = commands.first() else {
            return self.not_used(FindingKind::MissingCommand(is::TELEPHONY_ACTION));
        };
        let before = self.findings.len();
        let action = match value.as_array().map(Vec::as_slice) {
            Some([Value::Object(action)]) => action,
            Some(_) => {
                self.note(format_args!("{path}/value"), FindingKind::Expected("one object"));
                return Effect::NotUsed;
            }
            None => {
                self.note(format_args!("{path}/value"), FindingKind::Expected("an array"));
                return Effect::NotUsed;
            }
        };
        for (name, member) in action {
            let path = format!("{path}/value/0/{name}");
            match name.as_str() {
                _ if member.is_null() => self.note(path, FindingKind::Null),
                "status" => {}
                "provider" | "transactionId" | "transactionMetadata" if member.is_string() => {}
                "provider" | "transactionId" | "transactionMetadata" => {
                    self.note(path, FindingKind::Expected("a string"));
                }
                _ => self.note(path, FindingKind::UnknownMember),
            }
        }
        let is_well_formed = self.findings.len() == before;
        match action.get("status").and_then(Value::as_str) {
            Some("SUCCESSFUL" | "PENDING") if is_well_formed => Effect::Applied,
            Some("FAILED") if is_well_formed => Effect::Failed,
            Some("SUCCESSFUL" | "PENDING" | "FAILED") => Effect::NotUsed,
            _ => {
                self.note(format_args!("{path}/value/0/status"), FindingKind::UnknownValue);
                Effect::NotUsed
            }
        }
    }
}

const ALL_OPS: [Op; 3] = [Op::Add, Op::Replace, Op::Remove];

fn applied(commands: usize) -> Effect {
    if commands > 0 { Effect::Applied } else { Effect::Unchanged }
}
