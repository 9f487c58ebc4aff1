use std::borrow::Cow;

use serde_json::value::RawValue;

use super::macros::{open_set, part};

part! {
    /// The session, and how it was authenticated.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","authenticationContext":{"credentialType":"OAuth 2.0"}}"#)?;
    /// use okta_hooks::event::CredentialType;
    ///
    /// let context = event.authentication_context().unwrap_or_default();
    /// assert_eq!(context.credential_type, Some(CredentialType::OAUTH_2_0));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct AuthenticationContext<'a> {
        /// What checked the credentials.
        pub authentication_provider: Option<AuthenticationProvider> = "authenticationProvider",
        /// What gave out the credentials.
        pub credential_provider: Option<CredentialProvider> = "credentialProvider",
        /// What the credentials are.
        pub credential_type: Option<CredentialType> = "credentialType",
        /// Documented as unused; `0` in Okta's own samples.
        pub authentication_step: Option<i64> = "authenticationStep",
        /// The session's id, for correlation; may be the placeholder `unknown`.
        pub external_session_id: Option<Cow<'a, str>> = "externalSessionId",
        /// The first session's id; in samples, in no schema.
        pub root_session_id: Option<Cow<'a, str>> = "rootSessionId",
        /// Undocumented; `null` in the one capture that has it.
        pub authenticator_context: Option<Cow<'a, RawValue>> = "authenticatorContext",
        /// `Outlook`, `wsTrust`, …
        pub interface: Option<Cow<'a, str>> = "interface",
        /// Who issued the assertion or token.
        pub issuer: Option<Issuer<'a>> = "issuer",
    }
}

part! {
    /// Who issued an assertion or token.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","authenticationContext":{"issuer":{"type":"SAML2"}}}"#)?;
    /// let issuer = event.authentication_context().and_then(|context| context.issuer).unwrap_or_default();
    /// assert_eq!(issuer.kind.as_deref(), Some("SAML2"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct Issuer<'a> {
        /// The issuer's id, such as a URL.
        pub id: Option<Cow<'a, str>> = "id",
        /// `type`: the kind of issuer.
        pub kind: Option<Cow<'a, str>> = "type",
    }
}

open_set! {
    /// What checked the credentials.
    pub struct AuthenticationProvider {
        /// Okta itself.
        OKTA = "OKTA_AUTHENTICATION_PROVIDER",
        /// Active Directory.
        ACTIVE_DIRECTORY = "ACTIVE_DIRECTORY",
        /// An LDAP directory.
        LDAP = "LDAP",
        /// A federated identity provider.
        FEDERATION = "FEDERATION",
        /// A social identity provider.
        SOCIAL = "SOCIAL",
        /// A factor's provider.
        FACTOR = "FACTOR_PROVIDER",
    }
}

open_set! {
    /// What gave out the credentials.
    pub struct CredentialProvider {
        /// Okta itself.
        OKTA = "OKTA_CREDENTIAL_PROVIDER",
        /// RSA.
        RSA = "RSA",
        /// Symantec.
        SYMANTEC = "SYMANTEC",
        /// Google.
        GOOGLE = "GOOGLE",
        /// Duo.
        DUO = "DUO",
        /// Yubikey.
        YUBIKEY = "YUBIKEY",
    }
}

open_set! {
    /// What the credentials are.
    pub struct CredentialType {
        /// A one-time password.
        OTP = "OTP",
        /// A text message.
        SMS = "SMS",
        /// A password.
        PASSWORD = "PASSWORD",
        /// An assertion.
        ASSERTION = "ASSERTION",
        /// Integrated Windows authentication.
        IWA = "IWA",
        /// An e-mail.
        EMAIL = "EMAIL",
        /// OAuth 2.0, as the docs' tables spell it.
        OAUTH2 = "OAUTH2",
        /// OAuth 2.0, as the API's schema spells it.
        OAUTH_2_0 = "OAuth 2.0",
        /// A JSON web token.
        JWT = "JWT",
        /// A certificate.
        CERTIFICATE = "CERTIFICATE",
        /// A shared key.
        PRE_SHARED_SYMMETRIC_KEY = "PRE_SHARED_SYMMETRIC_KEY",
        /// A session of an Okta client.
        OKTA_CLIENT_SESSION = "OKTA_CLIENT_SESSION",
        /// An Apple device's id.
        DEVICE_UDID = "DEVICE_UDID",
    }
}
