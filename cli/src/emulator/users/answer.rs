//! A user as the API answers: alone, and in lists.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::links;
use super::user::{Status, User};
use crate::emulator::listed::Listed;

/// Attributes that are null where nobody has said what they are.
const NULL: [&str; 2] = ["mobilePhone", "secondEmail"];

impl User {
    /// As it answers alone: with the links of what can be done with it now.
    pub fn to_json(&self, base: &str) -> Value {
        self.answer(links::of(self, base)).to_json()
    }

    /// As it stands in lists, which have fewer links.
    pub fn in_list<'a>(&'a self, base: &'a str) -> ListedUser<'a> {
        ListedUser { user: self, base }
    }

    fn answer<L: Serialize>(&self, links: L) -> Answer<'_, L> {
        Answer {
            id: &self.id,
            status: self.status,
            created: &self.created,
            activated: self.activated.as_deref(),
            status_changed: self.status_changed.as_deref(),
            last_login: None,
            last_updated: &self.last_updated,
            password_changed: self.password_changed.as_deref(),
            kind: Kind { id: links::USER_TYPE },
            profile: Profile(&self.profile),
            credentials: self.credentials_json(),
            links,
        }
    }

    fn credentials_json(&self) -> Value {
        let mut json = self.credentials.to_json(self.has_password());
        let emails = [("PRIMARY", "email"), ("SECONDARY", "secondEmail")];
        let emails = emails.map(|(kind, attribute)| (kind, self.attribute(attribute)));
        let there = emails.into_iter().filter(|(_, email)| !email.is_empty());
        json["emails"] = there
            .map(|(kind, email)| json!({ "value": email, "status": "VERIFIED", "type": kind }))
            .collect();
        json
    }
}

/// In the order in which Okta writes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a, L> {
    id: &'a str,
    status: Status,
    created: &'a str,
    activated: Option<&'a str>,
    status_changed: Option<&'a str>,
    last_login: Option<&'a str>,
    last_updated: &'a str,
    password_changed: Option<&'a str>,
    #[serde(rename = "type")]
    kind: Kind,
    profile: Profile<'a>,
    credentials: Value,
    #[serde(rename = "_links")]
    links: L,
}

#[derive(Serialize)]
struct Kind {
    id: &'static str,
}

impl<L: Serialize> Answer<'_, L> {
    fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("its keys are strings")
    }
}

struct Profile<'a>(&'a Map<String, Value>);

impl Serialize for Profile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let null = NULL.iter().filter(|name| !self.0.contains_key(**name));
        let null = null.map(|name| (*name, &Value::Null));
        serializer
            .collect_map(self.0.iter().map(|(name, value)| (name.as_str(), value)).chain(null))
    }
}

/// A user of a list. Of most of them only a part is looked at, so the JSON is written when it is needed.
#[derive(Clone, Copy)]
pub struct ListedUser<'a> {
    user: &'a User,
    base: &'a str,
}

impl ListedUser<'_> {
    pub fn to_json(self) -> Value {
        self.user.answer(self.links()).to_json()
    }

    fn links(self) -> Value {
        json!({ "self": { "href": links::own(self.user, self.base) } })
    }
}

impl Serialize for ListedUser<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.user.answer(self.links()).serialize(serializer)
    }
}

impl Listed for ListedUser<'_> {
    fn id(&self) -> &str {
        &self.user.id
    }

    /// An attribute that a user does not have is null.
    fn member<'p>(&self, path: &'p str) -> (Cow<'_, Value>, &'p str) {
        static NULL: Value = Value::Null;
        if let Some(attribute) = path.strip_prefix("profile.") {
            let (name, rest) = attribute.split_once('.').unwrap_or((attribute, ""));
            return (Cow::Borrowed(self.user.profile.get(name).unwrap_or(&NULL)), rest);
        }
        let user = self.user;
        let member = match path {
            "id" => json!(user.id),
            "status" => json!(user.status),
            "created" => json!(user.created),
            "activated" => json!(user.activated),
            "statusChanged" => json!(user.status_changed),
            "lastUpdated" => json!(user.last_updated),
            "passwordChanged" => json!(user.password_changed),
            _ if path.starts_with("credentials.") || path.starts_with("type.") => {
                return (Cow::Owned(self.to_json()), path);
            }
            _ => Value::Null,
        };
        (Cow::Owned(member), "")
    }
}
