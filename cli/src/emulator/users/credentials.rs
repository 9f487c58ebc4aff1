//! What a user signs in with. Nothing of it is kept in the clear.

use std::num::NonZeroU32;

use ring::pbkdf2;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::emulator::errors::OktaError;

/// A few, as nothing of worth is behind it: enough that no password is read off a data file.
const ROUNDS: NonZeroU32 = NonZeroU32::new(1000).expect("it is not zero");

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Credentials {
    pub password: Option<Secret>,
    pub question: Option<String>,
    pub provider: Provider,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    #[serde(rename = "type")]
    kind: String,
    name: String,
}

impl Default for Provider {
    fn default() -> Self {
        Self { kind: "OKTA".to_owned(), name: "OKTA".to_owned() }
    }
}

/// A password that can be compared, or one that Okta took over without knowing it.
#[derive(Clone, Serialize, Deserialize)]
pub enum Secret {
    Hashed { salt: String, hash: String },
    Imported,
}

impl Secret {
    pub fn of(password: &str, salt: String) -> Self {
        let hash = hash(password, &salt);
        Self::Hashed { salt, hash }
    }

    pub fn is(&self, password: &str) -> bool {
        use subtle::ConstantTimeEq;
        match self {
            Self::Hashed { salt, hash: expected } => {
                hash(password, salt).as_bytes().ct_eq(expected.as_bytes()).into()
            }
            Self::Imported => false,
        }
    }
}

fn hash(password: &str, salt: &str) -> String {
    let mut hash = [0; 32];
    let algorithm = pbkdf2::PBKDF2_HMAC_SHA256;
    pbkdf2::derive(algorithm, ROUNDS, salt.as_bytes(), password.as_bytes(), &mut hash);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a request wants credentials to be. `{"password": {}}` is what Okta answers, and asks for
/// nothing.
#[derive(Default)]
pub struct Wanted {
    pub password: Option<Password>,
    pub question: Option<String>,
    pub provider: Option<Provider>,
}

pub enum Password {
    Value(String),
    Imported,
}

impl Wanted {
    pub fn read(credentials: &Value) -> Result<Self, OktaError> {
        let password = &credentials["password"];
        let imported = password["hash"].is_object() || password["hook"].is_object();
        let value = password["value"].as_str().map(|value| Password::Value(value.to_owned()));
        let question = &credentials["recovery_question"];
        if !question["answer"].is_null() && question["answer"].as_str().is_none_or(|a| a.len() < 4)
        {
            let cause = "recovery_question.answer: The security question answer must be at least 4 characters in length";
            return Err(OktaError::validation("recovery_question.answer", cause));
        }
        Ok(Self {
            password: value.or(imported.then_some(Password::Imported)),
            question: question["question"].as_str().map(str::to_owned),
            provider: provider(&credentials["provider"])?,
        })
    }
}

fn provider(provider: &Value) -> Result<Option<Provider>, OktaError> {
    const KINDS: [&str; 6] = ["ACTIVE_DIRECTORY", "FEDERATION", "IMPORT", "LDAP", "OKTA", "SOCIAL"];
    let Some(kind) = provider["type"].as_str() else { return Ok(None) };
    if !KINDS.contains(&kind) {
        let cause = format!("provider.type: must be one of {}", KINDS.join(", "));
        return Err(OktaError::validation("provider", cause));
    }
    let name = provider["name"].as_str().unwrap_or(kind);
    Ok(Some(Provider { kind: kind.to_owned(), name: name.to_owned() }))
}

impl Credentials {
    /// Whether somebody else vouches for the user, so that no password is needed.
    pub fn is_federated(&self) -> bool {
        matches!(self.provider.kind.as_str(), "FEDERATION" | "SOCIAL")
    }

    /// As the API answers: that there is a password, and never which.
    pub fn to_json(&self, has_password: bool) -> Value {
        let mut json = json!({ "provider": self.provider });
        if has_password {
            json["password"] = json!({});
        }
        if let Some(question) = &self.question {
            json["recovery_question"] = json!({ "question": question });
        }
        json
    }
}
