use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::command::Command;
use super::error::{AnswerError, AnswerErrorKind};
use super::patch::has_null;
use super::wire::Answer;
use crate::inline::HookType;

/// The three members of an answer.
pub(in crate::inline) struct Draft {
    pub(in crate::inline) hook_type: HookType,
    pub(in crate::inline) commands: Vec<Command>,
    pub(in crate::inline) error: Option<Value>,
    pub(in crate::inline) debug: Vec<(String, Value)>,
}

impl Draft {
    /// Writes the answer: 204 without a body if it says nothing.
    pub(in crate::inline) fn build(self) -> Result<Answer, AnswerError> {
        let debug = debug_context(self.debug)?;
        let mut body = Map::new();
        if !self.commands.is_empty() {
            let command = |Command { kind, value }| json!({ "type": kind, "value": value });
            body.insert("commands".into(), self.commands.into_iter().map(command).collect());
        }
        body.extend(self.error.map(|error| ("error".to_owned(), error)));
        body.extend(debug.map(|debug| ("debugContext".to_owned(), debug)));
        match body.is_empty() {
            true => Ok(Answer::new(self.hook_type, Bytes::new())),
            false => written(self.hook_type, &body.into()),
        }
    }
}

/// The answer with this JSON as its body.
pub(in crate::inline) fn written(hook_type: HookType, json: &Value) -> Result<Answer, AnswerError> {
    let body = json.to_string();
    if body.len() > Answer::MAX_LEN {
        return Err(AnswerError::new(AnswerErrorKind::TooLong));
    }
    Ok(Answer::new(hook_type, body.into()))
}

fn debug_context(entries: Vec<(String, Value)>) -> Result<Option<Value>, AnswerError> {
    let mut members = Map::new();
    for (name, value) in entries {
        let place = format!("/debugContext/{name}");
        if has_null(&value) {
            return Err(AnswerError::new(AnswerErrorKind::Null).at(place));
        }
        if members.insert(name, value).is_some() {
            return Err(AnswerError::new(AnswerErrorKind::Duplicate).at(place));
        }
    }
    Ok((!members.is_empty()).then(|| members.into()))
}
