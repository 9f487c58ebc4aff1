//! What the benchmarks share: deliveries as Okta sends them, on many connections at once, and the
//! program that takes them.

#![allow(dead_code)] // Not every benchmark uses all of it.

mod delivery;
mod disk;
pub mod program;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

pub use delivery::Delivery;
pub use disk::syncs;
pub use program::Program;

/// Sends deliveries with so many senders, each to one address after the other and one delivery at a
/// time, while `goes_on` says so of the number sent; returns how long those took that were accepted.
pub fn run(
    addresses: &[&str],
    senders: usize,
    delivery: &Delivery,
    goes_on: impl Fn(u64) -> bool + Send + Sync + 'static,
) -> Vec<Duration> {
    let goes_on = Arc::new(goes_on);
    let sent = Arc::new(AtomicU64::new(0));
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for nth in 0..senders {
            let (goes_on, sent, mut delivery) = (goes_on.clone(), sent.clone(), delivery.clone());
            let mut places = Vec::new();
            for turn in 0..addresses.len() {
                places.push(Place::new(addresses[(nth + turn) % addresses.len()]).await);
            }
            tasks.spawn(async move {
                let mut took = Vec::new();
                let mut turn = 0;
                while goes_on(sent.fetch_add(1, Ordering::Relaxed)) {
                    turn = (turn + 1) % places.len();
                    took.extend(places[turn].send(&mut delivery).await);
                }
                took
            });
        }
        let mut all = Vec::new();
        while let Some(took) = tasks.join_next().await {
            all.extend(took.expect("a sender does not panic"));
        }
        all
    })
}

/// Where deliveries go, and the connection to it.
struct Place {
    address: String,
    stream: TcpStream,
}

impl Place {
    async fn new(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("it listens");
        Self { address: address.to_owned(), stream }
    }

    /// How long it took; `None` if it was refused.
    async fn send(&mut self, delivery: &mut Delivery) -> Option<Duration> {
        let started = Instant::now();
        if delivery.send(&mut self.stream).await.expect("it answers") {
            return Some(started.elapsed());
        }
        // A refusal has a body, which is of no interest here.
        *self = Self::new(&self.address).await;
        None
    }
}
