//! Whose turn it is: what replicas over one database share, or do one at a time. Over a file there is
//! one process, and it is always its turn.

use std::time::Duration;

#[cfg(feature = "postgres")]
use super::postgres;
use super::{Refresh, sqlite};

#[derive(Clone)]
pub enum Turns {
    Sqlite(sqlite::Reader),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Turns),
}

impl Turns {
    /// The next profile to fetch now; no other replica gets it meanwhile. One that is to wait for
    /// longer than `longest` was put off before the clock was set back.
    pub async fn next_refresh(&self, longest: Duration) -> Result<Option<Refresh>, String> {
        match self {
            Self::Sqlite(reader) => reader.due_refresh(longest).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(turns) => turns.next_refresh(longest).await,
        }
    }

    /// What Okta said of its rate limit, for the other replicas: they call the Users API again after
    /// `wait`, and from then on one call every `spacing` between all of them.
    pub async fn wait(&self, wait: Duration, spacing: Duration) -> Result<(), String> {
        match self {
            Self::Sqlite(_) => {
                let _ = (wait, spacing);
                Ok(())
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(turns) => turns.wait(wait, spacing).await,
        }
    }

    /// Whether gaps are this replica's to repair: one does it, and another if that one ends or leaves it.
    pub async fn may_repair_gaps(&self) -> Result<bool, String> {
        match self {
            Self::Sqlite(_) => Ok(true),
            #[cfg(feature = "postgres")]
            Self::Postgres(turns) => turns.may_repair_gaps().await,
        }
    }

    /// Lets another replica repair gaps, if there is one.
    pub async fn leave_gap_repair(&self) -> Result<(), String> {
        match self {
            Self::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            Self::Postgres(turns) => turns.leave_gap_repair().await,
        }
    }
}
