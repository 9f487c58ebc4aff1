//! When to stop.

/// Waits for Ctrl-C or, on Unix, SIGTERM.
pub async fn shutdown() {
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
