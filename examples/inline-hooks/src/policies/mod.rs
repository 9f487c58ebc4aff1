//! What this service answers: a small policy for each type of hook, which decides and does no IO.

pub mod password_import;
pub mod registration;
pub mod saml;
pub mod telephony;
pub mod token;
pub mod user_import;

/// The part of a login or an e-mail address after `@`; `None` if there is none.
fn domain(address: &str) -> Option<&str> {
    let (_, domain) = address.rsplit_once('@')?;
    (!domain.is_empty()).then_some(domain)
}

/// The domain of a user's login.
fn org_domain(user: Option<okta_hooks::inline::User<'_>>) -> Option<String> {
    let login = user?.profile?.login?;
    domain(&login).map(str::to_owned)
}

/// The name of the claim, and of the attribute, that has it.
const ORG_DOMAIN: &str = "org_domain";
