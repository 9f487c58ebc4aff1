use okta_hooks::inline::saml::{Attribute, Request};
use okta_hooks::inline::{Answer, AnswerError};

use super::{ORG_DOMAIN, org_domain};

/// Adds the domain of the user's login as an attribute, in the place of one that is there.
pub fn answer(request: &Request) -> Result<Answer, AnswerError> {
    let Some(domain) = org_domain(request.user()) else { return request.answer().build() };
    let claims = request.assertion().and_then(|assertion| assertion.claims).unwrap_or_default();
    let answer = match claims.get(ORG_DOMAIN) {
        Some(_) => request.answer().replace(["claims", ORG_DOMAIN], Attribute::new(domain)),
        None => request.answer().add_claim(ORG_DOMAIN, domain),
    };
    answer.build()
}
