//! Connections on which nothing is ever said, as of a peer that vanished without closing them: a
//! server cannot tell one from the other before it has something to say.

use super::Scenario;
use crate::crowd::{Habit, gather};

pub(super) const SCENARIO: Scenario = Scenario::new("silent", |scene| {
    gather(scene, Habit { opening: Vec::new(), drip: None });
});
