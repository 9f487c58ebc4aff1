//! Clients that send requests and never read an answer, as one that vanished while it was answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpSocket;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Scenario;
use crate::scene::{Scene, block_on};

const CLIENTS: usize = 100;
/// What the kernel keeps for such a client.
const BUFFER: u32 = 4 * 1024;
/// When a server that has not read for so long is taken to have stopped.
const PATIENCE: Duration = Duration::from_millis(500);
/// At most so many bytes of requests, should one never stop.
const MAX_SENT: usize = 16 << 20;

pub(super) const SCENARIO: Scenario = Scenario::new("unread", |scene| {
    let stopped = Arc::new(AtomicUsize::new(0));
    block_on(async {
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            clients.spawn(client(scene.clone(), stopped.clone()));
        }
        while stopped.load(Ordering::Relaxed) < CLIENTS && !scene.is_over() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        scene.begin();
        scene.over().await;
        clients.shutdown().await;
    });
    scene.set_note(format!("{CLIENTS} that never read"));
});

/// Sends until nothing is taken any more, and then keeps the connection.
async fn client(scene: Arc<Scene>, stopped: Arc<AtomicUsize>) {
    // Refused: what would be an answer has a body, and what is delivered is not of interest here.
    let request = format!("POST {} HTTP/1.1\r\nhost: localhost\r\n\r\n", scene.path());
    let requests = request.repeat(100).into_bytes();
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(BUFFER).expect("a socket");
    socket.set_send_buffer_size(BUFFER).expect("a socket");
    let mut stream = socket.connect(scene.address).await.expect("it listens");
    let mut sent = 0;
    while let Ok(Ok(length)) = timeout(PATIENCE, stream.write(&requests)).await {
        sent += length;
        if sent > MAX_SENT {
            scene.faults.add(format!("{sent} bytes were read from who reads no answer"));
            break;
        }
    }
    stopped.fetch_add(1, Ordering::Relaxed);
    std::future::pending::<()>().await;
}
