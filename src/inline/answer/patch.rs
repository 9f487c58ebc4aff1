use serde_json::{Value, json};

use super::error::AnswerErrorKind;
use super::pointer::{Pointer, array_index};

/// One operation of a patch ([RFC 6902](https://www.rfc-editor.org/rfc/rfc6902)).
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) op: Op,
    pub(crate) pointer: Pointer,
    /// `None` of what is removed.
    pub(crate) value: Option<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Replace,
    Remove,
}

impl Op {
    fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Replace => "replace",
            Self::Remove => "remove",
        }
    }
}

impl Operation {
    pub(crate) fn to_json(&self) -> Value {
        let mut json = json!({ "op": self.op.as_str(), "path": self.pointer.to_string() });
        if let Some(value) = &self.value {
            json["value"] = value.clone();
        }
        json
    }

    /// What is wrong with it wherever it is applied.
    pub(crate) fn check(&self) -> Result<(), AnswerErrorKind> {
        if self.pointer.is_empty() {
            return Err(AnswerErrorKind::Empty);
        }
        match &self.value {
            Some(value) if has_null(value) => Err(AnswerErrorKind::Null),
            _ => Ok(()),
        }
    }

    /// Does it to `root`.
    pub(crate) fn apply(&self, root: &mut Value) -> Result<(), AnswerErrorKind> {
        self.try_apply(root).ok_or(AnswerErrorKind::MissingTarget)
    }

    fn try_apply(&self, root: &mut Value) -> Option<()> {
        let (last, parents) = self.pointer.tokens().split_last()?;
        let parent = parents.iter().try_fold(root, |parent, token| child(parent, token))?;
        let value = || self.value.clone().unwrap_or_default();
        match (self.op, parent) {
            (Op::Add, Value::Object(members)) => {
                members.insert(last.clone(), value());
            }
            (Op::Add, Value::Array(elements)) => {
                let at = if last == "-" { elements.len() } else { array_index(last)? };
                (at <= elements.len()).then(|| elements.insert(at, value()))?;
            }
            (Op::Add, _) => return None,
            (Op::Replace, parent) => *child(parent, last)? = value(),
            (Op::Remove, Value::Object(members)) => drop(members.remove(last)?),
            (Op::Remove, Value::Array(elements)) => {
                let at = array_index(last).filter(|&at| at < elements.len())?;
                elements.remove(at);
            }
            (Op::Remove, _) => return None,
        }
        Some(())
    }
}

fn child<'v>(parent: &'v mut Value, token: &str) -> Option<&'v mut Value> {
    match parent {
        Value::Object(members) => members.get_mut(token),
        Value::Array(elements) => elements.get_mut(array_index(token)?),
        _ => None,
    }
}

/// Whether there is a `null` anywhere in `value`: Okta documents none in an answer.
pub(super) fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}
