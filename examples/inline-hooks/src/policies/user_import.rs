use okta_hooks::inline::user_import::Request;
use okta_hooks::inline::{Answer, AnswerError};

/// The attributes that the application knows best.
const FROM_THE_APPLICATION: [&str; 3] = ["department", "employeeNumber", "title"];

/// Sets these attributes of Okta's profile to what the application has, if it has them.
pub fn answer(request: &Request) -> Result<Answer, AnswerError> {
    let from = request.app_user().and_then(|user| user.profile).unwrap_or_default();
    let to = request.user().and_then(|user| user.profile).unwrap_or_default();
    let mut answer = request.answer();
    for name in FROM_THE_APPLICATION {
        // Attributes of an application may be of any type; these are strings in Okta.
        let value = from.get(name).and_then(|json| serde_json::from_str::<String>(json.get()).ok());
        if let Some(value) = value.filter(|value| to.string(name).as_deref() != Some(value)) {
            answer = answer.with_profile_attribute(name, value);
        }
    }
    answer.build()
}
