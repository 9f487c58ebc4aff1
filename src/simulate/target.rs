use serde_json::{Map, Value, json};

use super::seed::Seed;
use crate::event::TargetType;

/// What an event is about: an element of its `target`.
///
/// Ids follow from the seed and the names: the same login has the same id in all events of a seed.
///
/// # Examples
///
/// ```
/// use okta_hooks::simulate::{self, TargetBuilder};
/// use okta_hooks::{EventType, LogEvent};
/// use serde_json::json;
///
/// let john = TargetBuilder::user("john.doe@example.com")
///     .id("00u9kq3f7TzWmXb2a5d7")
///     .change(json!({"title": "Clerk"}), json!({"title": "Manager"}));
/// let event = simulate::event(EventType::USER_ACCOUNT_UPDATE_PROFILE).target(john);
///
/// let event = LogEvent::from_bytes(event.to_json().to_string())?;
/// let john = &event.targets()[0];
/// assert_eq!(john.display_name.as_deref(), Some("John Doe"));
/// assert!(john.change_details.is_some());
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct TargetBuilder {
    kind: TargetType,
    id: Option<String>,
    alternate_id: Option<String>,
    display_name: Option<String>,
    /// Members that not every target has.
    more: Map<String, Value>,
}

impl TargetBuilder {
    /// A target of any type, such as [`TargetType::POLICY_ENTITY`] or any string.
    pub fn new(kind: impl Into<TargetType>) -> Self {
        let kind = kind.into();
        Self { kind, id: None, alternate_id: None, display_name: None, more: Map::new() }
    }

    /// A `User`, whose name is guessed from the login.
    pub fn user(login: impl Into<String>) -> Self {
        let login = login.into();
        let name = name_of(&login);
        Self::new(TargetType::USER).alternate_id(login).display_name(name)
    }

    /// A `UserGroup`. Its alternate id is Okta's placeholder `unknown`.
    pub fn group(name: impl Into<String>) -> Self {
        Self::new(TargetType::USER_GROUP).display_name(name)
    }

    /// An `AppInstance`.
    pub fn app(name: impl Into<String>) -> Self {
        let name = name.into();
        Self::new(TargetType::APP_INSTANCE).alternate_id(name.clone()).display_name(name)
    }

    /// Sets `id`.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets `alternateId`: for a user, the login.
    pub fn alternate_id(mut self, alternate_id: impl Into<String>) -> Self {
        self.alternate_id = Some(alternate_id.into());
        self
    }

    /// Sets `displayName`.
    pub fn display_name(mut self, name: impl Into<String>) -> Self {
        self.display_name = Some(name.into());
        self
    }

    /// Sets `detailEntry`, an object.
    pub fn detail(mut self, detail: Value) -> Self {
        self.more.insert("detailEntry".to_owned(), detail);
        self
    }

    /// Sets `changeDetails`: attributes before and after, two objects.
    pub fn change(mut self, from: Value, to: Value) -> Self {
        self.more.insert("changeDetails".to_owned(), json!({ "from": from, "to": to }));
        self
    }

    pub(super) fn kind(&self) -> &TargetType {
        &self.kind
    }

    /// As it is in an event.
    pub(super) fn to_json(&self, seed: &Seed) -> Value {
        let alternate_id = self.alternate_id.as_deref().unwrap_or("unknown");
        let name = self.display_name.as_deref().unwrap_or("unknown");
        // What tells one from another of its kind: a group has only its name.
        let own = self.alternate_id.as_deref().unwrap_or(name);
        let id = || seed.fork(&format!("{}/{own}", self.kind)).id(prefix(self.kind.as_str()));
        let mut json = json!({
            "id": self.id.clone().unwrap_or_else(id),
            "type": self.kind,
            "alternateId": alternate_id,
            "displayName": name,
            "detailEntry": null,
        });
        for (key, value) in &self.more {
            json[key] = value.clone();
        }
        json
    }
}

/// How Okta's ids of a type begin.
fn prefix(kind: &str) -> &'static str {
    match kind {
        "User" => "00u",
        "UserGroup" => "00g",
        "AppInstance" => "0oa",
        "AppUser" => "0ua",
        "AuthenticatorEnrollment" => "pfd",
        "PolicyEntity" => "00p",
        "PolicyRule" => "0pr",
        "Token" => "00T",
        _ => "",
    }
}

/// `john.doe@example.com` is probably John Doe.
fn name_of(login: &str) -> String {
    let local = login.split('@').next().unwrap_or(login);
    let words = local.split(['.', '_', '-', '+']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    words.map(capital).collect::<Vec<_>>().join(" ")
}

// Not derived: whoever tests with real logins may not want them in a log.
impl std::fmt::Debug for TargetBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TargetBuilder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_guessed_from_the_login() {
        for (login, name) in [
            ("john.doe@example.com", "John Doe"),
            ("ada", "Ada"),
            ("émile_zola+x@example.com", "Émile Zola X"),
            ("..a..b..@", "A B"),
            ("", ""),
        ] {
            assert_eq!(name_of(login), name, "{login}");
        }
    }

    #[test]
    fn the_same_login_has_the_same_id_and_another_has_another() {
        let id =
            |login: &str, seed| TargetBuilder::user(login).to_json(&Seed::new(seed))["id"].clone();
        assert_eq!(id("a@example.com", 1), id("a@example.com", 1));
        assert_ne!(id("a@example.com", 1), id("b@example.com", 1));
        assert_ne!(id("a@example.com", 1), id("a@example.com", 2));
        assert!(id("a@example.com", 1).as_str().unwrap().starts_with("00u"));
    }

    #[test]
    fn groups_of_other_names_have_other_ids() {
        let id = |name: &str| TargetBuilder::group(name).to_json(&Seed::new(1))["id"].clone();
        assert_ne!(id("Sales"), id("Support"));
        assert_eq!(TargetBuilder::group("Sales").to_json(&Seed::new(1))["alternateId"], "unknown");
    }
}
