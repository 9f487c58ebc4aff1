use std::borrow::Cow;

use crate::event::FreeForm;
use crate::event::macros::part;
use crate::event::read::Read;

part! {
    /// `data.context.protocol`: the application that the assertion is for.
    pub struct Protocol<'a> {
        /// `type`: `SAML2.0`.
        pub kind: Option<Cow<'a, str>> = "type",
        /// The application.
        pub issuer: Option<Issuer<'a>> = "issuer",
    }
}

part! {
    /// The application that the assertion is for, which Okta calls the issuer.
    pub struct Issuer<'a> {
        /// The application's id.
        pub id: Option<Cow<'a, str>> = "id",
        /// The application's name.
        pub name: Option<Cow<'a, str>> = "name",
        /// Its URI.
        pub uri: Option<Cow<'a, str>> = "uri",
    }
}

part! {
    /// `data.assertion`: the assertion as it is so far.
    pub struct Assertion<'a> {
        /// Whom it is about.
        pub subject: Option<Subject<'a>> = "subject",
        /// How the user authenticated.
        pub authentication: Option<Authentication<'a>> = "authentication",
        /// Whom it is for.
        pub conditions: Option<Conditions<'a>> = "conditions",
        /// The attributes by their names: see [`claim`](Self::claim).
        pub claims: Option<FreeForm<'a>> = "claims",
        /// How long it is valid.
        pub lifetime: Option<Lifetime> = "lifetime",
    }
}

impl Assertion<'_> {
    /// The attribute called `name`.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<Claim<'_>> {
        Claim::read(self.claims.as_ref()?.get(name)?.get())
    }
}

part! {
    /// Whom the assertion is about.
    pub struct Subject<'a> {
        /// The name.
        pub name_id: Option<Cow<'a, str>> = "nameId",
        /// The format of the name, a URN.
        pub name_format: Option<Cow<'a, str>> = "nameFormat",
        /// How the recipient may confirm it.
        pub confirmation: Option<Confirmation<'a>> = "confirmation",
    }
}

part! {
    /// How the recipient may confirm the subject.
    pub struct Confirmation<'a> {
        /// The method, a URN.
        pub method: Option<Cow<'a, str>> = "method",
        /// What the method needs.
        pub data: Option<ConfirmationData<'a>> = "data",
    }
}

part! {
    /// What a method of confirmation needs.
    pub struct ConfirmationData<'a> {
        /// Where the assertion goes.
        pub recipient: Option<Cow<'a, str>> = "recipient",
    }
}

part! {
    /// How the user authenticated.
    pub struct Authentication<'a> {
        /// `SessionIndex`.
        pub session_index: Option<Cow<'a, str>> = "sessionIndex",
        /// `AuthnContext`.
        pub authn_context: Option<AuthnContext<'a>> = "authnContext",
    }
}

part! {
    /// `AuthnContext` of the assertion.
    pub struct AuthnContext<'a> {
        /// A URN.
        pub authn_context_class_ref: Option<Cow<'a, str>> = "authnContextClassRef",
    }
}

part! {
    /// Whom the assertion is for.
    pub struct Conditions<'a> {
        /// The audiences.
        pub audience_restriction: Vec<Cow<'a, str>> = "audienceRestriction",
    }
}

part! {
    /// One attribute of the assertion.
    pub struct Claim<'a> {
        /// XML attributes of the element.
        pub attributes: Option<ClaimAttributes<'a>> = "attributes",
        /// Its values.
        pub attribute_values: Vec<ClaimValue<'a>> = "attributeValues",
    }
}

part! {
    /// XML attributes of an attribute of the assertion.
    pub struct ClaimAttributes<'a> {
        /// `NameFormat`, a URN.
        pub name_format: Option<Cow<'a, str>> = "NameFormat",
    }
}

part! {
    /// One value of an attribute of the assertion.
    pub struct ClaimValue<'a> {
        /// XML attributes of the element.
        pub attributes: Option<ValueAttributes<'a>> = "attributes",
        /// The value.
        pub value: Option<Cow<'a, str>> = "value",
    }
}

part! {
    /// XML attributes of a value.
    pub struct ValueAttributes<'a> {
        /// `xsi:type`: `xs:string`, …
        pub xsi_type: Option<Cow<'a, str>> = "xsi:type",
    }
}

part! {
    /// How long the assertion is valid.
    pub struct Lifetime {
        /// Seconds.
        pub expiration: Option<i64> = "expiration",
    }
}
