use std::borrow::Cow;

use super::FreeForm;
use super::macros::{open_set, part};
use super::placeholder::is_placeholder;

part! {
    /// Who did it (`actor`): a user, an app, or Okta itself.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","actor":{"type":"SystemPrincipal","alternateId":"unknown"}}"#)?;
    /// let actor = event.actor().unwrap_or_default();
    /// use okta_hooks::event::ActorType;
    ///
    /// assert_eq!(actor.kind, Some(ActorType::SYSTEM_PRINCIPAL));
    /// assert_eq!(actor.known_alternate_id(), None);
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Actor<'a> {
        /// Usually a 20-character Okta id (`00u…` a user, `0oa…` an app); Okta's own differ.
        pub id: Option<Cow<'a, str>> = "id",
        /// `type`: what kind of actor.
        pub kind: Option<ActorType> = "type",
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

open_set! {
    /// What kind of actor: `actor.type`.
    pub struct ActorType {
        /// A person, or an account that is used like one.
        USER = "User",
        /// Okta itself.
        SYSTEM_PRINCIPAL = "SystemPrincipal",
        /// An app that calls Okta's API.
        PUBLIC_CLIENT_APP = "PublicClientApp",
        /// An app that calls Okta's API, as newer events spell it.
        PUBLIC_CLIENT_APP_ENTITY = "PublicClientAppEntity",
        /// Nobody is known but an address.
        IP_ADDRESS = "IP address",
        /// A client.
        CLIENT = "Client",
    }
}
