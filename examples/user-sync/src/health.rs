//! Whether a delivery would be accepted now: the only way to know is to write something.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::store::{Change, Store};

/// How long an answer is good for: whoever asks, the disk is bothered this often at most.
const FRESH: Duration = Duration::from_secs(1);

/// What `/health` needs. A clone shares the last answer.
#[derive(Clone)]
pub struct Health {
    store: Store,
    /// How long a delivery is waited for.
    deadline: Duration,
    last: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl Health {
    pub fn new(store: Store, deadline: Duration) -> Self {
        Self { store, deadline, last: Arc::default() }
    }

    async fn accepts(&self) -> bool {
        let mut last = self.last.lock().await;
        match *last {
            Some((when, accepts)) if when.elapsed() < FRESH => accepts,
            _ => {
                let written = timeout(self.deadline, self.store.write(Change::Probe)).await;
                let accepts = matches!(written, Ok(Ok(_)));
                *last = Some((Instant::now(), accepts));
                accepts
            }
        }
    }
}

/// 200 while a delivery would be accepted, or else 503. Why not is in the log, not in the answer,
/// which anybody may ask for.
pub async fn health(State(health): State<Health>) -> (StatusCode, &'static str) {
    match health.accepts().await {
        true => (StatusCode::OK, "ok\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "deliveries are not accepted now\n"),
    }
}
