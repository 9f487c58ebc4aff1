//! A TCP proxy: a load balancer in front of several servers, or a network that says nothing any more.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// It accepts connections as long as the process runs.
pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    servers: Vec<SocketAddr>,
    next: AtomicUsize,
    drops_requests: AtomicBool,
}

impl Proxy {
    /// Each connection goes to one of the servers, in turn, and to the next where one is not there.
    pub fn start(servers: &[SocketAddr]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let shared = Arc::new(Shared {
            servers: servers.to_vec(),
            next: AtomicUsize::new(0),
            drops_requests: AtomicBool::new(false),
        });
        let accepting = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                accepting.clone().forward(client);
            }
        });
        Self { address, shared }
    }

    /// From now on nothing arrives of what clients say; they hear what the server says all the same.
    pub fn drop_requests(&self) {
        self.shared.drops_requests.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn forward(self: Arc<Self>, client: TcpStream) {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let in_turn = self.servers.iter().cycle().skip(first % self.servers.len());
        let mut servers = in_turn.take(self.servers.len());
        // Nobody there: the client's connection ends with this.
        let Some(server) = servers.find_map(|server| TcpStream::connect(server).ok()) else {
            return;
        };
        let clone = |stream: &TcpStream| stream.try_clone().expect("a socket can be cloned");
        let (answers, to_client) = (clone(&server), clone(&client));
        thread::spawn(move || copy(&answers, &to_client, || false));
        thread::spawn(move || {
            copy(&client, &server, || self.drops_requests.load(Ordering::Relaxed));
        });
    }
}

/// Until one of them ends; then neither goes on.
fn copy(mut from: &TcpStream, mut to: &TcpStream, is_dropped: impl Fn() -> bool) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if !is_dropped() && to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    for stream in [from, to] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}
