//! When to stop, and when at the latest.

use std::time::Duration;
use std::{process, thread};

/// How long the end may take after the signal: two seconds for what is being answered, the rest for
/// the database to be closed.
const END: Duration = Duration::from_secs(5);

/// Listens for Ctrl-C and, on Unix, SIGTERM from now on; the future ends with the first.
///
/// From then on the process has five seconds. A second signal ends it at once: what was changed is on
/// disk all the same. Either way it ends with code 1 if the database was not closed.
pub fn shutdown() -> impl Future<Output = ()> {
    let mut signals = Signals::listen();
    async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            process::exit(1);
        });
        // A thread of its own: nothing that is stuck in the runtime can hold it up.
        thread::spawn(|| {
            thread::sleep(END);
            process::exit(1);
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
