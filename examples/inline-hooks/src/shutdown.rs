//! When to stop, and when at the latest.

use std::time::Duration;
use std::{process, thread};

/// How long what is being answered may take after the signal.
const GRACE: Duration = Duration::from_secs(5);

/// Listens for Ctrl-C and, on Unix, SIGTERM from now on; the future ends with the first.
///
/// From then on the process has five seconds: what is still open then, such as a request that its
/// client never finishes, is given up. A second signal ends it at once, with code 1.
pub fn shutdown() -> impl Future<Output = ()> {
    let mut signals = Signals::listen();
    async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            process::exit(1);
        });
        // A thread of its own: a runtime that ends waits for a write to standard output, however long.
        thread::spawn(|| {
            thread::sleep(GRACE);
            process::exit(0);
        });
    }
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 2]);

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        Self(kinds.map(|kind| signal(kind).expect("a process can listen for signals")))
    }

    async fn next(&mut self) {
        let [interrupt, terminate] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) {
        tokio::signal::ctrl_c().await.expect("a process can listen for Ctrl-C");
    }
}
