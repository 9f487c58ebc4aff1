use okta_hooks::inline::token::{Patch, Request};
use okta_hooks::inline::{Answer, AnswerError};

use super::{ORG_DOMAIN, org_domain};

/// Adds the domain of the user's login to each token that is asked for. Without a user, as with
/// client credentials, nothing is changed.
pub fn answer(request: &Request) -> Result<Answer, AnswerError> {
    let mut answer = request.answer();
    if let Some(domain) = org_domain(request.user()) {
        let patch = Patch::new().add(ORG_DOMAIN, domain);
        if request.access().is_some() {
            answer = answer.patch_access(patch.clone());
        }
        if request.identity().is_some() {
            answer = answer.patch_identity(patch);
        }
    }
    answer.build()
}
