use std::borrow::Cow;

use crate::event::FreeForm;
use crate::event::macros::part;

part! {
    /// `data.context.protocol`: the OAuth request, its client and the authorization server.
    pub struct Protocol<'a> {
        /// `type`: `OAUTH2.0`.
        pub kind: Option<Cow<'a, str>> = "type",
        /// The request to the authorization server.
        pub request: Option<AuthorizationRequest<'a>> = "request",
        /// The authorization server.
        pub issuer: Option<Issuer<'a>> = "issuer",
        /// The client.
        pub client: Option<Client<'a>> = "client",
        /// On a refresh, what was granted at first. In Okta's reference, and in no sample: its
        /// spelling on the wire is not certain, so each likely one is read.
        pub original_grant: Option<OriginalGrant<'a>> = "OriginalGrant" | "originalGrant" | "original_grant" | "originalgrant",
    }
}

part! {
    /// The request to the authorization server: parameters of OAuth 2.0 ([RFC
    /// 6749](https://www.rfc-editor.org/rfc/rfc6749)).
    pub struct AuthorizationRequest<'a> {
        /// Scopes, separated by spaces.
        pub scope: Option<Cow<'a, str>> = "scope",
        /// The client's own value.
        pub state: Option<Cow<'a, str>> = "state",
        /// Where the answer goes.
        pub redirect_uri: Option<Cow<'a, str>> = "redirect_uri",
        /// `fragment`, `form_post`, `query`, …
        pub response_mode: Option<Cow<'a, str>> = "response_mode",
        /// `code`, `token`, `id_token`; several separated by spaces.
        pub response_type: Option<Cow<'a, str>> = "response_type",
        /// The client's id.
        pub client_id: Option<Cow<'a, str>> = "client_id",
        /// `authorization_code`, `refresh_token`, `client_credentials`, …
        pub grant_type: Option<Cow<'a, str>> = "grant_type",
    }
}

part! {
    /// The authorization server.
    pub struct Issuer<'a> {
        /// Its issuer URL: `iss` in the token.
        pub uri: Option<Cow<'a, str>> = "uri",
    }
}

part! {
    /// The client that the token is for.
    pub struct Client<'a> {
        /// Its id.
        pub id: Option<Cow<'a, str>> = "id",
        /// Its name.
        pub name: Option<Cow<'a, str>> = "name",
        /// `type`: `PUBLIC`, …
        pub kind: Option<Cow<'a, str>> = "type",
    }
}

part! {
    /// What was granted before a refresh.
    pub struct OriginalGrant<'a> {
        /// The request of that time.
        pub authorization: Option<AuthorizationRequest<'a>> = "authorization",
        /// The refresh token of that time.
        pub refresh_token: Option<RefreshToken<'a>> = "refresh_token" | "refreshToken",
    }
}

part! {
    /// A refresh token.
    pub struct RefreshToken<'a> {
        /// The id of the token, not the token.
        pub jti: Option<Cow<'a, str>> = "jti",
    }
}

part! {
    /// The policy of the authorization server that applied.
    pub struct Policy<'a> {
        /// The policy's id.
        pub id: Option<Cow<'a, str>> = "id",
        /// The policy's rule.
        pub rule: Option<PolicyRule<'a>> = "rule",
    }
}

part! {
    /// The rule of a policy.
    pub struct PolicyRule<'a> {
        /// The rule's id.
        pub id: Option<Cow<'a, str>> = "id",
    }
}

part! {
    /// `data.identity`: the ID token that is going to be minted.
    pub struct IdToken<'a> {
        /// The claims it has so far.
        pub claims: Option<FreeForm<'a>> = "claims",
        /// How long it lives: see [`lifetime`](Self::lifetime).
        pub token: Option<TokenSettings> = "token",
        /// How long it lives, where an old table of Okta's had it.
        pub direct_lifetime: Option<Lifetime> = "lifetime",
    }
}

part! {
    /// `data.access`: the access token that is going to be minted.
    pub struct AccessToken<'a> {
        /// The claims it has so far.
        pub claims: Option<FreeForm<'a>> = "claims",
        /// How long it lives: see [`lifetime`](Self::lifetime).
        pub token: Option<TokenSettings> = "token",
        /// How long it lives, where an old table of Okta's had it.
        pub direct_lifetime: Option<Lifetime> = "lifetime",
        /// The scopes by their names, each an object of `id` and `action` (`GRANT`).
        pub scopes: Option<FreeForm<'a>> = "scopes",
    }
}

part! {
    /// What is set of a token beside its claims.
    pub struct TokenSettings {
        /// How long it lives.
        pub lifetime: Option<Lifetime> = "lifetime",
    }
}

part! {
    /// How long a token lives.
    pub struct Lifetime {
        /// Seconds.
        pub expiration: Option<i64> = "expiration",
    }
}

impl IdToken<'_> {
    /// How long the token lives, in seconds: `token.lifetime.expiration`.
    #[must_use]
    pub fn lifetime(&self) -> Option<i64> {
        lifetime(self.token.as_ref(), self.direct_lifetime.as_ref())
    }
}

impl AccessToken<'_> {
    /// How long the token lives, in seconds: `token.lifetime.expiration`.
    #[must_use]
    pub fn lifetime(&self) -> Option<i64> {
        lifetime(self.token.as_ref(), self.direct_lifetime.as_ref())
    }
}

fn lifetime(token: Option<&TokenSettings>, direct: Option<&Lifetime>) -> Option<i64> {
    token.and_then(|token| token.lifetime.as_ref()).or(direct)?.expiration
}
