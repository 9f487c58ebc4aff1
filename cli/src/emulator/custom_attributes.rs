//! The attributes that an org added to the schemas of its users and groups.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::errors::OktaError;
use super::org::{Document, Org};
use super::users::text_attributes;

const MAX_ATTRIBUTES: usize = 300;

const TYPES: [&str; 5] = ["array", "boolean", "integer", "number", "string"];

#[derive(Clone, Serialize, Deserialize)]
pub struct CustomAttributes {
    /// `user` or `group`.
    of: String,
    properties: Map<String, Value>,
}

impl Document for CustomAttributes {
    const KIND: &'static str = "customAttributes";

    fn id(&self) -> &str {
        &self.of
    }
}

impl Org {
    pub fn custom_attributes(&self, of: &str) -> Value {
        self.custom(of).cloned().unwrap_or_default().into()
    }

    fn custom(&self, of: &str) -> Option<&Map<String, Value>> {
        self.schemas.values().find(|custom| custom.of == of).map(|custom| &custom.properties)
    }

    /// Takes `{"definitions": {"custom": {"properties": {…}}}}`: a property that is null is removed.
    pub fn change_custom_attributes(&mut self, of: &str, body: &Value) -> Result<Value, OktaError> {
        let sent = body.pointer("/definitions/custom/properties").and_then(Value::as_object);
        let invalid = |cause: &str| OktaError::validation("properties", cause);
        let sent =
            sent.ok_or_else(|| invalid("definitions.custom.properties: must be an object"))?;
        let mut properties = self.custom(of).cloned().unwrap_or_default();
        for (name, property) in sent {
            if property.is_null() {
                properties.remove(name);
                continue;
            }
            check(of, name, property)
                .map_err(|why| OktaError::validation(name, format!("{name}: {why}")))?;
            properties.insert(name.clone(), complete(property));
        }
        if properties.len() > MAX_ATTRIBUTES {
            return Err(invalid("too many properties"));
        }
        let place = self.schemas.iter().find(|(_, custom)| custom.of == of);
        let place = place.map(|(place, _)| *place);
        let place = place.unwrap_or_else(|| self.new_place());
        let custom = CustomAttributes { of: of.to_owned(), properties: properties.clone() };
        self.put(place, &custom);
        self.schemas.insert(place, custom);
        Ok(properties.into())
    }

    /// Whether the custom attributes of a profile have the types that the schema says. Those that are
    /// not in it are kept as they are.
    pub fn check_custom(&self, of: &str, profile: &Map<String, Value>) -> Result<(), OktaError> {
        let wrong = |(name, property): &(&String, &Value)| {
            let value = profile.get(*name).unwrap_or(&Value::Null);
            !value.is_null() && !is_of(property["type"].as_str().unwrap_or_default(), value)
        };
        match self.custom(of).into_iter().flatten().find(wrong) {
            None => Ok(()),
            Some((name, property)) => {
                let kind = property["type"].as_str().unwrap_or_default();
                Err(OktaError::validation(name, format!("{name}: must be of the type {kind}")))
            }
        }
    }
}

fn check(of: &str, name: &str, property: &Value) -> Result<(), &'static str> {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || !name.bytes().all(letters) {
        return Err("a name has letters, digits and underscores, and begins with a letter");
    }
    let base = if of == "user" { text_attributes() } else { &["name", "description"] };
    if base.contains(&name) {
        return Err("is an attribute of the base schema");
    }
    if property["title"].as_str().is_none_or(str::is_empty) {
        return Err("title: The field cannot be left blank");
    }
    let known = |kind: &Value| kind.as_str().is_some_and(|kind| TYPES.contains(&kind));
    if !known(&property["type"]) {
        return Err("type: must be array, boolean, integer, number or string");
    }
    if property["type"] == "array" && !known(&property["items"]["type"]) {
        return Err("items: an array must say the type of its items");
    }
    Ok(())
}

/// With what Okta adds where it is not said.
fn complete(property: &Value) -> Value {
    let mut property = property.clone();
    let defaults = json!({
        "mutability": "READ_WRITE",
        "scope": "NONE",
        "permissions": [{ "principal": "SELF", "action": "READ_ONLY" }],
        "master": { "type": "PROFILE_MASTER" },
    });
    for (name, value) in defaults.as_object().into_iter().flatten() {
        if property[name].is_null() {
            property[name] = value.clone();
        }
    }
    property
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => value.is_string(),
    }
}
