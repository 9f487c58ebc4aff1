//! The last hooks that were deleted in the console, so that a deletion can be undone.

use std::collections::VecDeque;

use super::hooks::Hook;

/// More than anybody deletes by mistake.
const MAX_DELETED: usize = 20;

#[derive(Default)]
pub struct DeletedHooks(VecDeque<Hook>);

impl DeletedHooks {
    pub fn note(&mut self, hook: Hook) {
        self.0.push_back(hook);
        if self.0.len() > MAX_DELETED {
            self.0.pop_front();
        }
    }

    pub fn get(&self, id: &str) -> Option<Hook> {
        self.0.iter().find(|hook| hook.id == id).cloned()
    }

    pub fn forget(&mut self, id: &str) {
        self.0.retain(|hook| hook.id != id);
    }
}
