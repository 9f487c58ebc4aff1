//! The walk over one answer.

use std::fmt;

use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::finding::{Finding, FindingKind};
use super::verdict::Effect;
use crate::inline::answer::command_type as is;
use crate::inline::{Answer, Request, registration};
use crate::simulate::verification::is_html;

pub(super) struct Review<'r> {
    pub(super) request: &'r Request,
    pub(super) findings: Vec<Finding>,
}

impl<'r> Review<'r> {
    pub(super) fn new(request: &'r Request) -> Self {
        Self { request, findings: Vec::new() }
    }

    pub(super) fn note(&mut self, path: impl fmt::Display, kind: FindingKind) {
        self.findings.push(Finding::new(path.to_string(), kind));
    }

    pub(super) fn not_used(&mut self, kind: FindingKind) -> Effect {
        self.note("", kind);
        Effect::NotUsed
    }

    pub(super) fn response(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Effect {
        match status {
            StatusCode::OK => self.body(headers, body),
            StatusCode::NO_CONTENT => match self.request {
                Request::Telephony(_) => self.not_used(FindingKind::NoContent),
                _ => Effect::Unchanged,
            },
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                self.not_used(FindingKind::Refused(status))
            }
            _ if status.is_redirection() || headers.contains_key(LOCATION) => {
                self.not_used(FindingKind::Redirect(status))
            }
            _ => self.not_used(FindingKind::Status(status)),
        }
    }

    fn body(&mut self, headers: &HeaderMap, body: &[u8]) -> Effect {
        if body.len() > Answer::MAX_LEN {
            return self.not_used(FindingKind::TooLong);
        }
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(members)) => self.members(&members),
            Ok(_) => self.not_used(FindingKind::Expected("an object")),
            Err(_) if is_html(headers, body) => self.not_used(FindingKind::Html),
            Err(_) => self.not_used(FindingKind::NotJson),
        }
    }

    fn members(&mut self, members: &Map<String, Value>) -> Effect {
        for (name, value) in members {
            let is_known = matches!(name.as_str(), "commands" | "error" | "debugContext");
            match value {
                _ if !is_known => self.note(format_args!("/{name}"), FindingKind::UnknownMember),
                Value::Null => self.note(format_args!("/{name}"), FindingKind::Null),
                _ => {}
            }
        }
        let member = |name: &str| members.get(name).filter(|value| !value.is_null());
        if member("debugContext").is_some_and(|debug| !debug.is_object()) {
            self.note("/debugContext", FindingKind::Expected("an object"));
        }
        let commands = self.commands(member("commands"));
        match member("error") {
            Some(error) => self.error(error, &commands),
            None => self.effect(&commands),
        }
    }

    /// The commands, each with its place, as far as they are commands.
    fn commands<'j>(&mut self, json: Option<&'j Value>) -> Vec<Command<'j>> {
        let Some(json) = json else { return Vec::new() };
        let Some(elements) = json.as_array() else {
            self.note("/commands", FindingKind::Expected("an array"));
            return Vec::new();
        };
        elements.iter().enumerate().filter_map(|(nth, json)| self.command(nth, json)).collect()
    }

    fn command<'j>(&mut self, nth: usize, json: &'j Value) -> Option<Command<'j>> {
        let path = format!("/commands/{nth}");
        let Some(members) = json.as_object() else {
            self.note(path, FindingKind::Expected("an object"));
            return None;
        };
        for name in members.keys().filter(|name| !matches!(name.as_str(), "type" | "value")) {
            self.note(format_args!("{path}/{name}"), FindingKind::UnknownMember);
        }
        let Some(kind) = members.get("type").and_then(Value::as_str) else {
            self.note(format_args!("{path}/type"), FindingKind::Expected("a string"));
            return None;
        };
        if !matches!(self.request, Request::Other(_)) && !taken(self.request).contains(&kind) {
            self.note(format_args!("{path}/type"), FindingKind::UnknownCommand);
            return None;
        }
        Some(Command { kind, value: members.get("value").unwrap_or(&Value::Null), path })
    }

    fn error(&mut self, error: &Value, commands: &[Command<'_>]) -> Effect {
        let is_registration = matches!(self.request, Request::Registration(_));
        for command in commands {
            let is_denial = is_registration && command.kind == is::ACTION_UPDATE;
            if !is_denial || command.value["registration"] != "DENY" {
                self.note(&command.path, FindingKind::NotExecuted);
            }
        }
        if !error["errorSummary"].is_string() {
            self.note("/error/errorSummary", FindingKind::Expected("a string"));
        }
        match error.get("errorCauses") {
            None => {}
            Some(Value::Array(causes)) => self.causes(causes),
            Some(_) => self.note("/error/errorCauses", FindingKind::Expected("an array")),
        }
        if is_registration { Effect::Denied } else { Effect::Failed }
    }

    fn causes(&mut self, causes: &[Value]) {
        for (nth, cause) in causes.iter().enumerate() {
            let path = format!("/error/errorCauses/{nth}");
            let Some(members) = cause.as_object() else {
                self.note(path, FindingKind::Expected("an object"));
                continue;
            };
            for (name, value) in members {
                match value {
                    Value::String(_) => {}
                    Value::Null => self.note(format_args!("{path}/{name}"), FindingKind::Null),
                    _ => {
                        self.note(format_args!("{path}/{name}"), FindingKind::Expected("a string"));
                    }
                }
            }
        }
    }
}

/// One command of an answer.
pub(super) struct Command<'j> {
    pub(super) kind: &'j str,
    pub(super) value: &'j Value,
    pub(super) path: String,
}

/// The commands that Okta takes in answer to `request`.
fn taken(request: &Request) -> Vec<&'static str> {
    match request {
        Request::Token(_) => vec![is::ACCESS_PATCH, is::IDENTITY_PATCH],
        Request::Saml(_) => vec![is::ASSERTION_PATCH],
        Request::Registration(request) => {
            let update = registration::answer::profile_update(request).ok();
            update.into_iter().chain([is::ACTION_UPDATE]).collect()
        }
        Request::PasswordImport(_) => vec![is::ACTION_UPDATE],
        Request::UserImport(_) => {
            vec![is::APP_PROFILE_UPDATE, is::PROFILE_UPDATE, is::ACTION_UPDATE, is::USER_UPDATE]
        }
        Request::Telephony(_) => vec![is::TELEPHONY_ACTION],
        Request::Other(_) => Vec::new(),
    }
}
