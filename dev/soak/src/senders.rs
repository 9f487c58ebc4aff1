//! Well-behaved senders, as Okta is one: a delivery at a time each, and three seconds for an answer.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use peers::{Answer, Connection, Delivery};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::scene::{Scene, block_on};

/// How long Okta waits for an answer.
pub(crate) const DEADLINE: Duration = Duration::from_secs(3);

/// How many there are, and how busy.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// Eight with a pause after each delivery: what is measured is the receiver, and not the
    /// processor that they share. Four of them open a connection for each delivery.
    Calm,
    /// As fast as they are answered: 32 of them, each on one connection.
    Busy,
}

impl Pace {
    fn senders(self) -> usize {
        match self {
            Self::Calm => 8,
            Self::Busy => 32,
        }
    }

    fn pause(self) -> Option<Duration> {
        match self {
            Self::Calm => Some(Duration::from_millis(40)),
            Self::Busy => None,
        }
    }

    fn keeps_connection(self, sender: usize) -> bool {
        match self {
            Self::Calm => sender.is_multiple_of(2),
            Self::Busy => true,
        }
    }
}

/// Sends until the scenario is over.
pub(crate) fn send(scene: &Arc<Scene>, pace: Pace) {
    block_on(async {
        let mut senders = JoinSet::new();
        for nth in 0..pace.senders() {
            let keeps_connection = pace.keeps_connection(nth);
            let delivery = Delivery::new(scene.path());
            let mut sender = Sender { delivery, keeps_connection, connection: None };
            let scene = scene.clone();
            senders.spawn(async move {
                while !scene.is_over() {
                    sender.deliver(&scene).await;
                    if let Some(pause) = pace.pause() {
                        tokio::time::sleep(pause).await;
                    }
                }
            });
        }
        senders.join_all().await;
    });
}

struct Sender {
    delivery: Delivery,
    keeps_connection: bool,
    connection: Option<Connection>,
}

impl Sender {
    async fn deliver(&mut self, scene: &Scene) {
        let started = Instant::now();
        scene.well_behaved.add_sent();
        let answer = timeout(DEADLINE, self.answer(scene)).await;
        scene.times.add(started.elapsed());
        let is_kept = self.keeps_connection && matches!(answer, Ok(Ok(_)));
        if !is_kept {
            self.connection = None;
        }
        match answer {
            Ok(Ok(Answer { status, .. })) => {
                scene.well_behaved.add_answer(status);
                let may_refuse = status == 503 && scene.may_refuse.load(Ordering::Relaxed);
                if !may_refuse && !(200..300).contains(&status) {
                    scene.faults.add(format!("a well-behaved delivery was answered {status}"));
                }
            }
            Ok(Err(error)) => scene.faults.add(format!("a well-behaved delivery: {error}")),
            Err(_) => {
                let connection = if self.keeps_connection { "an open" } else { "a new" };
                scene.faults.add(format!("a delivery on {connection} connection had no answer"));
            }
        }
    }

    async fn answer(&mut self, scene: &Scene) -> io::Result<Answer> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(Connection::open(scene.address).await?),
        };
        connection.send(self.delivery.with_new_ids()).await?;
        connection.answer().await
    }
}
