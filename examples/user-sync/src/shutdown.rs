//! When to stop, and when at the latest.

use std::time::Duration;
use std::{process, thread};

/// How long the end may take after the signal: five seconds for what is being answered (see
/// `server.rs`), and as long again for the database to be closed.
const END: Duration = Duration::from_secs(10);

/// Waits for Ctrl-C or, on Unix, SIGTERM.
///
/// From then on the process has ten seconds. A second signal ends it at once: what was acknowledged is
/// on disk all the same. Either way it ends with code 1 if the database was not closed.
pub async fn shutdown() {
    signal().await;
    tokio::spawn(async {
        signal().await;
        process::exit(1);
    });
    // A thread of its own: nothing that is stuck in the runtime can hold it up.
    thread::spawn(|| {
        thread::sleep(END);
        process::exit(1);
    });
}

async fn signal() {
    let ctrl_c = async {
        tokio::signal::ctrl_c().await.expect("a process can listen for Ctrl-C");
    };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::terminate()).expect("a process can listen for SIGTERM").recv().await;
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = ctrl_c => {}
        () = terminate => {}
    }
}
