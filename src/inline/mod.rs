//! Okta's inline hooks: typed requests, and answers that say only what Okta accepts.
//!
//! Where an event hook is told what happened, an inline hook is asked before something does: Okta
//! waits up to three seconds for the answer, does not call again after a 2xx or 4xx, and takes a wrong
//! answer for none, or for a denial. So an answer is made from the request it is for, and what Okta
//! would not accept of it is an [`AnswerError`] before anything is sent.
//!
//! | Module | Okta asks | Answers | Saying nothing (204) means |
//! |---|---|---|---|
//! | [`token`] | before it mints tokens | [`patch_access`](token::Answer::patch_access), [`patch_identity`](token::Answer::patch_identity), [`fail`](token::Request::fail) | minted unchanged |
//! | [`saml`] | before it sends an assertion | [`add_claim`](saml::Answer::add_claim), [`replace`](saml::Answer::replace), [`fail`](saml::Request::fail) | sent unchanged |
//! | [`registration`] | before somebody registers or completes a profile | [`with_attribute`](registration::Answer::with_attribute), [`deny`](registration::Request::deny) | allowed unchanged |
//! | [`password_import`] | whether a password is right | [`verified`](password_import::Request::verified), [`unverified`](password_import::Request::unverified) | unverified |
//! | [`user_import`] | while users are imported | [`with_profile_attribute`](user_import::Answer::with_profile_attribute), [`create_user`](user_import::Answer::create_user), [`link_user`](user_import::Answer::link_user), [`fail`](user_import::Request::fail) | done as proposed |
//! | [`telephony`] | to send a one-time code | [`answer`](telephony::Request::answer), [`fail`](telephony::Request::fail) | cannot be said |
//!
//! A request is read as a [`LogEvent`](crate::LogEvent) is: the bytes once, a part when asked, and
//! nothing is lost. Parts are made as those of [`event`](crate::event) are, open sets included. No
//! `Debug`, error or log shows a password, a one-time code, a claim or an attribute.
//!
//! # Example
//!
//! ```
//! use okta_hooks::inline::token::Patch;
//! use okta_hooks::inline::{Answer, AnswerError, ErrorCause, Request};
//!
//! /// One function may answer several types of hooks.
//! fn answer(request: &Request) -> Result<Answer, AnswerError> {
//!     match request {
//!         Request::Token(request) => {
//!             let tenant = Patch::new().add("tenant", "acme").lifetime(900);
//!             match request.access() {
//!                 Some(_) => request.answer().patch_access(tenant).build(),
//!                 None => request.answer().build(),
//!             }
//!         }
//!         Request::Registration(request) => {
//!             let profile = request.user_profile().unwrap_or_default();
//!             let email = profile.string("email").unwrap_or_default();
//!             if email.ends_with("@acme.example") {
//!                 return request.answer().with_attribute("organization", "Acme").build();
//!             }
//!             let cause = ErrorCause::new("Use your company address.")
//!                 .with_location("data.userProfile.email");
//!             request.deny("Registration refused.").with_cause(cause).build()
//!         }
//!         Request::PasswordImport(request) => request.unverified().build(),
//!         other => panic!("no hook of the type {} is registered here", other.hook_type()),
//!     }
//! }
//!
//! let request = Request::from_slice(br#"{"eventType": "com.okta.user.pre-registration",
//!     "data": {"userProfile": {"email": "ivo@other.example"}, "action": "ALLOW"}}"#)?;
//! let json: serde_json::Value = serde_json::from_slice(answer(&request)?.body())?;
//! assert_eq!(json["commands"][0]["value"]["registration"], "DENY");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Source: Okta, [Inline hooks](https://developer.okta.com/docs/concepts/inline-hooks/), and the
//! reference of each type. Where samples and reference differ, both are read.

pub(crate) mod answer;
mod context;
mod envelope;
mod fallback;
mod hook_type;
mod index;
pub mod password_import;
pub mod registration;
mod request;
mod request_macro;
pub mod saml;
pub mod telephony;
pub mod token;
pub mod user_import;

pub use answer::{
    Answer, AnswerError, AnswerErrorKind, ErrorCause, Failure, LocationType, Pointer,
};
pub use context::{
    HttpRequest, IdentityProvider, IdentityProviderType, Link, Links, RequestUrl, Session, User,
    UserProfile,
};
pub use envelope::Envelope;
pub use fallback::Fallback;
pub use hook_type::HookType;
pub use request::{OtherRequest, Request};
