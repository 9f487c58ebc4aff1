//! The fields that an expression may name, and where an event has them.

/// Fields of the event, as JSON pointers into what a hook delivers.
const OF_EVENT: [(&str, &str); 8] = [
    ("event.eventType", "/eventType"),
    ("event.outcome.result", "/outcome/result"),
    ("event.outcome.reason", "/outcome/reason"),
    ("event.actor.id", "/actor/id"),
    ("event.actor.type", "/actor/type"),
    ("event.actor.alternateId", "/actor/alternateId"),
    ("event.actor.displayName", "/actor/displayName"),
    ("event.debugData.changedAttributes", "/debugContext/debugData/changedAttributes"),
];

/// Fields of a target, inside `event.target.?[…]`.
const OF_TARGET: [(&str, &str); 4] = [
    ("id", "/id"),
    ("type", "/type"),
    ("alternateId", "/alternateId"),
    ("displayName", "/displayName"),
];

/// Where a field is; `None` if there is none of this name there.
pub fn pointer(name: &str, in_target: bool) -> Option<&'static str> {
    let fields = if in_target { &OF_TARGET[..] } else { &OF_EVENT };
    fields.iter().find(|(known, _)| *known == name).map(|(_, pointer)| *pointer)
}
