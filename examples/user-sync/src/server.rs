//! Serves a router so that no client can keep the others out, or the process from ending.
//!
//! `axum::serve` waits for every client, however silent: a proxy in front has timeouts and bounds, a
//! tunnel has none. This is hyper's HTTP/1.1 with both.

mod waiting;

use std::io;
use std::pin::pin;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;
use tower::ServiceExt;

use waiting::{Arriving, Since};

/// How much, and how long, clients may keep of a server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many connections may be open. One more closes the one that has waited longest without a
    /// whole request.
    pub connections: usize,
    /// How long the head of a request may take, from when the connection is accepted or the answer
    /// before it was sent.
    pub header_timeout: Duration,
    /// How many bytes a head may have, and so how much of a body is read ahead of whoever takes it.
    pub head_bytes: usize,
    /// How long a whole request may be handled before its connection counts as waiting, too.
    pub request_timeout: Duration,
    /// How long what is being answered may take once the server is to stop.
    pub grace: Duration,
}

impl Limits {
    /// As for a server behind a proxy or a tunnel: 75 seconds for a head, which is longer than
    /// proxies keep idle connections (60 s as a rule), so that none is closed while they use it. No
    /// more than 1,024 connections, however many there could be, and 64 KiB of a head: far more than
    /// proxies let through, where hyper reads 408 KiB ahead for each connection.
    #[must_use]
    pub fn new(connections: usize) -> Self {
        Self {
            connections: connections.clamp(1, 1024),
            header_timeout: Duration::from_secs(75),
            head_bytes: 64 * 1024,
            request_timeout: Duration::from_secs(10),
            grace: Duration::from_secs(5),
        }
    }
}

/// How many files and connections this process may have open: 1,024 where nobody says.
#[must_use]
pub fn open_files() -> usize {
    #[cfg(unix)]
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    let limit = None;
    limit.map_or(1024, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// How long a connection may wait in any case: what a client has sent at once is read by then. No
/// longer than that: once there are as many connections as there may be, new ones come in only as
/// fast as others have waited for so long, and Okta's may stand behind hundreds that say nothing.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// Accepts connections until `stop`; returns when they have ended or their grace has.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let mut connections = Connections::default();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            stream = connections.accept(&listener, limits.connections) => {
                connections.start(stream, router.clone(), limits);
            }
            () = &mut stop => break,
        }
    }
    drop(listener);
    connections.finish(limits.grace).await;
}

/// The open connections, each served by a task.
#[derive(Default)]
struct Connections {
    tasks: JoinSet<()>,
    waiting: Vec<Waiting>,
    graceful: GracefulShutdown,
}

struct Waiting {
    task: AbortHandle,
    since: Since,
}

impl Connections {
    /// The next connection, when there is room for it.
    async fn accept(&mut self, listener: &TcpListener, most: usize) -> TcpStream {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    self.make_room(most).await;
                    return stream;
                }
                Err(error) if is_of_one_client(&error) => {}
                // No file is left: a connection that is closed gives one back.
                Err(error) => {
                    tracing::error!(%error, "a connection cannot be accepted");
                    let one_less = self.tasks.len();
                    self.make_room(one_less).await;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// Waits until there are fewer than `most`, and closes the longest waiting one for it.
    async fn make_room(&mut self, most: usize) {
        while self.tasks.try_join_next().is_some() {}
        self.waiting.retain(|connection| !connection.task.is_finished());
        while self.tasks.len() >= most.max(1) {
            let longest = self.waiting.iter().min_by_key(|connection| connection.since.get());
            let has_waited =
                |waiting: &&Waiting| waiting.since.get() + SHORTEST_WAIT <= Instant::now();
            if let Some(longest) = longest.filter(has_waited) {
                longest.task.abort();
            }
            let _ = timeout(Duration::from_millis(100), self.tasks.join_next()).await;
            self.waiting.retain(|connection| !connection.task.is_finished());
        }
    }

    fn start(&mut self, stream: TcpStream, router: Router, limits: Limits) {
        let since = Since::now();
        let state = since.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let state = state.clone();
            let arriving = |body| Arriving::new(body, state.clone(), limits.request_timeout);
            let answer = router.clone().oneshot(request.map(|body| Body::new(arriving(body))));
            async move {
                let answer = answer.await;
                state.set(Instant::now());
                answer
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .max_buf_size(limits.head_bytes)
            .serve_connection(TokioIo::new(stream), service);
        let connection = self.graceful.watch(connection);
        let task = self.tasks.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
        self.waiting.push(Waiting { task, since });
    }

    /// Lets requests that are being handled get their answers, and closes everything else.
    async fn finish(mut self, grace: Duration) {
        if timeout(grace, self.graceful.shutdown()).await.is_err() {
            tracing::warn!(connections = self.tasks.len(), "closed before they were answered");
        }
        self.tasks.shutdown().await;
    }
}

/// Whether only the connection that was to be accepted is at fault.
fn is_of_one_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
