//! Who is in a group.

use okta_hooks::EventType;

use super::group::Group;
use crate::emulator::clock;
use crate::emulator::errors::OktaError;
use crate::emulator::org::{Org, happened};

impl Org {
    pub fn set_member(
        &mut self,
        group: &str,
        user: &str,
        is_member: bool,
    ) -> Result<(), OktaError> {
        let (place, mut group) = self.own_group(group)?;
        let (_, user) = self.user(user)?;
        if is_member {
            if !group.members.insert(user.id.clone()) {
                return Ok(());
            }
        } else if !group.members.remove(&user.id) {
            return Ok(());
        }
        group.by_rule.remove(&user.id);
        let event = happened(membership(is_member)).target(user.target()).target(group.target());
        self.record(event);
        self.keep_membership(place, group);
        Ok(())
    }

    /// What a rule does: Okta itself, in an asynchronous task.
    pub fn set_member_by_rule(&mut self, group: &str, user: &str, is_member: bool) {
        let Ok((place, mut group)) = self.own_group(group) else { return };
        let Ok((_, user)) = self.user(user) else { return };
        let changed = match is_member {
            true => group.members.insert(user.id.clone()) && group.by_rule.insert(user.id.clone()),
            // Whom an admin put there stays.
            false => group.by_rule.remove(&user.id) && group.members.remove(&user.id),
        };
        if changed {
            let event = happened(membership(is_member)).target(user.target());
            self.record(event.target(group.target()).by_system());
            self.keep_membership(place, group);
        }
    }

    fn keep_membership(&mut self, place: u64, mut group: Group) {
        group.last_membership_updated = clock::now();
        self.keep_group(place, group);
    }

    /// A deleted user is in no group.
    pub fn forget_member(&mut self, user: &str) {
        let with = |(_, group): &(&u64, &Group)| group.members.contains(user);
        let groups: Vec<(u64, Group)> =
            self.groups.iter().filter(with).map(|(place, group)| (*place, group.clone())).collect();
        for (place, mut group) in groups {
            group.members.remove(user);
            group.by_rule.remove(user);
            self.keep_group(place, group);
        }
    }
}

fn membership(is_member: bool) -> EventType {
    match is_member {
        true => EventType::GROUP_USER_MEMBERSHIP_ADD,
        false => EventType::GROUP_USER_MEMBERSHIP_REMOVE,
    }
}
