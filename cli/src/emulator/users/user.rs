//! A user.

use okta_hooks::simulate::TargetBuilder;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::credentials::Credentials;
use crate::emulator::org::Document;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Staged,
    Provisioned,
    Active,
    Recovery,
    PasswordExpired,
    LockedOut,
    Suspended,
    Deprovisioned,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: String,
    pub status: Status,
    pub created: String,
    pub activated: Option<String>,
    pub status_changed: Option<String>,
    pub last_updated: String,
    pub password_changed: Option<String>,
    pub profile: Map<String, Value>,
    #[serde(default)]
    pub credentials: Credentials,
}

impl Document for User {
    const KIND: &'static str = "user";

    fn id(&self) -> &str {
        &self.id
    }
}

/// The id of who owns the API token.
pub const ADMIN: &str = "00uEmulatorAdmin0000";

impl User {
    /// Who owns the API token, and does everything. In no list: what is in an org is what was put
    /// there.
    pub fn admin() -> Self {
        let then = "2024-01-01T00:00:00.000Z".to_owned();
        let profile = json!({
            "login": "admin@example.com", "email": "admin@example.com",
            "firstName": "Emulator", "lastName": "Admin",
        });
        Self {
            id: ADMIN.to_owned(),
            status: Status::Active,
            created: then.clone(),
            activated: Some(then.clone()),
            status_changed: Some(then.clone()),
            last_updated: then.clone(),
            password_changed: Some(then),
            profile: profile.as_object().cloned().unwrap_or_default(),
            credentials: Credentials::default(),
        }
    }

    pub fn login(&self) -> &str {
        self.attribute("login")
    }

    /// Of the profile; empty if it is not a string.
    pub fn attribute(&self, attribute: &str) -> &str {
        self.profile.get(attribute).and_then(Value::as_str).unwrap_or_default()
    }

    /// As events are about it.
    pub fn target(&self) -> TargetBuilder {
        let name = format!("{} {}", self.attribute("firstName"), self.attribute("lastName"));
        TargetBuilder::user(self.login()).id(&self.id).display_name(name.trim())
    }

    pub fn has_password(&self) -> bool {
        self.password_changed.is_some()
    }
}
