//! Which of the lists that pages show a change shows in.

use super::{Change, Outcome};

/// What a list shows is another with this change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    pub users: bool,
    pub activity: bool,
    pub dead_letters: bool,
}

impl Lists {
    /// Of a change that came to this; `None` if nothing at all is another.
    pub fn of(change: &Change, outcome: Outcome) -> Option<Self> {
        let dead_letters = outcome.dead_letters > 0;
        let is_new = outcome.new > 0;
        Some(match change {
            Change::Probe => return None,
            Change::Events(_) => Self { users: true, activity: true, dead_letters },
            Change::LogPage(_) => Self { users: is_new, activity: is_new, dead_letters },
            Change::Profile(_) => Self { users: true, ..Self::default() },
            Change::DeadLetters(_) | Change::Resolved(_) => {
                Self { dead_letters: true, ..Self::default() }
            }
            Change::Later { .. } | Change::Dismissed { .. } | Change::Unrecoverable(_) => {
                Self::default()
            }
        })
    }
}
