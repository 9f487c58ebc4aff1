use crate::inline::context::{Session, User};
use crate::inline::index::Member;
use crate::inline::request_macro::request;

use super::parts::{Assertion, Protocol};

request! {
    /// What Okta asks before it sends a SAML assertion: `com.okta.saml.tokens.transform`.
    ///
    /// Only custom SAML applications call such a hook, not those of Okta's catalogue.
    ///
    /// Source: Okta, [SAML assertion inline hook](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createSAMLAssertionInlineHook).
    ///
    /// ```
    /// use okta_hooks::inline::saml;
    ///
    /// let request = saml::Request::from_slice(br#"{"eventType": "com.okta.saml.tokens.transform",
    ///     "data": {"assertion": {"subject": {"nameId": "ada@example.com"}, "claims": {"roles": {
    ///         "attributes": {"NameFormat": "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"},
    ///         "attributeValues": [{"attributes": {"xsi:type": "xs:string"}, "value": "admin"}]}}}}}"#)?;
    /// let assertion = request.assertion().unwrap_or_default();
    /// let roles = assertion.claim("roles").unwrap_or_default();
    /// assert_eq!(roles.attribute_values[0].value.as_deref(), Some("admin"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Request is Saml of SAML;
}

impl Request {
    /// `data.context.protocol`: the application.
    #[must_use]
    pub fn protocol(&self) -> Option<Protocol<'_>> {
        self.0.part(Member::Protocol)
    }

    /// `data.context.session`: the user's session.
    #[must_use]
    pub fn session(&self) -> Option<Session<'_>> {
        self.0.part(Member::Session)
    }

    /// `data.context.user`: whom the assertion is about.
    #[must_use]
    pub fn user(&self) -> Option<User<'_>> {
        self.0.part(Member::ContextUser)
    }

    /// `data.assertion`: the assertion as it is so far.
    #[must_use]
    pub fn assertion(&self) -> Option<Assertion<'_>> {
        self.0.part(Member::Assertion)
    }
}
