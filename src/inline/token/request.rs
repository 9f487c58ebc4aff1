use crate::inline::context::{Session, User};
use crate::inline::index::Member;
use crate::inline::request_macro::request;

use super::parts::{AccessToken, IdToken, Policy, Protocol, RefreshToken};

request! {
    /// What Okta asks before it mints tokens: `com.okta.oauth2.tokens.transform`.
    ///
    /// Only custom authorization servers call such a hook.
    ///
    /// Source: Okta, [Token inline hook](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createTokenInlineHook).
    ///
    /// ```
    /// use okta_hooks::inline::token;
    ///
    /// let request = token::Request::from_slice(br#"{"eventType": "com.okta.oauth2.tokens.transform",
    ///     "data": {"context": {"user": {"profile": {"login": "ada@example.com"}}},
    ///              "access": {"claims": {"tier": 3}, "token": {"lifetime": {"expiration": 3600}}}}}"#)?;
    /// let user = request.user().unwrap_or_default();
    /// assert_eq!(user.profile.and_then(|profile| profile.login).as_deref(), Some("ada@example.com"));
    /// let access = request.access().unwrap_or_default();
    /// assert_eq!(access.lifetime(), Some(3_600));
    /// assert_eq!(access.claims.and_then(|claims| claims.string("tier").map(String::from)).as_deref(), Some("3"));
    /// assert!(request.identity().is_none(), "no ID token is asked for");
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Request is Token of TOKEN;
}

impl Request {
    /// `data.context.protocol`: the OAuth request, its client and the authorization server.
    #[must_use]
    pub fn protocol(&self) -> Option<Protocol<'_>> {
        self.0.part(Member::Protocol)
    }

    /// `data.context.session`: the user's session; `None` where no user is signed in.
    #[must_use]
    pub fn session(&self) -> Option<Session<'_>> {
        self.0.part(Member::Session)
    }

    /// `data.context.user`: whose token it is; `None` where there is no user, as with client
    /// credentials.
    #[must_use]
    pub fn user(&self) -> Option<User<'_>> {
        self.0.part(Member::ContextUser)
    }

    /// `data.context.policy`: the policy of the authorization server that applied.
    #[must_use]
    pub fn policy(&self) -> Option<Policy<'_>> {
        self.0.part(Member::Policy)
    }

    /// `data.identity`: the ID token, if one is going to be minted.
    #[must_use]
    pub fn identity(&self) -> Option<IdToken<'_>> {
        self.0.part(Member::Identity)
    }

    /// `data.access`: the access token, if one is going to be minted.
    #[must_use]
    pub fn access(&self) -> Option<AccessToken<'_>> {
        self.0.part(Member::Access)
    }

    /// `data.refresh_token`: the refresh token, if there is one.
    #[must_use]
    pub fn refresh_token(&self) -> Option<RefreshToken<'_>> {
        self.0.part(Member::RefreshToken)
    }
}
