use std::borrow::Cow;

use super::FreeForm;
use super::part::part;
use super::placeholder::is_placeholder;

part! {
    /// What it was done to: one element of `target`.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","target":[{"type":"User","alternateId":"john.doe@example.com"}]}"#)?;
    /// let target = &event.targets()[0];
    /// assert!(target.is_user());
    /// assert_eq!(target.known_alternate_id(), Some("john.doe@example.com"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Target<'a> {
        /// Usually an Okta id; may be a path or a word. Absent in hand-edited previews.
        pub id: Option<Cow<'a, str>> = "id",
        /// `type`: `User`, `UserGroup`, `AppInstance`, `Factor Type`, …; any text, any case.
        pub kind: Option<Cow<'a, str>> = "type",
        /// A user's login; often the placeholder `unknown`.
        pub alternate_id: Option<Cow<'a, str>> = "alternateId",
        /// A name for people.
        pub display_name: Option<Cow<'a, str>> = "displayName",
        /// More about it, such as `{"policyType":"OktaSignOn"}`.
        pub detail_entry: Option<FreeForm<'a>> = "detailEntry",
        /// What changed; 61 event types have it, mostly updates.
        pub change_details: Option<ChangeDetails<'a>> = "changeDetails",
    }
}

impl Target<'_> {
    /// Whether this is a user: its type is `User`, or it has no type but an alternate id.
    ///
    /// Okta's guide has admins write `[{"alternateId":"john.doe@example.com"}]` by hand into a
    /// preview; everything Okta itself sends has a type.
    #[must_use]
    pub fn is_user(&self) -> bool {
        match self.kind.as_deref() {
            Some(kind) => kind == "User",
            None => self.known_alternate_id().is_some(),
        }
    }

    /// The alternate id (of a user: the login), unless it is Okta's placeholder `unknown`.
    #[must_use]
    pub fn known_alternate_id(&self) -> Option<&str> {
        self.alternate_id.as_deref().filter(|id| !is_placeholder(id))
    }
}

part! {
    /// Attributes before and after a change. The two sides may have different keys, and values of
    /// any shape.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","target":[{"changeDetails":{"from":{"autoLaunch":false}}}]}"#)?;
    /// let change = event.targets()[0].change_details.clone().unwrap_or_default();
    /// assert_eq!(change.from.unwrap_or_default().text("autoLaunch").as_deref(), Some("false"));
    /// assert!(change.to.is_none());
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct ChangeDetails<'a> {
        /// Before.
        pub from: Option<FreeForm<'a>> = "from",
        /// After.
        pub to: Option<FreeForm<'a>> = "to",
    }
}
