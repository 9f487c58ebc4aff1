//! Senders that wait for each answer before they send again, as Okta's do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::{Connection, Delivery, Server};

/// What one turn found.
pub struct Load {
    /// Deliveries accepted in a second.
    pub rate: f64,
    /// Microseconds of one core that the receiver took for each.
    pub cpu: f64,
    /// Milliseconds within which 99 of 100 were answered.
    pub p99: f64,
}

/// Sends to one receiver for so long.
///
/// # Panics
///
/// If it does not accept what is sent.
#[must_use]
pub fn load(server: &Server, path: &str, senders: usize, turn: Duration) -> Load {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let is_over = Arc::new(AtomicBool::new(false));
        let (started, before) = (Instant::now(), server.cpu_time());
        let mut tasks = JoinSet::new();
        for _ in 0..senders {
            let connection = Connection::open(server.address()).await.expect("it listens");
            tasks.spawn(send(connection, Delivery::new(path), is_over.clone()));
        }
        tokio::time::sleep(turn).await;
        is_over.store(true, Ordering::Relaxed);
        let mut took: Vec<u32> = tasks.join_all().await.concat();
        let (elapsed, used) = (started.elapsed(), server.cpu_time() - before);
        took.sort_unstable();
        let accepted = took.len() as f64;
        Load {
            rate: accepted / elapsed.as_secs_f64(),
            cpu: used.as_secs_f64() * 1e6 / accepted,
            p99: f64::from(took[took.len() * 99 / 100]) / 1e3,
        }
    })
}

/// How many microseconds each took.
async fn send(
    mut connection: Connection,
    mut delivery: Delivery,
    is_over: Arc<AtomicBool>,
) -> Vec<u32> {
    let mut took = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let started = Instant::now();
        connection.send(delivery.with_new_ids()).await.expect("it reads");
        let status = connection.answer().await.expect("it answers").status;
        assert!((200..210).contains(&status), "refused: {status}");
        took.push(u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    took
}
