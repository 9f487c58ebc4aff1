//! Reading the operations of a patch, leniently enough to say what is wrong with each.

use serde_json::Value;

use super::finding::FindingKind;
use crate::inline::Pointer;
use crate::inline::answer::{Op, Operation};

/// The operation in `json`, if it is one.
pub(super) fn read(json: &Value, allowed: &[Op]) -> Result<Operation, (&'static str, FindingKind)> {
    if !json.is_object() {
        return Err(("", FindingKind::Expected("an object")));
    }
    let op = match json["op"].as_str() {
        Some("add") => Some(Op::Add),
        Some("replace") => Some(Op::Replace),
        Some("remove") => Some(Op::Remove),
        _ => None,
    };
    let op = op.filter(|op| allowed.contains(op)).ok_or(("/op", FindingKind::UnknownOperation))?;
    let pointer = json["path"].as_str().and_then(pointer);
    let pointer = pointer.ok_or(("/path", FindingKind::Expected("a JSON Pointer")))?;
    let value = json.get("value").cloned();
    match (op, value) {
        (Op::Remove, None | Some(Value::Null)) => Ok(Operation { op, pointer, value: None }),
        (Op::Remove, Some(_)) => Err(("/value", FindingKind::RemoveWithValue)),
        (_, None) => Err(("/value", FindingKind::Expected("a value"))),
        (_, value) => Ok(Operation { op, pointer, value }),
    }
}

fn pointer(escaped: &str) -> Option<Pointer> {
    let unescape = |token: &str| token.replace("~1", "/").replace("~0", "~");
    let tokens: Vec<String> = escaped.strip_prefix('/')?.split('/').map(unescape).collect();
    Some(tokens.into())
}
