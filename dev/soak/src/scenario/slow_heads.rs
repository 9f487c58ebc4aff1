//! Requests whose head comes byte by byte, and has no end.

use super::Scenario;
use crate::crowd::{Habit, gather};

pub(super) const SCENARIO: Scenario = Scenario::new("slow heads", |scene| {
    let opening = format!("POST {} HTTP/1.1\r\nhost: localhost\r\nx-slow: ", scene.path());
    gather(scene, Habit { opening: opening.into_bytes(), drip: Some(b'x') });
});
