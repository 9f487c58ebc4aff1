use okta_hooks::inline::registration::{Request, RequestType};
use okta_hooks::inline::{Answer, AnswerError, ErrorCause};

use super::domain;

/// The domains of which people may register.
pub struct AllowedDomains(Vec<String>);

impl AllowedDomains {
    /// Reads a list like `example.com, example.org`; `None` if it is not one.
    pub fn parse(list: &str) -> Option<Self> {
        let domains: Vec<_> = list.split(',').map(|domain| domain.trim().to_owned()).collect();
        let is_domain = |domain: &String| !domain.is_empty() && !domain.contains(['@', ' ', '*']);
        domains.iter().all(is_domain).then_some(Self(domains))
    }

    fn allow(&self, email: &str) -> bool {
        let is_one = |domain: &str| self.0.iter().any(|other| other.eq_ignore_ascii_case(domain));
        domain(email).is_some_and(is_one)
    }
}

/// Allows an e-mail address of these domains; and a completed profile in which it does not change.
pub fn answer(request: &Request, allowed: &AllowedDomains) -> Result<Answer, AnswerError> {
    let is_update = request.request_type() == Some(RequestType::PROGRESSIVE_PROFILE);
    let (profile, location) = match is_update {
        true => (request.user_profile_update(), "data.userProfileUpdate.email"),
        false => (request.user_profile(), "data.userProfile.email"),
    };
    let profile = profile.unwrap_or_default();
    let is_allowed = match profile.string("email") {
        Some(email) => allowed.allow(&email),
        None => is_update && profile.get("email").is_none(),
    };
    if is_allowed {
        return request.answer().build();
    }
    let cause = ErrorCause::new("Use your company address.")
        .with_reason("EMAIL_DOMAIN")
        .with_location(location)
        .with_domain("end-user");
    request.deny("Registration refused.").with_cause(cause).build()
}
