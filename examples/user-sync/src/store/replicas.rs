//! The processes over one database: what each says of itself, and what the pages of all have to say
//! alike. Over a file there is one process.

use serde::Serialize;

#[cfg(feature = "postgres")]
use super::postgres;
use crate::metrics::{Counters, Metrics};

/// A replica that has given no sign of life for so many seconds has missed several.
const AWAY: u64 = 10;

/// The way to say something, and to hear of the others. A clone shares the connection.
#[derive(Clone)]
pub enum Replicas {
    One,
    #[cfg(feature = "postgres")]
    Shared(postgres::Replicas),
}

/// The same on whichever replica's page, as long as nothing changes.
pub struct Seen {
    pub revisions: Revisions,
    /// By name; none where there is one process.
    pub replicas: Vec<Replica>,
}

/// What is shown is as it was while these are. Nothing else can be made of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Revisions {
    pub users: String,
    pub activity: String,
    pub dead_letters: String,
    /// Of all tables.
    #[serde(skip)]
    pub all: String,
}

/// What one has said of itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replica {
    pub name: String,
    pub seconds_since_sign_of_life: u64,
    pub is_away: bool,
    #[serde(flatten)]
    pub counters: Counters,
}

impl Replica {
    #[must_use]
    pub fn new(name: String, seconds_since_sign_of_life: u64, counters: Counters) -> Self {
        let is_away = seconds_since_sign_of_life >= AWAY;
        let counters = counters.after(seconds_since_sign_of_life);
        Self { name, seconds_since_sign_of_life, is_away, counters }
    }
}

impl Replicas {
    pub fn is_shared(&self) -> bool {
        !matches!(self, Self::One)
    }

    /// Gives a sign of life, with what this one has counted.
    pub async fn report(&self, counters: &Counters) -> Result<(), String> {
        match self {
            Self::One => {
                let _ = counters;
                Ok(())
            }
            #[cfg(feature = "postgres")]
            Self::Shared(replicas) => replicas.report(counters).await,
        }
    }

    /// What is shown now; `metrics` are this process's own.
    pub async fn look(&self, metrics: &Metrics) -> Result<Seen, String> {
        match self {
            Self::One => Ok(Seen { revisions: Revisions::of(metrics), replicas: Vec::new() }),
            #[cfg(feature = "postgres")]
            Self::Shared(replicas) => replicas.look().await,
        }
    }
}

impl Seen {
    /// How many replicas there are, as far as they say so.
    pub fn count(&self) -> usize {
        self.replicas.iter().filter(|replica| !replica.is_away).count().max(1)
    }
}

impl Revisions {
    /// Since the start of the process.
    fn of(metrics: &Metrics) -> Self {
        let revisions = &metrics.revisions;
        let [users, activity, dead_letters, all] =
            [&revisions.users, &revisions.activity, &revisions.dead_letters, &revisions.all]
                .map(|count| format!("{}.{}", metrics.started_at.0, count.get()));
        Self { users, activity, dead_letters, all }
    }
}
