//! What Okta asks inline hooks, and what it does with an answer, for tests.
//!
//! - A function for each type of hook starts a [`RequestBuilder`], such as [`token`]; [`request`] does
//!   for a [`HookType`](crate::inline::HookType).
//! - [`Verdict`] says what Okta would do with an answer, and what is wrong with it.
//!
//! ```
//! use okta_hooks::inline::{Fallback, Request};
//! use okta_hooks::simulate::inline::{self, Effect, Verdict};
//!
//! let request = inline::registration().user("ivo@other.example").build();
//! let answer = Fallback::new().answer(&request).expect("a known type");
//!
//! let response = answer.to_response();
//! let verdict = Verdict::of(&request, response.status(), response.headers(), response.body());
//! assert_eq!(verdict.effect(), Effect::Denied);
//! assert!(verdict.findings().is_empty());
//!
//! // A value that should be an object.
//! let wrong = br#"{"commands":[{"type":"com.okta.action.update","value":["DENY"]}]}"#;
//! let verdict = Verdict::of(&request, response.status(), response.headers(), wrong);
//! assert_eq!(verdict.effect(), Effect::Unchanged);
//! assert_eq!(verdict.findings()[0].to_string(), "/commands/0/value: expected an object");
//! assert_eq!(verdict.consequence(), "it goes on unchanged");
//! ```

mod commands;
mod finding;
mod operation;
mod request;
mod review;
mod sample;
mod verdict;

pub use finding::{Finding, FindingKind};
pub use request::{
    RequestBuilder, password_import, progressive_profile, registration, request, saml, telephony,
    token, user_import,
};
pub use verdict::{Effect, Verdict};
