//! Applications are created, changed and deleted.

use std::collections::BTreeMap;

use okta_hooks::EventType;
use okta_hooks::simulate::TargetBuilder;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::emulator::clock;
use crate::emulator::errors::OktaError;
use crate::emulator::org::{Document, Org, happened};

#[derive(Clone, Serialize, Deserialize)]
pub struct Application {
    pub id: String,
    pub label: String,
    pub active: bool,
    created: String,
    last_updated: String,
    /// What was sent besides: its name, settings and the like, as they are.
    rest: Map<String, Value>,
    /// Users who are assigned themselves: the app's name of each, and since when.
    pub users: BTreeMap<String, (String, String)>,
    /// The ids of groups whose members are, and since when.
    pub groups: BTreeMap<String, String>,
}

impl Document for Application {
    const KIND: &'static str = "app";

    fn id(&self) -> &str {
        &self.id
    }
}

impl Application {
    pub fn to_json(&self, base: &str) -> Value {
        let own = format!("{base}/api/v1/apps/{}", self.id);
        let toggle = if self.active { "deactivate" } else { "activate" };
        let mut json = Value::Object(self.rest.clone());
        let defaults = json!({
            "name": "bookmark", "signOnMode": "BOOKMARK", "features": [], "settings": {},
            "visibility": { "autoSubmitToolbar": false, "hide": { "iOS": false, "web": false } },
            "accessibility": { "selfService": false }, "credentials": {},
        });
        for (name, value) in defaults.as_object().into_iter().flatten() {
            if json[name].is_null() {
                json[name] = value.clone();
            }
        }
        json["id"] = json!(self.id);
        json["label"] = json!(self.label);
        json["status"] = json!(if self.active { "ACTIVE" } else { "INACTIVE" });
        json["created"] = json!(self.created);
        json["lastUpdated"] = json!(self.last_updated);
        json["_links"] = json!({
            "self": { "href": own },
            "users": { "href": format!("{own}/users") },
            "groups": { "href": format!("{own}/groups") },
            "appLinks": [],
            toggle: { "href": format!("{own}/lifecycle/{toggle}") },
        });
        json
    }

    pub fn target(&self) -> TargetBuilder {
        TargetBuilder::app(&self.label).id(&self.id)
    }
}

/// The label, and everything else that is kept as it was sent.
fn read(body: &Value) -> Result<(String, Map<String, Value>), OktaError> {
    let label = body["label"].as_str().unwrap_or_default();
    if !(1..=100).contains(&label.chars().count()) {
        let cause = "label: The field must be 1 to 100 characters";
        return Err(OktaError::validation("label", cause));
    }
    let mut rest = body.as_object().cloned().unwrap_or_default();
    for known in ["id", "label", "status", "created", "lastUpdated", "_links", "_embedded"] {
        rest.remove(known);
    }
    Ok((label.to_owned(), rest))
}

impl Org {
    pub fn app(&self, id: &str) -> Result<(u64, Application), OktaError> {
        let found = self.apps.iter().find(|(_, app)| app.id == id);
        let copy = found.map(|(place, app)| (*place, app.clone()));
        copy.ok_or_else(|| OktaError::not_found(id, "AppInstance"))
    }

    pub fn create_app(&mut self, body: &Value, activate: bool) -> Result<Value, OktaError> {
        let (label, rest) = read(body)?;
        let now = clock::now();
        let app = Application {
            id: self.new_id("0oa"),
            label,
            active: activate,
            created: now.clone(),
            last_updated: now,
            rest,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
        };
        self.record(happened(EventType::APPLICATION_LIFECYCLE_CREATE).target(app.target()));
        if activate {
            self.record(happened(EventType::APPLICATION_LIFECYCLE_ACTIVATE).target(app.target()));
        }
        let place = self.new_place();
        Ok(self.keep_app(place, app))
    }

    pub fn replace_app(&mut self, id: &str, body: &Value) -> Result<Value, OktaError> {
        let (place, mut app) = self.app(id)?;
        (app.label, app.rest) = read(body)?;
        app.last_updated = clock::now();
        self.record(happened(EventType::APPLICATION_LIFECYCLE_UPDATE).target(app.target()));
        Ok(self.keep_app(place, app))
    }

    pub fn set_app_active(&mut self, id: &str, active: bool) -> Result<(), OktaError> {
        let (place, mut app) = self.app(id)?;
        if app.active == active {
            return Ok(());
        }
        app.active = active;
        app.last_updated = clock::now();
        let event_type = match active {
            true => EventType::APPLICATION_LIFECYCLE_ACTIVATE,
            false => EventType::APPLICATION_LIFECYCLE_DEACTIVATE,
        };
        self.record(happened(event_type).target(app.target()));
        self.keep_app(place, app);
        Ok(())
    }

    /// Only an app that is not active can be deleted.
    pub fn delete_app(&mut self, id: &str) -> Result<(), OktaError> {
        let (place, app) = self.app(id)?;
        if app.active {
            let summary = "Delete application forbidden.";
            let cause = "The application must be deactivated before deletion.";
            return Err(OktaError::forbidden("E0000056", summary).with_cause(cause));
        }
        self.record(happened(EventType::APPLICATION_LIFECYCLE_DELETE).target(app.target()));
        self.apps.remove(&place);
        self.remove(&app);
        Ok(())
    }

    pub fn keep_app(&mut self, place: u64, app: Application) -> Value {
        self.put(place, &app);
        let json = app.to_json(&self.base);
        self.apps.insert(place, app);
        json
    }
}
