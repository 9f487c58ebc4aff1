use okta_hooks::inline::password_import::Request;
use okta_hooks::inline::{Answer, AnswerError};

use crate::legacy_users::LegacyUsers;

/// Calls a password right that is the one the old system has of this user.
///
/// Takes as long as hashing a password takes: not for a thread that others wait for.
pub fn answer(request: &Request, users: &LegacyUsers) -> Result<Answer, AnswerError> {
    let credential = request.credential().unwrap_or_default();
    let username = credential.username.unwrap_or_default();
    let password = credential.password.unwrap_or_default();
    match users.is_right(&username, &password) {
        true => request.verified().build(),
        false => request.unverified().build(),
    }
}
