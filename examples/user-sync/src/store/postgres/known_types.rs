//! Event types that the database is known to have: every event has one, and next to none is new.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Okta has some 1,300; whoever makes up more makes us ask the database again.
const MAX: usize = 4096;

/// As one connection has seen them committed; each with the version of the earliest event.
#[derive(Default)]
pub struct KnownTypes(RefCell<BTreeMap<String, String>>);

impl KnownTypes {
    /// Leaves out what would change nothing.
    pub fn leave_out(&self, types: &mut BTreeMap<String, String>) {
        let known = self.0.borrow();
        types.retain(|event_type, since| known.get(event_type).is_none_or(|known| *since < *known));
    }

    /// These are committed now.
    pub fn learn(&self, types: BTreeMap<String, String>) {
        let mut known = self.0.borrow_mut();
        if known.len() + types.len() > MAX {
            known.clear();
        }
        known.extend(types);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_written_when_it_is_new_or_an_earlier_event_has_it_and_not_otherwise() {
        let known = KnownTypes::default();
        let types =
            |since: &str| BTreeMap::from([("user.session.start".to_owned(), since.to_owned())]);
        let is_written = |since: &str| {
            let mut types = types(since);
            known.leave_out(&mut types);
            !types.is_empty()
        };
        assert!(is_written("2026-01-02"));
        known.learn(types("2026-01-02"));
        assert!(!is_written("2026-01-02"));
        assert!(!is_written("2026-01-03"));
        assert!(is_written("2026-01-01"));
        known.learn(types("2026-01-01"));
        assert!(!is_written("2026-01-02"));
    }
}
