//! The token inline hook: adds, changes and removes claims of ID and access tokens, and their
//! lifetimes, before Okta mints them.

pub(crate) mod answer;
mod parts;
mod request;
mod reserved;

pub use answer::{Answer, Patch};
pub use parts::{
    AccessToken, AuthorizationRequest, Client, IdToken, Issuer, Lifetime, OriginalGrant, Policy,
    PolicyRule, Protocol, RefreshToken, TokenSettings,
};
pub use request::Request;
