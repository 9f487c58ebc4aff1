//! Deliveries with the right secret whose body comes byte by byte. Each is answered 503 when its time
//! is up, and begun again.

use peers::SECRET;

use super::Scenario;
use crate::crowd::{Habit, gather};

pub(super) const SCENARIO: Scenario = Scenario::new("slow bodies", |scene| {
    let opening = format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\nauthorization: {SECRET}\r\ncontent-length: 4096\r\n\r\n{{",
        scene.path()
    );
    gather(scene, Habit { opening: opening.into_bytes(), drip: Some(b' ') });
});
