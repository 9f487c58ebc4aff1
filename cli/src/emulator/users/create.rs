//! Users are created.

use okta_hooks::EventType;
use serde_json::Value;

use super::credentials::{Credentials, Wanted};
use super::user::{Status, User};
use crate::emulator::clock;
use crate::emulator::errors::OktaError;
use crate::emulator::org::{Org, happened};
use crate::emulator::query_params::Params;

/// Groups that a new user can be put into.
const MAX_GROUPS: usize = 20;

/// How a user is created, besides what is in the body.
pub struct Creation {
    pub activate: bool,
    /// The password is to be changed when the user signs in next.
    pub change_password: bool,
}

impl Creation {
    pub fn read(params: &Params) -> Result<Self, OktaError> {
        Ok(Self {
            activate: params.flag("activate", true)?,
            change_password: params.get("nextLogin") == Some("changePassword"),
        })
    }
}

impl Org {
    pub fn create_user(&mut self, body: &Value, creation: &Creation) -> Result<Value, OktaError> {
        let profile = body["profile"].as_object().cloned().unwrap_or_default();
        let wanted = Wanted::read(&body["credentials"])?;
        self.check_profile(&profile, None)?;
        let groups = self.groups_to_join(&body["groupIds"])?;
        let now = clock::now();
        let mut user = User {
            id: self.new_id("00u"),
            status: Status::Staged,
            created: now.clone(),
            activated: None,
            status_changed: None,
            last_updated: now.clone(),
            password_changed: None,
            profile,
            credentials: Credentials::default(),
        };
        self.apply_credentials(&mut user, wanted)?;
        if creation.activate {
            user.status = activated(&user, creation.change_password);
            user.activated = Some(now.clone());
            user.status_changed = Some(now);
        }
        let place = self.new_place();
        self.record(happened(EventType::USER_LIFECYCLE_CREATE).target(user.target()));
        if creation.activate {
            self.record(happened(EventType::USER_LIFECYCLE_ACTIVATE).target(user.target()));
        }
        let (id, json) = (user.id.clone(), self.keep(place, user));
        for group in groups {
            self.set_member(&group, &id, true)?;
        }
        self.apply_rules(&id);
        Ok(json)
    }

    fn groups_to_join(&self, ids: &Value) -> Result<Vec<String>, OktaError> {
        let ids = ids.as_array().map(Vec::as_slice).unwrap_or_default();
        if ids.len() > MAX_GROUPS {
            let cause = format!("groupIds: at most {MAX_GROUPS} groups");
            return Err(OktaError::validation("groupIds", cause));
        }
        let known = |id: &Value| {
            let id = id.as_str().unwrap_or_default();
            self.group(id).map(|(_, group)| (group.id.clone(), group.is_everyone()))
        };
        let groups = ids.iter().map(known).collect::<Result<Vec<_>, _>>()?;
        // Everybody is in Everyone already.
        Ok(groups.into_iter().filter(|(_, everyone)| !everyone).map(|(id, _)| id).collect())
    }
}

/// What activation makes of a user.
pub fn activated(user: &User, change_password: bool) -> Status {
    match (user.has_password(), user.credentials.is_federated()) {
        (true, _) if change_password => Status::PasswordExpired,
        (true, _) | (_, true) => Status::Active,
        (false, false) => Status::Provisioned,
    }
}
