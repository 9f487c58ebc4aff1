//! The attributes that an org added to the schemas of its users and groups.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::errors::OktaError;
use super::org::{Document, Org};

const MAX_ATTRIBUTES: usize = 300;

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
        let found = self.schemas.values().find(|custom| custom.of == of);
        found.map(|custom| custom.properties.clone()).unwrap_or_default().into()
    }

    /// Takes `{"definitions": {"custom": {"properties": {…}}}}`: a property that is null is removed.
    pub fn change_custom_attributes(&mut self, of: &str, body: &Value) -> Result<Value, OktaError> {
        let sent = body.pointer("/definitions/custom/properties").and_then(Value::as_object);
        let invalid = |cause: &str| OktaError::validation("properties", cause);
        let sent =
            sent.ok_or_else(|| invalid("definitions.custom.properties: must be an object"))?;
        let place =
            self.schemas.iter().find(|(_, custom)| custom.of == of).map(|(place, _)| *place);
        let place = place.unwrap_or_else(|| self.new_place());
        let mut custom = self
            .schemas
            .get(&place)
            .cloned()
            .unwrap_or_else(|| CustomAttributes { of: of.to_owned(), properties: Map::new() });
        for (name, property) in sent {
            match property {
                Value::Null => drop(custom.properties.remove(name)),
                Value::Object(_) if property["type"].is_string() => {
                    custom.properties.insert(name.clone(), property.clone());
                }
                _ => return Err(invalid("a property must have a type")),
            }
        }
        if custom.properties.len() > MAX_ATTRIBUTES {
            return Err(invalid("too many properties"));
        }
        self.put(place, &custom);
        let properties = custom.properties.clone().into();
        self.schemas.insert(place, custom);
        Ok(properties)
    }
}
