use std::borrow::Cow;

use super::FreeForm;
use super::part::part;
use super::placeholder::is_placeholder;

part! {
    /// Who did it (`actor`): a user, an app, or Okta itself.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","actor":{"type":"SystemPrincipal","alternateId":"unknown"}}"#)?;
    /// let actor = event.actor().unwrap_or_default();
    /// assert_eq!(actor.kind.as_deref(), Some("SystemPrincipal"));
    /// assert_eq!(actor.known_alternate_id(), None);
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Actor<'a> {
        /// Usually a 20-character Okta id (`00u…` a user, `0oa…` an app); Okta's own differ.
        pub id: Option<Cow<'a, str>> = "id",
        /// `type`: `User`, `SystemPrincipal`, `PublicClientApp`, …; any text.
        pub kind: Option<Cow<'a, str>> = "type",
        /// A user's login, `system@okta.com`, or the placeholder `unknown`.
        pub alternate_id: Option<Cow<'a, str>> = "alternateId",
        /// A name for people; `Okta System` for Okta itself.
        pub display_name: Option<Cow<'a, str>> = "displayName",
        /// Details of nine kinds of actor; nearly always absent.
        pub detail_entry: Option<FreeForm<'a>> = "detailEntry",
    }
}

impl Actor<'_> {
    /// The alternate id, unless it is Okta's placeholder `unknown`.
    #[must_use]
    pub fn known_alternate_id(&self) -> Option<&str> {
        self.alternate_id.as_deref().filter(|id| !is_placeholder(id))
    }
}
