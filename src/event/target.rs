use std::borrow::Cow;

use super::FreeForm;
use super::macros::{open_set, part};
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
        /// `type`: what kind of thing. Absent in hand-edited previews.
        pub kind: Option<TargetType> = "type",
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
        match &self.kind {
            Some(kind) => *kind == TargetType::USER,
            None => self.known_alternate_id().is_some(),
        }
    }

    /// The alternate id (of a user: the login), unless it is Okta's placeholder `unknown`.
    #[must_use]
    pub fn known_alternate_id(&self) -> Option<&str> {
        self.alternate_id.as_deref().filter(|id| !is_placeholder(id))
    }
}

open_set! {
    /// What kind of target: `target[].type`.
    ///
    /// Okta's own differ in case and may have spaces.
    pub struct TargetType {
        /// A person, or an account that is used like one.
        USER = "User",
        /// A group of users.
        USER_GROUP = "UserGroup",
        /// An application.
        APP_INSTANCE = "AppInstance",
        /// A user's account in an application.
        APP_USER = "AppUser",
        /// A kind of proof that users can be asked for.
        AUTHENTICATOR = "Authenticator",
        /// One user's proof of that kind.
        AUTHENTICATOR_ENROLLMENT = "AuthenticatorEnrollment",
        /// A policy.
        POLICY_ENTITY = "PolicyEntity",
        /// A rule of a policy.
        POLICY_RULE = "PolicyRule",
        /// An API token.
        TOKEN = "Token",
        /// An OAuth authorization code.
        CODE = "code",
        /// A factor, such as `SMS`.
        FACTOR_TYPE = "Factor Type",
        /// What a rate limit is about, by path.
        URL_PATTERN = "URL Pattern",
        /// What a rate limit counts in.
        BUCKET_UUID = "Bucket Uuid",
        /// A telephone, in Classic Engine.
        MOBILE_PHONE = "MobilePhone",
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
    /// assert_eq!(change.from.unwrap_or_default().string("autoLaunch").as_deref(), Some("false"));
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
