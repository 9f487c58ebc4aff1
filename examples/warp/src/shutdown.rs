//! When to stop, and when at the latest.

use std::time::Duration;
use std::{process, thread};

/// How long what is being answered may take after the signal.
const GRACE: Duration = Duration::from_secs(5);

/// Waits for Ctrl-C or, on Unix, SIGTERM.
///
/// From then on the process has five seconds: what is still open then, such as a request that its
/// client never finishes, is given up. A second signal ends it at once, with code 1.
pub async fn shutdown() {
    signal().await;
    tokio::spawn(async {
        signal().await;
        process::exit(1);
    });
    // A thread of its own: a runtime that ends waits for a write to standard output, however long.
    thread::spawn(|| {
        thread::sleep(GRACE);
        process::exit(0);
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
