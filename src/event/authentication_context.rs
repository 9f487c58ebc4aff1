use std::borrow::Cow;

use serde_json::value::RawValue;

use super::part::{open_enum, part};

part! {
    /// The session, and how it was authenticated.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","authenticationContext":{"credentialType":"OAuth 2.0"}}"#)?;
    /// use okta_hooks::event::CredentialType;
    ///
    /// let context = event.authentication_context().unwrap_or_default();
    /// assert_eq!(context.credential_type, Some(CredentialType::OAuth20));
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
        pub authenticator_context: Option<&'a RawValue> = "authenticatorContext",
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
    pub struct Issuer<'a> {
        /// The issuer's id, such as a URL.
        pub id: Option<Cow<'a, str>> = "id",
        /// `type`: the kind of issuer.
        pub kind: Option<Cow<'a, str>> = "type",
    }
}

open_enum! {
    /// What checked the credentials.
    pub enum AuthenticationProvider {
        /// Okta itself.
        Okta = "OKTA_AUTHENTICATION_PROVIDER",
        /// Active Directory.
        ActiveDirectory = "ACTIVE_DIRECTORY",
        /// An LDAP directory.
        Ldap = "LDAP",
        /// A federated identity provider.
        Federation = "FEDERATION",
        /// A social identity provider.
        Social = "SOCIAL",
        /// A factor's provider.
        Factor = "FACTOR_PROVIDER",
    }
}

open_enum! {
    /// What gave out the credentials.
    pub enum CredentialProvider {
        /// Okta itself.
        Okta = "OKTA_CREDENTIAL_PROVIDER",
        /// RSA.
        Rsa = "RSA",
        /// Symantec.
        Symantec = "SYMANTEC",
        /// Google.
        Google = "GOOGLE",
        /// Duo.
        Duo = "DUO",
        /// Yubikey.
        Yubikey = "YUBIKEY",
    }
}

open_enum! {
    /// What the credentials are.
    pub enum CredentialType {
        /// A one-time password.
        Otp = "OTP",
        /// A text message.
        Sms = "SMS",
        /// A password.
        Password = "PASSWORD",
        /// An assertion.
        Assertion = "ASSERTION",
        /// Integrated Windows authentication.
        Iwa = "IWA",
        /// An e-mail.
        Email = "EMAIL",
        /// OAuth 2.0, as the docs' tables spell it.
        OAuth2 = "OAUTH2",
        /// OAuth 2.0, as the API's schema spells it.
        OAuth20 = "OAuth 2.0",
        /// A JSON web token.
        Jwt = "JWT",
        /// A certificate.
        Certificate = "CERTIFICATE",
        /// A shared key.
        PreSharedSymmetricKey = "PRE_SHARED_SYMMETRIC_KEY",
        /// A session of an Okta client.
        OktaClientSession = "OKTA_CLIENT_SESSION",
        /// An Apple device's id.
        DeviceUdid = "DEVICE_UDID",
    }
}
