use std::borrow::Cow;

use crate::event::macros::{open_set, part};
use crate::inline::index::Member;
use crate::inline::request_macro::request;

request! {
    /// What Okta asks when a user signs in whose password is elsewhere:
    /// `com.okta.user.credential.password.import`.
    ///
    /// The body has the password in clear text: it belongs into no log.
    ///
    /// Source: Okta, [Password import inline hook](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createPasswordImportInlineHook).
    ///
    /// ```
    /// use okta_hooks::inline::password_import;
    ///
    /// let request = password_import::Request::from_slice(br#"{
    ///     "eventType": "com.okta.user.credential.password.import",
    ///     "data": {"context": {"credential": {"username": "ivo@example.com", "password": "Tr0ub4dor"}},
    ///              "action": {"credential": "UNVERIFIED"}}}"#)?;
    /// let credential = request.credential().unwrap_or_default();
    /// assert_eq!(credential.password.as_deref(), Some("Tr0ub4dor"));
    /// assert!(!format!("{request:?} {credential:?}").contains("Tr0ub4dor"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Request is PasswordImport of PASSWORD_IMPORT;
}

impl Request {
    /// `data.context.credential`: what the user entered.
    #[must_use]
    pub fn credential(&self) -> Option<Credential<'_>> {
        self.0.part(Member::Credential)
    }

    /// `data.action`: what Okta does unless the answer says otherwise. `UNVERIFIED`.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        self.0.part(Member::Action)
    }
}

part! {
    /// What the user entered.
    pub struct Credential<'a> {
        /// The user name.
        pub username: Option<Cow<'a, str>> = "username",
        /// The password in clear text.
        pub password: Option<Cow<'a, str>> = "password",
    }
}

part! {
    /// What Okta does unless the answer says otherwise.
    pub struct Action {
        /// Whether the password counts as right.
        pub credential: Option<CredentialStatus> = "credential",
    }
}

open_set! {
    /// Whether a password counts as right.
    pub struct CredentialStatus in "inline::password_import" {
        /// It does: the user is signed in, and Okta keeps the password.
        VERIFIED = "VERIFIED",
        /// It does not.
        UNVERIFIED = "UNVERIFIED",
    }
}
