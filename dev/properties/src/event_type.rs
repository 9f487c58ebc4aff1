use std::collections::HashMap;
use std::sync::LazyLock;

use okta_hooks::{EventType, EventTypeInfo};

use crate::marks::assert_debug_hides;

static CATALOG: LazyLock<HashMap<&str, &EventTypeInfo>> = LazyLock::new(|| {
    EventType::catalog().iter().map(|info| (info.event_type.as_str(), info)).collect()
});

/// The name of an event type.
pub fn event_type(name: &[u8]) {
    let Ok(name) = std::str::from_utf8(name) else { return };
    let Ok(read) = name.parse::<EventType>() else {
        assert!(name.is_empty());
        return;
    };
    assert_eq!(read.as_str(), name);
    assert_eq!(read.info(), CATALOG.get(name).copied());
    let json = serde_json::to_string(&read).expect("a string");
    assert_eq!(serde_json::from_str::<EventType>(&json).expect("a string"), read);
    assert_eq!(read.cmp(&EventType::USER_SESSION_START), name.cmp("user.session.start"));
    let dots = name.match_indices('.').flat_map(|(dot, _)| [dot, dot + 1]);
    for family in dots.chain([name.len()]).map(|end| &name[..end]) {
        let is_named = !family.strip_suffix('.').unwrap_or(family).is_empty();
        assert_eq!(read.is_in(family), is_named, "{family}");
    }
    assert_debug_hides(&read);
}
