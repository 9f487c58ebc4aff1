use super::target::TargetBuilder;
use crate::event::TargetType;
use crate::event_type::EventType;

/// Whether the person of an event is its actor and no target: one who signs in or out.
pub(super) fn person_is_actor(event_type: &EventType) -> bool {
    *event_type == EventType::USER_SESSION_START
        || *event_type == EventType::USER_SESSION_END
        || event_type.is_in("user.authentication")
}

/// The targets of an event, given those that were asked for: each kind that an event of the type
/// has and that was not asked for is there once, with invented values.
pub(super) fn complete(event_type: &EventType, asked: Vec<TargetBuilder>) -> Vec<TargetBuilder> {
    let mut targets: Vec<TargetBuilder> = usual(event_type, &asked)
        .into_iter()
        .filter(|usual| asked.iter().all(|target| target.kind() != usual.kind()))
        .collect();
    targets.extend(asked);
    targets
}

/// What events of a type are about, in the families most hooks subscribe to. For the others this
/// crate has no sample; an empty list makes `target` null, as in Okta's own sample data.
fn usual(event_type: &EventType, asked: &[TargetBuilder]) -> Vec<TargetBuilder> {
    let is_in = |families: &[&str]| families.iter().any(|family| event_type.is_in(family));
    let user = || TargetBuilder::user("john.doe@example.com");
    let app = || TargetBuilder::app("Payroll");
    if person_is_actor(event_type) {
        return match asked.is_empty() && *event_type == EventType::USER_SESSION_START {
            true => vec![
                TargetBuilder::new(TargetType::AUTHENTICATOR_ENROLLMENT)
                    .display_name("Okta Verify"),
                TargetBuilder::app("Okta Dashboard"),
            ],
            false => Vec::new(),
        };
    }
    if is_in(&["application.user_membership"]) {
        return vec![
            TargetBuilder::new(TargetType::APP_USER).display_name("John Doe"),
            app(),
            user(),
        ];
    }
    // About the rule, and about nobody in particular.
    if is_in(&["group.user_membership.rule"]) {
        return Vec::new();
    }
    if is_in(&["group.user_membership", "group.privilege"]) {
        return vec![user(), TargetBuilder::group("Engineering")];
    }
    if is_in(&["group.application_assignment"]) {
        return vec![TargetBuilder::group("Engineering"), app()];
    }
    if is_in(&["user.lifecycle", "user.account", "user.session", "user.mfa", "user.credential"]) {
        return vec![user()];
    }
    if is_in(&["group.lifecycle", "group.profile"]) {
        return vec![TargetBuilder::group("Engineering")];
    }
    if is_in(&["application.lifecycle"]) {
        return vec![app()];
    }
    if is_in(&["policy.lifecycle"]) {
        return vec![TargetBuilder::new(TargetType::POLICY_ENTITY).display_name("Default Policy")];
    }
    Vec::new()
}

/// `displayMessage` and `legacyEventType` of the types there are samples of; `null` is what newer
/// types have.
pub(super) fn messages(event_type: &EventType) -> (Option<&'static str>, Option<&'static str>) {
    match *event_type {
        EventType::USER_LIFECYCLE_CREATE => {
            (Some("Create okta user"), Some("core.user.config.user_creation.success"))
        }
        EventType::GROUP_USER_MEMBERSHIP_ADD => {
            (Some("Add user to group membership"), Some("core.user_group_member.user_add"))
        }
        EventType::USER_SESSION_START => {
            (Some("User login to Okta"), Some("core.user_auth.login_success"))
        }
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(event_type: &EventType, asked: Vec<TargetBuilder>) -> Vec<TargetType> {
        let targets = complete(event_type, asked);
        targets.iter().map(|target| target.kind().clone()).collect()
    }

    #[test]
    fn what_an_event_is_usually_about_is_there() {
        for (event_type, expected) in [
            (EventType::USER_LIFECYCLE_CREATE, &["User"][..]),
            (EventType::USER_ACCOUNT_UPDATE_PROFILE, &["User"]),
            (EventType::USER_SESSION_CLEAR, &["User"]),
            (EventType::USER_SESSION_START, &["AuthenticatorEnrollment", "AppInstance"]),
            (EventType::USER_SESSION_END, &[]),
            (EventType::GROUP_USER_MEMBERSHIP_ADD, &["User", "UserGroup"]),
            (EventType::GROUP_USER_MEMBERSHIP_RULE_TRIGGER, &[]),
            (EventType::APPLICATION_USER_MEMBERSHIP_ADD, &["AppUser", "AppInstance", "User"]),
            (EventType::ACCESS_REQUEST_CREATE, &[]),
        ] {
            assert_eq!(kinds(&event_type, Vec::new()), expected, "{event_type}");
        }
    }

    #[test]
    fn what_was_asked_for_replaces_the_usual_of_its_kind() {
        let asked = vec![TargetBuilder::group("Sales"), TargetBuilder::group("Support")];
        let event_type = EventType::GROUP_USER_MEMBERSHIP_ADD;
        assert_eq!(kinds(&event_type, asked), ["User", "UserGroup", "UserGroup"]);
    }
}
