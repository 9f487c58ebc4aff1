use crate::event::macros::open_set;

open_set! {
    /// The type of an inline hook: `eventType` of its requests, `type` in the management API.
    pub struct HookType in "inline" {
        /// A token is about to be minted: [`token`](crate::inline::token).
        TOKEN = "com.okta.oauth2.tokens.transform",
        /// A SAML assertion is about to be sent: [`saml`](crate::inline::saml).
        SAML = "com.okta.saml.tokens.transform",
        /// Someone registers, or completes a profile: [`registration`](crate::inline::registration).
        REGISTRATION = "com.okta.user.pre-registration",
        /// A user signs in whose password is elsewhere:
        /// [`password_import`](crate::inline::password_import).
        PASSWORD_IMPORT = "com.okta.user.credential.password.import",
        /// An application's user is imported: [`user_import`](crate::inline::user_import).
        USER_IMPORT = "com.okta.import.transform",
        /// A one-time code has to be sent: [`telephony`](crate::inline::telephony).
        TELEPHONY = "com.okta.telephony.provider",
    }
}
