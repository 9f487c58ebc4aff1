//! The SAML assertion inline hook: adds and changes what an assertion says before Okta sends it.

pub(crate) mod answer;
mod parts;
mod request;

pub use answer::{Answer, Attribute};
pub use parts::{
    Assertion, Authentication, AuthnContext, Claim, ClaimAttributes, ClaimValue, Conditions,
    Confirmation, ConfirmationData, Issuer, Lifetime, Protocol, Subject, ValueAttributes,
};
pub use request::Request;
