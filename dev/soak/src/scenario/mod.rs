//! What receivers have to endure, one file each.

mod blocked;
mod http2;
mod many;
mod pipelined;
mod reset;
mod silent;
mod slow_bodies;
mod slow_disk;
mod slow_heads;
mod unread;

use std::sync::Arc;

use crate::Receiver;
use crate::scene::Scene;
use crate::senders::Pace;

/// One of them. Well-behaved senders go on all the time.
pub struct Scenario {
    pub name: &'static str,
    /// Which receivers it makes sense for.
    receivers: &'static [Receiver],
    pub(crate) pace: Pace,
    pub(crate) ends: Ends,
    /// A program through which the receiver is started; nothing for most.
    pub(crate) through: &'static [&'static str],
    /// What goes on beside the well-behaved senders, until the scenario is over.
    pub(crate) play: fn(&Arc<Scene>),
}

/// When a scenario is over.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ends {
    AfterTurn,
    AfterDeliveries,
}

impl Scenario {
    const fn new(name: &'static str, play: fn(&Arc<Scene>)) -> Self {
        let (pace, ends) = (Pace::Calm, Ends::AfterTurn);
        Self { name, receivers: &Receiver::ALL, pace, ends, through: &[], play }
    }

    #[must_use]
    pub fn is_for(&self, receiver: Receiver) -> bool {
        self.receivers.contains(&receiver)
    }

    /// Why it cannot be played on this machine, if it cannot.
    #[must_use]
    pub fn missing(&self) -> Option<&'static str> {
        (!self.through.is_empty() && !slow_disk::can_trace())
            .then_some("there is no strace that may trace")
    }
}

/// All of them.
pub const SCENARIOS: [Scenario; 10] = [
    silent::SCENARIO,
    slow_heads::SCENARIO,
    slow_bodies::SCENARIO,
    reset::SCENARIO,
    unread::SCENARIO,
    pipelined::SCENARIO,
    http2::SCENARIO,
    blocked::SCENARIO,
    slow_disk::SCENARIO,
    many::SCENARIO,
];
