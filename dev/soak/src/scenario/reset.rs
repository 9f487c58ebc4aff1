//! Clients that are gone in the middle of a delivery: the connection is reset, and the next begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use peers::Delivery;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::Scenario;
use crate::scene::{Scene, block_on};

/// How many at once, and how long each is there.
const CLIENTS: usize = 100;
const STAY: Duration = Duration::from_millis(100);

pub(super) const SCENARIO: Scenario = Scenario::new("reset", |scene| {
    let resets = Arc::new(AtomicUsize::new(0));
    block_on(async {
        let mut clients = JoinSet::new();
        for nth in 0..CLIENTS {
            clients.spawn(client(scene.clone(), nth, resets.clone()));
        }
        scene.begin();
        clients.join_all().await;
    });
    scene.set_note(format!("{} reset", resets.load(Ordering::Relaxed)));
});

async fn client(scene: Arc<Scene>, nth: usize, resets: Arc<AtomicUsize>) {
    let mut delivery = Delivery::new(scene.path());
    while !scene.is_over() {
        let request = delivery.with_new_ids();
        // Of the head, of the body, of everything but the last byte.
        let part = [40, request.len() / 2, request.len() - 1][nth % 3];
        if let Ok(mut stream) = TcpStream::connect(scene.address).await {
            let _ = stream.write_all(&request[..part]).await;
            sleep(STAY).await;
            stream.set_zero_linger().expect("a socket");
            resets.fetch_add(1, Ordering::Relaxed);
        }
    }
}
