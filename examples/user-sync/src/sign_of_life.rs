//! Says every few seconds that this replica is there, and what it has counted, so that the pages of
//! all replicas show all of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::metrics::Metrics;
use crate::store::Replicas;

const EVERY: Duration = Duration::from_secs(2);

pub async fn run(replicas: Replicas, metrics: Arc<Metrics>) {
    loop {
        // A replica that cannot write is not well, and has not to say so: what connections the
        // database has left are for those who write.
        if !metrics.is_failing.load(Ordering::Relaxed)
            && let Err(error) = replicas.report(&metrics.counters()).await
        {
            tracing::debug!(%error, "no sign of life was given");
        }
        tokio::time::sleep(EVERY).await;
    }
}
