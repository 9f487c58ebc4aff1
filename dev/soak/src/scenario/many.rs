//! Deliveries as fast as they are answered: a million of them in the long run.

use super::{Ends, Scenario};
use crate::senders::Pace;

pub(super) const SCENARIO: Scenario = Scenario {
    pace: Pace::Busy,
    ends: Ends::AfterDeliveries,
    ..Scenario::new("many", |scene| {
        scene.begin();
        scene.wait();
    })
};
