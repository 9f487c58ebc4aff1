//! Names for event types. Okta's catalogue has none, so these say what its admin console would: what
//! most hooks subscribe to by hand, the rest put together from the type itself.

/// What happened, such as `User created`.
pub fn name(event_type: &str) -> String {
    let known = NAMES.iter().find(|(known, _)| *known == event_type);
    known.map_or_else(|| made_up(event_type), |(_, name)| (*name).to_owned())
}

/// The heading that it stands under, such as `Users`.
pub fn group(event_type: &str) -> &'static str {
    let area = event_type.split('.').next().unwrap_or_default();
    let known = GROUPS.iter().find(|(known, _)| *known == area);
    known.map_or("Others", |(_, group)| group)
}

/// `policy.rule.add` is `Policy rule: add`.
fn made_up(event_type: &str) -> String {
    let words = event_type.replace('_', " ");
    let (about, what) = words.rsplit_once('.').unwrap_or((&words, ""));
    let about = about.replace('.', " ");
    let mut letters = about.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let about = first.unwrap_or_default() + letters.as_str();
    if what.is_empty() { about } else { format!("{about}: {what}") }
}

const GROUPS: [(&str, &str); 17] = [
    ("user", "Users"),
    ("group", "Groups"),
    ("application", "Applications"),
    ("app", "Applications"),
    ("policy", "Policies"),
    ("device", "Devices"),
    ("iam", "Administrators"),
    ("security", "Security"),
    ("system", "System"),
    ("access", "Access governance"),
    ("certification", "Access governance"),
    ("entitlement", "Access governance"),
    ("governance", "Access governance"),
    ("resource", "Access governance"),
    ("resource_servers", "Resource servers"),
    ("workload_principal", "Workload principals"),
    ("inline_hook", "Inline hooks"),
];

const NAMES: [(&str, &str); 44] = [
    ("user.lifecycle.create", "User created"),
    ("user.lifecycle.activate", "User activated"),
    ("user.lifecycle.reactivate", "User reactivated"),
    ("user.lifecycle.deactivate", "User deactivated"),
    ("user.lifecycle.suspend", "User suspended"),
    ("user.lifecycle.unsuspend", "User unsuspended"),
    ("user.lifecycle.delete.initiated", "User deletion started"),
    ("user.account.update_profile", "User profile updated"),
    ("user.account.update_password", "User password changed"),
    ("user.account.reset_password", "User password reset"),
    ("user.account.lock", "User locked out"),
    ("user.account.unlock", "User unlocked"),
    ("user.account.unlock_by_admin", "User unlocked by an admin"),
    ("user.account.privilege.grant", "User privilege granted"),
    ("user.account.privilege.revoke", "User privilege revoked"),
    ("user.account.report_suspicious_activity_by_enduser", "User reported suspicious activity"),
    ("user.session.start", "User signed in"),
    ("user.session.end", "User signed out"),
    ("user.session.clear", "User sessions cleared"),
    ("user.authentication.sso", "User signed in to an application"),
    ("user.authentication.auth_via_mfa", "User verified a factor"),
    ("user.authentication.authenticate", "User authenticated"),
    ("user.mfa.factor.activate", "User enrolled a factor"),
    ("user.mfa.factor.deactivate", "User's factor reset"),
    ("user.mfa.factor.suspend", "User's factor suspended"),
    ("user.mfa.factor.unsuspend", "User's factor unsuspended"),
    ("user.mfa.factor.update", "User's factor updated"),
    ("user.mfa.factor.reset_all", "User's factors all reset"),
    ("group.lifecycle.create", "Group created"),
    ("group.lifecycle.delete", "Group deleted"),
    ("group.profile.update", "Group profile updated"),
    ("group.user_membership.add", "User added to a group"),
    ("group.user_membership.remove", "User removed from a group"),
    ("group.privilege.grant", "Group privilege granted"),
    ("group.privilege.revoke", "Group privilege revoked"),
    ("group.application_assignment.add", "Group assigned to an application"),
    ("group.application_assignment.remove", "Group unassigned from an application"),
    ("application.lifecycle.create", "Application created"),
    ("application.lifecycle.update", "Application updated"),
    ("application.lifecycle.activate", "Application activated"),
    ("application.lifecycle.deactivate", "Application deactivated"),
    ("application.lifecycle.delete", "Application deleted"),
    ("application.user_membership.add", "User assigned to an application"),
    ("application.user_membership.remove", "User unassigned from an application"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use okta_hooks::EventType;

    #[test]
    fn every_type_that_a_hook_can_subscribe_to_has_a_name_and_a_group() {
        for info in EventType::catalog().iter().filter(|info| info.hook_eligible) {
            let event_type = info.event_type.as_str();
            let name = name(event_type);
            assert!(name.starts_with(char::is_uppercase) && !name.contains('_'), "{name}");
            assert_ne!(group(event_type), "Others", "{event_type}");
        }
        assert_eq!(name("user.lifecycle.create"), "User created");
        assert_eq!(name("policy.rule.add"), "Policy rule: add");
        assert_eq!((name(""), group("")), (String::new(), "Others"));
    }

    #[test]
    fn every_name_is_of_a_type_that_there_is() {
        for (event_type, _) in NAMES {
            let known = event_type.parse::<EventType>().unwrap();
            assert!(known.info().is_some_and(|info| info.hook_eligible), "{event_type}");
        }
    }
}
