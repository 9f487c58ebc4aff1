//! The event types that a hook can subscribe to, with names that people search for.

use axum::Json;
use okta_hooks::EventType;
use serde_json::{Value, json};

use crate::emulator::event_type_names;

pub async fn list() -> Json<Value> {
    let eligible = EventType::catalog().iter().filter(|info| info.hook_eligible);
    let describe = |info: &okta_hooks::EventTypeInfo| {
        let event_type = info.event_type.as_str();
        json!({
            "type": event_type,
            "name": event_type_names::name(event_type),
            "group": event_type_names::group(event_type),
            "category": info.category,
            "beta": info.beta,
        })
    };
    Json(eligible.map(describe).collect())
}
