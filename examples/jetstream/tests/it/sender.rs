//! Okta as a sender: each delivery is tried once more if it failed, and then given up.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::program::{SECRET, created};

/// Senders that deliver one event after another, to either of the addresses.
pub struct Senders {
    threads: Vec<JoinHandle<()>>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    next: AtomicUsize,
    addresses: Mutex<Vec<String>>,
    acknowledged: Mutex<HashSet<String>>,
    given_up: AtomicUsize,
}

impl Senders {
    pub fn start(count: usize, addresses: Vec<String>) -> Self {
        let shared = Arc::new(Shared { addresses: Mutex::new(addresses), ..Shared::default() });
        let threads = (0..count).map(|_| {
            let shared = shared.clone();
            thread::spawn(move || send(&shared))
        });
        Self { threads: threads.collect(), shared }
    }

    /// Where they send to from now on.
    pub fn redirect(&self, addresses: Vec<String>) {
        *self.shared.addresses.lock().unwrap() = addresses;
    }

    pub fn acknowledged(&self) -> usize {
        self.shared.acknowledged.lock().unwrap().len()
    }

    /// The ids of the events that were acknowledged, and how many were given up.
    pub fn stop(self) -> (HashSet<String>, usize) {
        self.shared.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().expect("a sender does not panic");
        }
        let acknowledged = self.shared.acknowledged.lock().unwrap().clone();
        (acknowledged, self.shared.given_up.load(Ordering::Relaxed))
    }
}

fn send(shared: &Shared) {
    while !shared.stop.load(Ordering::Relaxed) {
        let n = shared.next.fetch_add(1, Ordering::Relaxed);
        let uuid = format!("event-{n}");
        let body = created(&uuid, &format!("{uuid}@example.com"));
        let tries = |attempt: usize| {
            let addresses = shared.addresses.lock().unwrap().clone();
            try_once(&addresses[(n + attempt) % addresses.len()], &body).unwrap_or(false)
        };
        if (0..2).any(tries) {
            shared.acknowledged.lock().unwrap().insert(uuid);
        } else {
            shared.given_up.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn try_once(address: &str, body: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(3)))?;
    write!(
        stream,
        "POST /userCreated HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         authorization: {SECRET}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    Ok(answer.starts_with(b"HTTP/1.1 204 "))
}
