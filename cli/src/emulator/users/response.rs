//! What of a user an answer leaves out: `fields=id,profile:(email)`, and the media parameter
//! `okta-response="omitCredentials"`.

use std::collections::BTreeSet;

use http::{HeaderMap, header};
use serde_json::Value;

use crate::emulator::query_params::Params;

/// The members that are wanted, those of `profile` and others as `profile.email`. Empty is all.
pub struct Fields(BTreeSet<String>);

impl Fields {
    pub fn read(params: &Params) -> Self {
        let mut fields = BTreeSet::new();
        let mut outer = None;
        for part in params.get("fields").unwrap_or_default().split(',') {
            let part = match part.split_once(":(") {
                Some((name, first)) => {
                    outer = Some(name.trim());
                    first
                }
                None => part,
            };
            let name = part.trim().trim_end_matches(')');
            match outer {
                _ if name.is_empty() => {}
                Some(outer) => drop(fields.insert(format!("{outer}.{name}"))),
                None => drop(fields.insert(name.to_owned())),
            }
            if part.ends_with(')') {
                outer = None;
            }
        }
        Self(fields)
    }

    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    pub fn apply(&self, user: &mut Value) {
        let (false, Some(members)) = (self.0.is_empty(), user.as_object_mut()) else { return };
        members.retain(|name, value| {
            let inner = format!("{name}.");
            if let Some(part) = value.as_object_mut()
                && self.0.iter().any(|field| field.starts_with(&inner))
            {
                part.retain(|key, _| self.0.contains(&format!("{inner}{key}")));
                return true;
            }
            name == "id" || name == "_links" || self.0.contains(name)
        });
    }
}

/// What the media type asks to leave out.
pub struct Omitted {
    credentials: bool,
    links: bool,
}

impl Omitted {
    pub fn read(headers: &HeaderMap) -> Self {
        let types = [header::CONTENT_TYPE, header::ACCEPT];
        let types = types.iter().filter_map(|name| headers.get(name)?.to_str().ok());
        let asked: String = types.filter(|text| text.contains("okta-response")).collect();
        let words: BTreeSet<&str> = asked.split(|c: char| !c.is_alphanumeric()).collect();
        Self {
            credentials: words.contains("omitCredentials"),
            links: words.contains("omitCredentialsLinks"),
        }
    }

    pub fn is_nothing(&self) -> bool {
        !self.credentials && !self.links
    }

    pub fn apply(&self, user: &mut Value) {
        const LINKS: [&str; 5] = [
            "changePassword",
            "changeRecoveryQuestion",
            "forgotPassword",
            "expirePassword",
            "resetPassword",
        ];
        if let (true, Some(members)) = (self.credentials, user.as_object_mut()) {
            members.remove("credentials");
        }
        if let (true, Some(links)) = (self.links, user["_links"].as_object_mut()) {
            links.retain(|name, _| !LINKS.contains(&name.as_str()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_leave_what_was_asked_for() {
        let user =
            || json!({ "id": "1", "status": "A", "profile": { "email": "e", "login": "l" } });
        let with = |fields: &str| {
            let mut user = user();
            Fields::read(&Params::parse(&format!("fields={fields}"))).apply(&mut user);
            user
        };
        assert_eq!(with(""), user());
        assert_eq!(with("id,status"), json!({ "id": "1", "status": "A" }));
        assert_eq!(with("profile:(email)"), json!({ "id": "1", "profile": { "email": "e" } }));
        let several =
            json!({ "id": "1", "status": "A", "profile": { "email": "e", "login": "l" } });
        assert_eq!(with("profile:(email,login),status"), several);
    }
}
