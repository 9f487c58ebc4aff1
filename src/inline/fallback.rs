use std::fmt;

use super::{Answer, AnswerError, Failure, Request};

/// What Okta is told when a service has no answer: it failed, or its deadline elapsed.
///
/// A late answer is none, and what Okta does without one is not always what does least harm. These
/// are the answers instead, and what follows from silence or an error status, for comparison:
///
/// | Hook | Default | Instead | Okta then | Without an answer Okta |
/// |---|---|---|---|---|
/// | [`token`](crate::inline::token) | 204 | [`with_token_error`](Self::with_token_error) | mints the tokens unchanged; or fails the token request | mints them unchanged |
/// | [`saml`](crate::inline::saml) | 204 | | sends the assertion unchanged | sends it unchanged |
/// | [`registration`](crate::inline::registration) | `DENY` and a message | [`with_denial`](Self::with_denial), [`with_registration_allowed`](Self::with_registration_allowed) | denies with the message; or allows unchanged | denies, with a message of Okta's |
/// | [`password_import`](crate::inline::password_import) | `UNVERIFIED` | | does not sign the user in, and asks again the next time | does the same |
/// | [`user_import`](crate::inline::user_import) | 204 | | does what it proposed | creates the user, even where it proposed to link it |
/// | [`telephony`](crate::inline::telephony) | `error` | | sends the code through its own provider, heavily rate limited | does the same |
/// | a type not known | none: status 503 | | | is not known |
///
/// Nothing else makes sense: no password may count as right, and no message as sent, because a
/// service was away. `Debug` does not show the messages.
///
/// # Examples
///
/// ```
/// use okta_hooks::inline::{Fallback, Request};
///
/// let fallback = Fallback::new().with_denial("Registration is closed for maintenance.");
/// let request = Request::from_slice(br#"{"eventType": "com.okta.user.pre-registration"}"#)?;
/// let answer = fallback.answer(&request).expect("a known type");
/// assert_eq!((answer.status().as_u16(), answer.hook_type()), (200, &request.hook_type()));
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Fallback {
    token_error: Option<String>,
    /// `None`: allowed.
    denial: Option<String>,
}

impl Fallback {
    /// For each type what does least harm.
    pub fn new() -> Self {
        Self { token_error: None, denial: Some(LATER.to_owned()) }
    }

    /// Token hooks: fails the token request with the OAuth error `server_error`, for tokens that must
    /// not exist without what the hook adds. Clients see `summary`.
    ///
    /// A body that is malformed, too long or not there in time does not say that it is about a token:
    /// `InlineHookLayer::with_hook_type` does.
    pub fn with_token_error(mut self, summary: impl Into<String>) -> Self {
        self.token_error = Some(summary.into());
        self
    }

    /// Registration hooks: denies with a message of one's own.
    pub fn with_denial(mut self, summary: impl Into<String>) -> Self {
        self.denial = Some(summary.into());
        self
    }

    /// Registration hooks: allows **everybody** to register, and every change of a profile, while
    /// the service does not answer.
    pub fn with_registration_allowed(mut self) -> Self {
        self.denial = None;
        self
    }

    /// The answer to `request`; `None` for a type of hook that this release does not know, to which
    /// a 503 is the answer.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Option<Answer> {
        let answer = match request {
            Request::Token(request) => match &self.token_error {
                None => request.answer().build(),
                Some(summary) => with_message(summary, |summary| request.fail(summary)),
            },
            Request::Saml(request) => request.answer().build(),
            Request::Registration(request) => match &self.denial {
                None => request.answer().build(),
                Some(summary) => with_message(summary, |summary| request.deny(summary)),
            },
            Request::PasswordImport(request) => request.unverified().build(),
            Request::UserImport(request) => request.answer().build(),
            Request::Telephony(request) => request.fail(NOT_SENT).build(),
            Request::Other(_) => return None,
        };
        answer.ok()
    }
}

/// What users see who register.
const LATER: &str = "This is not possible at the moment. Please try again later.";
const NOT_SENT: &str = "The message was not sent.";

/// The answer with `message`, or with one of our own if Okta would not take it: empty, or too long.
fn with_message(message: &str, failure: impl Fn(&str) -> Failure) -> Result<Answer, AnswerError> {
    failure(message).build().or_else(|_| failure(LATER).build())
}

impl Default for Fallback {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fallback")
            .field("fails_token_requests", &self.token_error.is_some())
            .field("denies_registrations", &self.denial.is_some())
            .finish_non_exhaustive()
    }
}
