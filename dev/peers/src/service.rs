//! What the receivers of this package share.

use axum::Router;
use tokio::net::TcpListener;

/// Serves until it is killed, at the address in `LISTEN`, which it prints.
///
/// # Errors
///
/// If it cannot listen.
pub async fn serve(router: Router) -> std::io::Result<()> {
    let address = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8082".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("Listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router).await
}

/// The secret that is asked for.
#[must_use]
pub fn secret() -> String {
    std::env::var("OKTA_HOOK_SECRET").unwrap_or_default()
}
