//! A user as the Users API has it.

use std::collections::HashMap;
use std::fmt;

use serde_json::value::RawValue;

/// What Okta says about the id that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    User(User),
    /// There is no such user (any more): deleted for good. One that is merely deactivated is still
    /// found, with the status `DEPROVISIONED`.
    NotFound,
}

/// The parts of a user that the sync keeps. `None` is missing, null, or not a string.
///
/// `status` is Okta's string, whether known or not: the documentation names one (`ACTIVATING`) that
/// its own list of values lacks. `Debug` shows nothing of it: this is personal data.
///
/// Source: Okta, [Users API](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct User {
    pub id: Option<String>,
    pub status: Option<String>,
    pub last_updated: Option<String>,
    pub login: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub display_name: Option<String>,
}

impl User {
    /// Reads an answer; `None` if it is not a JSON object.
    pub fn from_slice(json: &[u8]) -> Option<Self> {
        let user: Members<'_> = serde_json::from_slice(json).ok()?;
        let profile = user.get("profile").and_then(|json| serde_json::from_str(json.get()).ok());
        let profile = profile.unwrap_or_default();
        Some(Self {
            id: string(&user, "id"),
            status: string(&user, "status"),
            last_updated: string(&user, "lastUpdated"),
            login: string(&profile, "login"),
            email: string(&profile, "email"),
            first_name: string(&profile, "firstName"),
            last_name: string(&profile, "lastName"),
            display_name: string(&profile, "displayName"),
        })
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").finish_non_exhaustive()
    }
}

/// An object whose values are not looked at yet, so that a malformed one spoils no other.
type Members<'a> = HashMap<String, &'a RawValue>;

fn string(members: &Members<'_>, name: &str) -> Option<String> {
    serde_json::from_str(members.get(name)?.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_read_whatever_is_missing_null_or_malformed() {
        let some = |text: &str| Some(text.to_owned());
        let whole = br#"{"id":"00u1","status":"ACTIVE","lastUpdated":"2026-01-01T00:00:00.000Z",
            "profile":{"login":"j@example.com","email":"j@example.org","firstName":"Jane",
            "lastName":"D\u00f6","displayName":"JD","custom":[1,{}]},"_links":{}}"#;
        let expected = User {
            id: some("00u1"),
            status: some("ACTIVE"),
            last_updated: some("2026-01-01T00:00:00.000Z"),
            login: some("j@example.com"),
            email: some("j@example.org"),
            first_name: some("Jane"),
            last_name: some("Dö"),
            display_name: some("JD"),
        };
        assert!(User::from_slice(whole) == Some(expected));
        let only = |status: &str| User { status: some(status), ..User::default() };
        for (json, expected) in [
            ("{}", User::default()),
            (r#"{"status":"NEW_ONE","profile":null}"#, only("NEW_ONE")),
            (r#"{"status":"X","profile":[],"id":5,"lastUpdated":null}"#, only("X")),
            (r#"{"status":"X","profile":{"login":null,"email":{},"custom":"\ud800"}}"#, only("X")),
            (r#"{"status":"X","profile":{"login":"\ud800"},"id":"\udfff"}"#, only("X")),
            (r#"{"status":"X","status":"Y"}"#, only("Y")),
        ] {
            assert!(User::from_slice(json.as_bytes()) == Some(expected), "{json}");
        }
        for json in ["", "[]", "null", "\"a\"", "{", "<html>"] {
            assert!(User::from_slice(json.as_bytes()).is_none(), "{json}");
        }
    }
}
