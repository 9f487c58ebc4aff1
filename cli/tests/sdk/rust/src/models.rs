//! Compares an answer with what the SDK's model made of it. The crate reads a string, number or list of
//! an unexpected type as empty, and a value that an enum does not know as `FallthroughString`: only the
//! comparison shows it.

use chrono::{DateTime, Utc};
use okta::types::User;
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde_json::{Value, json};

use crate::checks::Checks;

/// What the model has in another way than the answer, by path. What the model has no member for is no
/// difference.
pub fn differences<M: Serialize + JsonSchema>(answer: &Value, model: &M) -> Vec<String> {
    let schema = serde_json::to_value(schema_for!(M)).expect("a schema is JSON");
    let model = serde_json::to_value(model).expect("a model is JSON");
    let mut comparison = Comparison { definitions: &schema["definitions"], found: Vec::new() };
    comparison.compare("", answer, &model, &schema);
    comparison.found
}

struct Comparison<'a> {
    definitions: &'a Value,
    found: Vec<String>,
}

impl<'a> Comparison<'a> {
    fn compare(&mut self, path: &str, answer: &Value, model: &Value, schema: &'a Value) {
        let schema = self.resolved(schema);
        if let (Some(members), true) = (schema["properties"].as_object(), answer.is_object()) {
            for (name, schema) in members {
                self.compare(&format!("{path}/{name}"), &answer[name], &model[name], schema);
            }
        } else if let (Value::Array(answers), items @ Value::Object(_)) = (answer, &schema["items"])
            && answers.len() == model.as_array().map_or(0, Vec::len)
        {
            for (n, answer) in answers.iter().enumerate() {
                self.compare(&format!("{path}/{n}"), answer, &model[n], items);
            }
        } else if !is_same(answer, model, schema) {
            self.found.push(format!("{path}: {answer} became {model}"));
        }
    }

    /// Behind a reference, and what an optional member is if it is there.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let choices = schema["anyOf"].as_array().or(schema["allOf"].as_array());
        let inner = choices.and_then(|choices| choices.first()).unwrap_or(schema);
        match inner["$ref"].as_str() {
            Some(reference) => &self.definitions[reference.rsplit('/').next().expect("a name")],
            None => inner,
        }
    }
}

fn is_same(answer: &Value, model: &Value, schema: &Value) -> bool {
    let is_empty = match answer {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(string) => string.is_empty(),
        Value::Array(array) => array.is_empty(),
        _ => false,
    };
    // The SDK's type for an object that may hold anything.
    let opaque = schema["type"] == "object" && answer.is_object() && model.is_object();
    let time = |json: &Value| json.as_str().and_then(|time| time.parse::<DateTime<Utc>>().ok());
    answer == model
        || opaque
        || is_empty && (model.is_null() || model == false)
        || schema["format"] == "date-time" && time(answer).is_some() && time(answer) == time(model)
}

/// The comparison itself: it has to notice.
pub fn notices(checks: &mut Checks) {
    let found = |answer: Value| {
        let user: User = serde_json::from_value(answer.clone()).expect("the crate reads anything");
        differences(&answer, &user)
    };
    let right = json!({
        "id": "00u1", "status": "ACTIVE", "created": "2026-01-01T00:00:00.000Z", "lastLogin": null,
        "profile": { "login": "a", "department": null, "own": 5 }, "_links": { "self": {} },
    });
    checks.check("no difference", found(right), [""; 0]);
    for (wrong, difference) in [
        (json!({ "status": "SLEEPY" }), "/status: \"SLEEPY\" became \"FallthroughString\""),
        (json!({ "id": 5 }), "/id: 5 became null"),
        (json!({ "profile": { "login": ["a"] } }), "/profile/login: [\"a\"] became null"),
    ] {
        checks.check("a difference", found(wrong), [difference]);
    }
}
