//! What a framework's `serve` does: accepts connections, and ends them.

use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

/// How long a client may take to send the head of its next request: longer than proxies keep their
/// connections, so that none is closed while they send a request through it.
const HEADER_TIMEOUT: Duration = Duration::from_secs(75);

/// Serves every connection until `stop`; returns when those that are open then have ended. How many
/// may be open is for a proxy in front to bound (nginx: `limit_conn`).
pub async fn serve<S>(listener: TcpListener, service: S, stop: impl Future<Output = ()>)
where
    S: HttpService<Incoming, Future: Send, ResBody: Send + 'static> + Clone + Send + 'static,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    <S::ResBody as Body>::Data: Send,
    <S::ResBody as Body>::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            stream = accept(&listener) => stream,
            () = &mut stop => break,
        };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service.clone());
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
}

/// The next connection. Where there can be none, since too many files are open, it waits.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => tracing::error!(%error, "no connection was accepted"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
