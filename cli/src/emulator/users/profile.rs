//! Okta's rules for a profile.

use serde_json::{Map, Value};

use crate::emulator::errors::OktaError;
use crate::emulator::org::Org;

/// Attributes that an org adds to the schema, at most.
const MAX_ATTRIBUTES: usize = 500;

/// Those of the base schema that are text.
const TEXT: [&str; 31] = [
    "login",
    "email",
    "secondEmail",
    "firstName",
    "lastName",
    "middleName",
    "honorificPrefix",
    "honorificSuffix",
    "title",
    "displayName",
    "nickName",
    "profileUrl",
    "primaryPhone",
    "mobilePhone",
    "streetAddress",
    "city",
    "state",
    "zipCode",
    "countryCode",
    "postalAddress",
    "preferredLanguage",
    "locale",
    "timezone",
    "userType",
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "department",
    "managerId",
    "manager",
];

/// The attributes of the base schema, all of them text.
pub fn text_attributes() -> &'static [&'static str] {
    &TEXT
}

impl Org {
    /// `of` is the user whose profile it is to be, who may keep the login.
    pub fn check_profile(
        &self,
        profile: &Map<String, Value>,
        of: Option<&str>,
    ) -> Result<(), OktaError> {
        check_required(profile)?;
        if profile.len() > MAX_ATTRIBUTES {
            return Err(OktaError::validation("profile", "profile: too many attributes"));
        }
        let not_text =
            |name: &&&str| profile.get(**name).is_some_and(|v| !v.is_string() && !v.is_null());
        if let Some(name) = TEXT.iter().find(not_text) {
            return Err(OktaError::validation(name, format!("{name}: must be a string")));
        }
        self.check_custom("user", profile)?;
        let login = profile["login"].as_str().unwrap_or_default();
        if self.users.with_login(login).is_some_and(|user| Some(user.id.as_str()) != of) {
            let cause =
                "login: An object with this field already exists in the current organization";
            return Err(OktaError::validation("login", cause));
        }
        Ok(())
    }
}

fn check_required(profile: &Map<String, Value>) -> Result<(), OktaError> {
    let mut causes = Vec::new();
    for (attribute, longest) in
        [("login", 100), ("email", 100), ("firstName", 50), ("lastName", 50)]
    {
        let text = profile.get(attribute).and_then(Value::as_str).unwrap_or_default();
        match text.trim().chars().count() {
            0 => causes.push((attribute, "The field cannot be left blank".to_owned())),
            length if length > longest => {
                causes.push((attribute, format!("The field must be at most {longest} characters")));
            }
            _ if attribute == "email" && !text.contains('@') => {
                causes.push((attribute, "Does not match required pattern".to_owned()));
            }
            _ => {}
        }
    }
    // Okta names the first in the summary, and all in the causes.
    match causes.first() {
        None => Ok(()),
        Some((first, _)) => Err(OktaError::validation_of(
            first,
            causes.iter().map(|(attribute, cause)| format!("{attribute}: {cause}")).collect(),
        )),
    }
}
