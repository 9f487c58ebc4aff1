//! Who is in a group.

use okta_hooks::EventType;
use okta_hooks::simulate::EventBuilder;

use super::group::Group;
use crate::emulator::clock;
use crate::emulator::errors::OktaError;
use crate::emulator::org::{Org, happened};
use crate::emulator::users::User;

impl Org {
    /// What an admin does. Whom a rule had put into the group and is taken out of it is excluded from
    /// the rule: it would be put back otherwise.
    pub fn set_member(
        &mut self,
        group: &str,
        user: &str,
        is_member: bool,
    ) -> Result<(), OktaError> {
        let (_, user) = self.user(user)?;
        let (place, found) = self.group_to_fill(group)?;
        let changed = match is_member {
            true => found.members.insert(user.id.clone()),
            false => found.members.remove(&user.id),
        };
        if !changed {
            return Ok(());
        }
        let was_ruled = found.by_rule.remove(&user.id);
        let event = membership(found, &user, is_member);
        self.membership_changed(place);
        self.record(event);
        if was_ruled {
            self.exclude_from_rules(group, &user);
        }
        Ok(())
    }

    /// What the rule with this id does.
    pub fn set_member_by_rule(&mut self, group: &str, user: &str, is_member: bool, rule: &str) {
        let Ok((_, user)) = self.user(user) else { return };
        let Ok((place, found)) = self.group_to_fill(group) else { return };
        let changed = match is_member {
            true => found.members.insert(user.id.clone()) && found.by_rule.insert(user.id.clone()),
            // Whom an admin put there stays.
            false => found.by_rule.remove(&user.id) && found.members.remove(&user.id),
        };
        if changed {
            let event = membership(found, &user, is_member);
            self.membership_changed(place);
            self.record_by_system(event.debug_data("triggeredByGroupRuleId", rule));
        }
    }

    /// The group itself, not a copy: it may have many members.
    fn group_to_fill(&mut self, id: &str) -> Result<(u64, &mut Group), OktaError> {
        let (place, group) = self.group(id)?;
        if group.is_everyone() {
            return Err(OktaError::no_permission());
        }
        Ok((place, self.groups.get_mut(&place).expect("it was found")))
    }

    fn membership_changed(&mut self, place: u64) {
        self.changed_groups.insert(place);
        if let Some(group) = self.groups.get_mut(&place) {
            group.last_membership_updated = clock::now();
        }
    }

    /// A deleted user is in no group.
    pub fn forget_member(&mut self, user: &str) {
        for (place, group) in &mut self.groups {
            if group.members.remove(user) {
                group.by_rule.remove(user);
                self.changed_groups.insert(*place);
            }
        }
    }
}

fn membership(group: &Group, user: &User, is_member: bool) -> EventBuilder {
    let event_type = match is_member {
        true => EventType::GROUP_USER_MEMBERSHIP_ADD,
        false => EventType::GROUP_USER_MEMBERSHIP_REMOVE,
    };
    happened(event_type).target(user.target()).target(group.target())
}
