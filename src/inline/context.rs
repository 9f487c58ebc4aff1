//! The parts of `data.context` that requests of several types have.

use std::borrow::Cow;

use crate::event::macros::{open_set, part};

part! {
    /// `data.context.request`: the HTTP request to Okta that made it call the hook.
    pub struct HttpRequest<'a> {
        /// Okta's id of the request, as in the System Log.
        pub id: Option<Cow<'a, str>> = "id",
        /// `GET`, `POST`, …
        pub method: Option<Cow<'a, str>> = "method",
        /// Where it went.
        pub url: Option<RequestUrl<'a>> = "url",
        /// The address it came from.
        pub ip_address: Option<Cow<'a, str>> = "ipAddress",
    }
}

part! {
    /// Where a request to Okta went.
    pub struct RequestUrl<'a> {
        /// A path, or an absolute URL.
        pub value: Option<Cow<'a, str>> = "value",
    }
}

part! {
    /// `data.context.session`: the user's session in Okta. Documented as present without saying when; there is none where no user is
    /// signed in, as with client credentials.
    pub struct Session<'a> {
        /// The session's id.
        pub id: Option<Cow<'a, str>> = "id",
        /// The user's id: `00u…`.
        pub user_id: Option<Cow<'a, str>> = "userId",
        /// The user's login.
        pub login: Option<Cow<'a, str>> = "login",
        /// RFC 3339 in UTC.
        pub created_at: Option<Cow<'a, str>> = "createdAt",
        /// RFC 3339 in UTC.
        pub expires_at: Option<Cow<'a, str>> = "expiresAt",
        /// `ACTIVE`, …
        pub status: Option<Cow<'a, str>> = "status",
        /// When the user last entered the password: RFC 3339 in UTC.
        pub last_password_verification: Option<Cow<'a, str>> = "lastPasswordVerification",
        /// How the user authenticated, as in the claim `amr` ([RFC
        /// 8176](https://www.rfc-editor.org/rfc/rfc8176)): `PASSWORD`, `mfa`, …
        pub amr: Vec<Cow<'a, str>> = "amr",
        /// The identity provider.
        pub idp: Option<IdentityProvider<'a>> = "idp",
        /// Whether multifactor authentication was used.
        pub mfa_active: Option<bool> = "mfaActive",
    }
}

part! {
    /// The identity provider of a session.
    pub struct IdentityProvider<'a> {
        /// Its id.
        pub id: Option<Cow<'a, str>> = "id",
        /// `type`: what it is.
        pub kind: Option<IdentityProviderType> = "type",
    }
}

open_set! {
    /// What an identity provider is.
    pub struct IdentityProviderType in "inline" {
        /// Active Directory.
        ACTIVE_DIRECTORY = "ACTIVE_DIRECTORY",
        /// A federated identity provider.
        FEDERATION = "FEDERATION",
        /// An LDAP directory.
        LDAP = "LDAP",
        /// Okta itself.
        OKTA = "OKTA",
        /// A social identity provider.
        SOCIAL = "SOCIAL",
    }
}

part! {
    /// `data.context.user`: who the request is about.
    pub struct User<'a> {
        /// The user's id: `00u…`.
        pub id: Option<Cow<'a, str>> = "id",
        /// When the password was last changed: RFC 3339 in UTC.
        pub password_changed: Option<Cow<'a, str>> = "passwordChanged",
        /// The profile.
        pub profile: Option<UserProfile<'a>> = "profile",
        /// Where more is to be had.
        pub links: Option<Links<'a>> = "_links",
    }
}

part! {
    /// The documented attributes of a user's profile. Others, if there are any, are at
    /// `/data/context/user/profile` of the [`Envelope`](crate::inline::Envelope::get).
    pub struct UserProfile<'a> {
        /// The login, in the form of an e-mail address unless the org has another rule.
        pub login: Option<Cow<'a, str>> = "login",
        /// The first name.
        pub first_name: Option<Cow<'a, str>> = "firstName",
        /// The last name.
        pub last_name: Option<Cow<'a, str>> = "lastName",
        /// `en`, `en_US`, …
        pub locale: Option<Cow<'a, str>> = "locale",
        /// `America/Los_Angeles`, …
        pub time_zone: Option<Cow<'a, str>> = "timeZone",
    }
}

part! {
    /// URLs of Okta's API about a user.
    pub struct Links<'a> {
        /// The user's groups.
        pub groups: Option<Link<'a>> = "groups",
        /// The user's factors.
        pub factors: Option<Link<'a>> = "factors",
    }
}

part! {
    /// A URL.
    pub struct Link<'a> {
        /// The URL.
        pub href: Option<Cow<'a, str>> = "href",
    }
}
