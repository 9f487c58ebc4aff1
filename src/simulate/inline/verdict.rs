use http::{HeaderMap, StatusCode};

use super::finding::{Finding, FindingKind};
use super::review::Review;
use crate::inline::{HookType, Request};

/// What Okta would do with an answer to an inline hook, and what is wrong with it.
///
/// Source: Okta, [Inline hooks](https://developer.okta.com/docs/concepts/inline-hooks/), and the
/// reference of each type. Where Okta's documentation does not say what follows from a mistake, the
/// command counts as ignored; so does all of an answer with a 2xx other than 200 and 204, which Okta
/// does not document.
#[derive(Clone, Debug)]
pub struct Verdict {
    hook_type: HookType,
    effect: Effect,
    findings: Vec<Finding>,
}

/// What Okta does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// The commands are executed, but for those that a finding is about.
    Applied,
    /// It goes on as it would have without a hook: 204, or no command that counts.
    Unchanged,
    /// An operation cannot be carried out, and so none of all patches is.
    PatchRefused,
    /// The answer says no: a registration is denied, a password does not count as right.
    Denied,
    /// The answer says that something failed.
    Failed,
    /// It is not an answer: Okta does what it does without one.
    NotUsed,
}

impl Verdict {
    /// What Okta does with an answer of this status, with these headers and this body.
    #[must_use]
    pub fn of(request: &Request, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let mut review = Review::new(request);
        let effect = review.response(status, headers, body);
        Self { hook_type: request.hook_type(), effect, findings: review.findings }
    }

    /// What Okta does when there is no complete answer within three seconds, or no connection.
    #[must_use]
    pub fn timed_out(request: &Request) -> Self {
        let findings = vec![Finding::new(String::new(), FindingKind::Timeout)];
        Self { hook_type: request.hook_type(), effect: Effect::NotUsed, findings }
    }

    /// What Okta does.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// What is wrong; nothing in an answer that Okta takes as it is.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether Okta may call the hook once more: after a 5xx or a timeout, and never for tokens and
    /// telephony.
    #[must_use]
    pub fn is_retried(&self) -> bool {
        let is_of_transport = |finding: &Finding| match finding.kind() {
            FindingKind::Timeout => true,
            FindingKind::Status(status) => status.is_server_error(),
            _ => false,
        };
        !matches!(self.hook_type, HookType::TOKEN | HookType::TELEPHONY)
            && self.findings.iter().any(is_of_transport)
    }

    /// What becomes of the flow, in a sentence without its full stop.
    #[must_use]
    pub fn consequence(&self) -> &'static str {
        match self.hook_type {
            HookType::TOKEN => match self.effect {
                Effect::Applied => "the tokens are minted with the changes",
                Effect::Failed => "the token request fails with the OAuth error server_error",
                _ => "the tokens are minted unchanged",
            },
            HookType::SAML => match self.effect {
                Effect::Applied => "the assertion is sent with the changes",
                Effect::Failed => "the failure is logged, and the user may see its message",
                _ => "the assertion is sent unchanged",
            },
            HookType::REGISTRATION => match self.effect {
                Effect::Applied => "it goes on with the changes",
                Effect::Unchanged => "it goes on unchanged",
                _ => "it is denied",
            },
            HookType::PASSWORD_IMPORT => match self.effect {
                Effect::Applied => "the user is signed in, and Okta keeps the password",
                _ => "the user is not signed in, and Okta asks again the next time",
            },
            HookType::USER_IMPORT => match self.effect {
                Effect::Applied => "the user is imported with the changes",
                Effect::NotUsed => "the user is created",
                Effect::Failed => "the failure is in the System Log",
                _ => "the user is imported as proposed",
            },
            HookType::TELEPHONY => match self.effect {
                Effect::Applied => "Okta takes the message as sent",
                _ => "the code goes through Okta's own provider, heavily rate limited",
            },
            _ => "nothing is known about this type of hook",
        }
    }
}
