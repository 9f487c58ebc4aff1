//! Who is assigned to an application: users themselves, and the members of groups.

use okta_hooks::EventType;
use okta_hooks::simulate::TargetBuilder;
use serde_json::{Value, json};

use super::app::Application;
use crate::emulator::clock;
use crate::emulator::errors::OktaError;
use crate::emulator::org::{Org, happened};
use crate::emulator::users::User;

impl Org {
    /// Assigns a user, or gives an assignment another user name.
    pub fn assign_user(&mut self, app: &str, user: &str, body: &Value) -> Result<Value, OktaError> {
        let (place, mut app) = self.app(app)?;
        let (_, user) = self.user(user)?;
        let name = body.pointer("/credentials/userName").and_then(Value::as_str);
        let name = name.unwrap_or_else(|| user.login()).to_owned();
        let is_new = self.assigned_since(&app, &user).is_none();
        let since = app.users.get(&user.id).map_or_else(clock::now, |(_, since)| since.clone());
        app.users.insert(user.id.clone(), (name, since));
        if is_new {
            self.record_membership(EventType::APPLICATION_USER_MEMBERSHIP_ADD, &app, &user);
        }
        let json = self.app_user(&app, &user).unwrap_or_default();
        self.keep_app(place, app);
        Ok(json)
    }

    pub fn unassign_user(&mut self, app: &str, user: &str) -> Result<(), OktaError> {
        let (place, mut app) = self.app(app)?;
        let (_, user) = self.user(user)?;
        if app.users.remove(&user.id).is_none() {
            return Err(OktaError::not_found(&user.id, "AppUser"));
        }
        self.record_membership(EventType::APPLICATION_USER_MEMBERSHIP_REMOVE, &app, &user);
        self.keep_app(place, app);
        Ok(())
    }

    fn record_membership(&mut self, event_type: EventType, app: &Application, user: &User) {
        let name = user.login();
        let app_user = TargetBuilder::new("AppUser").id(app_user_id(&user.id)).alternate_id(name);
        let event = happened(event_type).target(app_user).target(app.target());
        self.record(event.target(user.target()));
    }

    pub fn set_app_group(
        &mut self,
        app: &str,
        group: &str,
        assigned: bool,
    ) -> Result<Value, OktaError> {
        let (place, mut app) = self.app(app)?;
        let (_, group) = self.group(group)?;
        let (id, target) = (group.id.clone(), group.target());
        let was_assigned = app.groups.contains_key(&id);
        let event_type = match assigned {
            true => {
                app.groups.entry(id.clone()).or_insert_with(clock::now);
                EventType::GROUP_APPLICATION_ASSIGNMENT_ADD
            }
            false => {
                app.groups.remove(&id);
                EventType::GROUP_APPLICATION_ASSIGNMENT_REMOVE
            }
        };
        if was_assigned != assigned {
            self.record(happened(event_type).target(target).target(app.target()));
        } else if !assigned {
            return Err(OktaError::not_found(&id, "ApplicationGroupAssignment"));
        }
        let json = app_group(&app, &id, &self.base).unwrap_or_default();
        self.keep_app(place, app);
        Ok(json)
    }

    /// A user or a group that is no more is assigned to nothing.
    pub fn unassign_deleted(&mut self, id: &str) {
        let with = |(_, app): &(&u64, &Application)| {
            app.groups.contains_key(id) || app.users.contains_key(id)
        };
        let apps: Vec<(u64, Application)> =
            self.apps.iter().filter(with).map(|(place, app)| (*place, app.clone())).collect();
        for (place, mut app) in apps {
            app.groups.remove(id);
            app.users.remove(id);
            self.keep_app(place, app);
        }
    }

    /// Since when a user is assigned, itself or by a group.
    fn assigned_since(&self, app: &Application, user: &User) -> Option<String> {
        if let Some((_, since)) = app.users.get(&user.id) {
            return Some(since.clone());
        }
        let has = |group: &String| self.group(group).is_ok_and(|(_, group)| group.has(&user.id));
        app.groups.keys().any(has).then(|| user.created.clone())
    }

    /// The assignment of a user as the API answers, if there is one.
    pub fn app_user(&self, app: &Application, user: &User) -> Option<Value> {
        let since = self.assigned_since(app, user)?;
        let own = app.users.get(&user.id);
        let name = own.map_or_else(|| user.login(), |(name, _)| name);
        let base = &self.base;
        let links = json!({
            "app": { "href": format!("{base}/api/v1/apps/{}", app.id) },
            "user": { "href": format!("{base}/api/v1/users/{}", user.id) },
        });
        Some(json!({
            "id": user.id,
            "externalId": null,
            "created": since,
            "lastUpdated": since,
            "scope": if own.is_some() { "USER" } else { "GROUP" },
            "status": "ACTIVE",
            "statusChanged": since,
            "passwordChanged": null,
            "syncState": "DISABLED",
            "credentials": { "userName": name },
            "profile": {},
            "_links": links,
        }))
    }

    /// `GET /api/v1/users/{id}/appLinks`
    pub fn app_links(&self, user: &User) -> Vec<Value> {
        let assigned = |app: &&Application| app.active && self.assigned_since(app, user).is_some();
        let link = |app: &Application| {
            json!({
                "id": format!("00u{}", &app.id[3..]),
                "label": app.label,
                "linkUrl": format!("{}/home/{}", self.base, app.id),
                "logoUrl": null,
                "appName": app.to_json(&self.base)["name"],
                "appInstanceId": app.id,
                "appAssignmentId": app_user_id(&user.id),
                "credentialsSetup": false,
                "hidden": false,
                "sortOrder": 0,
            })
        };
        self.apps.values().filter(assigned).map(link).collect()
    }
}

fn app_user_id(user: &str) -> String {
    format!("0ua{}", user.get(3..).unwrap_or_default())
}

/// The assignment of a group as the API answers, if there is one.
pub fn app_group(app: &Application, group: &str, base: &str) -> Option<Value> {
    let since = app.groups.get(group)?;
    Some(json!({
        "id": group,
        "priority": 0,
        "profile": {},
        "lastUpdated": since,
        "_links": {
            "app": { "href": format!("{base}/api/v1/apps/{}", app.id) },
            "group": { "href": format!("{base}/api/v1/groups/{group}") },
            "self": { "href": format!("{base}/api/v1/apps/{}/groups/{group}", app.id) },
        },
    }))
}
